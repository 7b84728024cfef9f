//! The worker that runs the networks on WebGPU too.

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

fn main() {
    construct();
    scanweave_web::engine::start();
}

/// Registers what the tensor library wants registered, once and before anything else (`build.rs`).
fn construct() {
    let exports = wasm_bindgen::exports();
    let all = Reflect::get(&exports, &"__wasm_call_ctors".into());
    let all: Function = all
        .and_then(JsCast::dyn_into)
        .expect("build.rs has it exported");
    all.call0(&JsValue::UNDEFINED)
        .expect("it only registers names");
}
