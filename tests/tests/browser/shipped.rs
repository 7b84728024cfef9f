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
        assert_ne!(model["bytes"], 0, "{} is not shipped", text("id"));
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

#[test]
fn a_lesion_is_bright_in_flair_where_the_label_is() {
    let site = Site::shipped();
    let page = Page::open(&site, "backend=cpu&model=brain-mri&seed=3&class=1");
    page.until_ready("Seed 3:");
    let (label, ill) = (page.shown("lesion").pixels, page.shown("image-2"));
    page.browser
        .click("[data-testid=class-select] option[value='0']");
    page.until_changed("image-2", &ill.hash);
    page.until_ready("Seed 3:");
    let well = page.shown("image-2").pixels;
    let is_absent = || {
        let absent = "return document.querySelector('canvas[data-testid=lesion]') === null";
        assert_eq!(page.browser.script(absent), true, "no label is shown");
    };
    is_absent();
    let differences = label.iter().zip(ill.pixels.iter().zip(&well));
    let inside: Vec<f64> = differences
        .filter(|(asked, _)| **asked > 0)
        .map(|(_, (ill, well))| f64::from(*ill) - f64::from(*well))
        .collect();
    assert!(inside.len() > 20, "the label has {} pixels", inside.len());
    let mean = inside.iter().sum::<f64>() / inside.len() as f64;
    assert!(mean > 10.0, "brighter by {mean} of 255");
    page.seed(5);
    is_absent();
    page.is_quiet();
}
