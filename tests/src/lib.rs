//! What no single package can test.
//!
//! [`parity`] holds test bodies that run natively and as wasm in a browser. The other tests are
//! files in `tests/`: `layering` (who may know whom) and `browser` (the built page, behind the
//! feature `browser`). The command line is tested beside its binary, in `trainer/tests/`.

pub mod parity;
