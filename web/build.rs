//! What the linker is told about the engine for WebGPU.

use std::env;

/// The tensor library registers thousands of names before `main`. The linker takes a module that does not say when for a
/// program that is called once, and has every export run all of them first: every allocation and every callback, at a
/// hundred times the price. An exported `__wasm_call_ctors` says that somebody else calls it: `src/bin/graphics.rs`.
fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo::rustc-link-arg-bin=graphics=--export=__wasm_call_ctors");
    }
}
