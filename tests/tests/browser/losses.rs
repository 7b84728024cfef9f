//! The graphics process ends while the page is used, as it does when a driver fails or a laptop wakes
//! up: the graphics device and the content of all canvases are gone at once.

use super::model::{Native, fresh};
use super::page::{CPU, Page};
use super::site::{Offer, Site};

#[test]
fn a_device_that_is_lost_at_work_is_told_and_the_cpu_goes_on() {
    let model = fresh(7);
    let native = Native::open(&model);
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    let page = Page::open(&site, "backend=webgpu&seed=4");
    page.until_ready("Seed 4:");
    assert_eq!(page.backend(), "webgpu", "{}", page.status());
    page.step();
    assert_eq!(page.state(), "busy");
    page.browser.crash_graphics();
    page.until_ready("Seed 5:");
    let mut seed = 5;
    if page.backend() == "webgpu" {
        // The picture was done before the device was lost: the next one finds out.
        page.step();
        page.until_ready("Seed 6:");
        seed = 6;
    }
    assert_eq!(page.backend(), "cpu");
    let sentence = page.error();
    assert!(sentence.contains("processor"), "said is {sentence:?}");
    let shown = || page.shown("fused").pixels.iter().any(|v| *v > 0);
    page.wait("canvases that are drawn again", shown);
    page.agrees(&native, &native.sampled(seed), seed, &CPU);
    page.step();
    page.until_ready(&format!("Seed {}:", seed + 1));
    assert_eq!(page.error(), "", "the sentence goes with the next picture");
}

/// A graphics device that answers with nothing but zeros computes no known picture.
#[test]
fn a_self_test_that_fails_on_webgpu_is_told_and_the_cpu_paints() {
    let zeros = "const own = GPUBuffer.prototype.getMappedRange;
        GPUBuffer.prototype.getMappedRange = function (...a) {
          const range = own.apply(this, a);
          if (this.usage & GPUBufferUsage.MAP_READ) new Uint8Array(range).fill(0);
          return range;
        };";
    let model = fresh(7);
    let native = Native::open(&model);
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    site.before_engine(zeros);
    let page = Page::open(&site, "backend=webgpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    assert_eq!(page.backend(), "cpu");
    let badge = page.text("badge");
    assert!(
        badge.contains("WebGPU was given up") && badge.contains("self-test"),
        "{badge}"
    );
    page.agrees(&native, &native.sampled(4), 4, &CPU);
    page.is_quiet();
}

#[test]
fn canvases_that_are_lost_are_drawn_again() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "about=blank");
    page.browser.before_pages(
        "window.lost = []; document.addEventListener('contextlost', e => window.lost.push(e.target.dataset.testid), true)",
    );
    page.browser.open(&site.url("backend=cpu&seed=4"));
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-walk]");
    page.browser.click("[data-testid=show-atlas]");
    page.wait("an atlas", || atlas(&page).is_some());
    lose(&page, &["image", "structure", "mask", "fused"]);
    page.wait("an atlas as before", || atlas(&page).is_some());

    page.browser.click("[data-testid=tab-draw]");
    page.wait("a board", || lit(&page, "board"));
    lose(&page, &["board"]);
}

/// Loses these canvases and waits until each of them shows what it did.
fn lose(page: &Page, names: &[&str]) {
    let before: Vec<Vec<u8>> = names.iter().map(|name| pixels(page, name)).collect();
    page.browser.script("window.lost = []");
    page.browser.crash_graphics();
    for name in names {
        let lost = format!("return window.lost.includes('{name}')");
        page.wait(name, || page.browser.script(&lost) == true);
    }
    for (name, before) in names.iter().zip(before) {
        assert!(before.iter().any(|v| *v > 0), "{name} was empty before");
        page.wait(&format!("{name} as before"), || {
            pixels(page, name) == before
        });
    }
    assert_eq!(page.state(), "ready");
}

fn pixels(page: &Page, name: &str) -> Vec<u8> {
    let script = format!(
        "const c = document.querySelector('canvas[data-testid={name}]');
         return Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)"
    );
    let found = page.browser.script(&script);
    let numbers = found.as_array().expect("pixels").iter();
    numbers.map(|v| v.as_u64().expect("a byte") as u8).collect()
}

fn lit(page: &Page, name: &str) -> bool {
    pixels(page, name).iter().any(|v| *v > 0)
}

/// The atlas, when all its tiles are there.
fn atlas(page: &Page) -> Option<Vec<u8>> {
    let pixels = pixels(page, "atlas");
    let side = pixels.len().isqrt() / 2;
    let tile = side / 9;
    let opaque = |x: usize, y: usize| pixels[4 * (y * side + x) + 3] > 0;
    let whole =
        tile > 0 && (0..81).all(|t| opaque(t % 9 * tile + tile / 2, t / 9 * tile + tile / 2));
    whole.then_some(pixels)
}
