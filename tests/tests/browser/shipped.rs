//! The models that are shipped with the page paint in the browser what they paint here.

use super::model::Native;
use super::page::{CPU, Page, Tolerance, WEBGPU};
use super::site::{MANIFEST, Site, dist};
use serde_json::Value;
use std::fs;

#[test]
fn shipped_models_paint_the_same_on_the_cpu() {
    shipped_models_paint_the_same("cpu", &CPU);
}

#[test]
fn shipped_models_paint_the_same_on_webgpu() {
    shipped_models_paint_the_same("webgpu", &WEBGPU);
}

fn shipped_models_paint_the_same(backend: &str, tolerance: &Tolerance) {
    let manifest = fs::read_to_string(dist().join(MANIFEST)).expect("the list of models");
    let manifest: Value = serde_json::from_str(&manifest).expect("JSON");
    let models = manifest["models"].as_array().expect("models");
    for model in models {
        let text = |name: &str| {
            model[name]
                .as_str()
                .unwrap_or_else(|| panic!("{name} of {model}"))
        };
        if model["bytes"] == 0 {
            println!("skipped: {} is not exported yet", text("id"));
            continue;
        }
        let bytes = fs::read(dist().join("assets").join(text("file"))).expect("a shipped model");
        let native = Native::open(&bytes);
        let site = Site::shipped();
        let page = Page::open(
            &site,
            &format!("backend={backend}&seed=5&model={}", text("id")),
        );
        page.until_ready("Seed 5:");
        assert_eq!(page.backend(), backend, "{}", page.status());
        page.agrees(&native, &native.sampled(5), 5, tolerance);
        page.is_quiet();
    }
}
