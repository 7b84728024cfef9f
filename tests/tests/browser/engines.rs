//! Two engines: a small one for the CPU, which starts everywhere, and one for WebGPU that takes its place.

use std::fs;

use super::model::fresh;
use super::page::Page;
use super::site::{Offer, Site};

const SMALL: &str = "engine_bg.wasm";
const GRAPHICS: &str = "graphics_bg.wasm";

fn site() -> Site {
    Site::with_models(&[Offer::whole("fresh", &fresh(7))])
}

#[test]
fn where_the_cpu_computes_the_engine_for_webgpu_is_neither_fetched_nor_kept() {
    let site = site();
    // The adapter here is emulated in software and is not used unless asked for.
    let page = Page::open(&site, "seed=4");
    page.until_ready("Seed 4:");
    assert_eq!(page.backend(), "cpu", "{}", page.status());
    page.until_service_worker();
    page.wait("a kept engine", || page.stores(SMALL));
    assert!(!page.stores(GRAPHICS));
    assert_eq!(site.served(GRAPHICS), 0);
}

#[test]
fn where_webgpu_computes_its_engine_is_kept_for_visits_without_a_network() {
    let site = site();
    let page = Page::open(&site, "backend=webgpu&seed=4");
    page.until_ready("Seed 4:");
    assert_eq!(page.backend(), "webgpu", "{}", page.status());
    let picture = page.shown("image");
    page.until_service_worker();
    page.wait("both engines", || {
        page.stores(SMALL) && page.stores(GRAPHICS)
    });
    page.wait("stored weights", || page.stores_weights());
    site.stop();
    page.browser.reload();
    page.until_ready("Seed 4:");
    assert_eq!(page.backend(), "webgpu", "{}", page.status());
    assert!(page.shown("image") == picture, "the same picture");
}

#[test]
fn what_is_registered_before_the_engine_for_webgpu_begins_is_registered_once() {
    let site = site();
    let engine = fs::read(site.folder().join(GRAPHICS)).expect("the engine for WebGPU");
    // The linker's name for an export that runs all constructors before it does what it is called for.
    let wrapper = b"command_export";
    let found = engine.windows(wrapper.len()).any(|bytes| bytes == wrapper);
    assert!(!found, "web/build.rs says who calls the constructors");
}

#[test]
fn where_the_engine_for_webgpu_is_missing_the_cpu_paints() {
    let site = site();
    fs::remove_file(site.folder().join(GRAPHICS)).expect("the engine for WebGPU");
    let page = Page::open(&site, "backend=webgpu&seed=4");
    page.until_ready("Seed 4:");
    assert_eq!(page.backend(), "cpu", "{}", page.status());
    assert!(page.error().contains("was restarted"), "{}", page.error());
    page.step();
    page.until_ready("Seed 5:");
}
