//! One body, two targets: natively with `cargo test`, on wasm in headless Chromium.

use scanweave_tests::parity;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn operators_are_the_same_to_the_last_bit() {
    if let Err(differing) = parity::check_operators() {
        panic!("{differing}");
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn weights_survive_a_round_trip() {
    if let Err(problem) = parity::check_weights_round_trip() {
        panic!("{problem}");
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn phantoms_are_the_golden_ones() {
    if let Err(differing) = scanweave::phantom::golden::check() {
        panic!("{differing}");
    }
}
