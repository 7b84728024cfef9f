//! The graphics process ends while the page is used, as it does when a driver fails or a laptop wakes
//! up: the graphics device and the content of all canvases are gone at once.

use super::model::{Native, fresh, fresh_brain};
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
    assert!(sentence.contains("CPU"), "said is {sentence:?}");
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
fn canvases_that_are_lost_are_drawn_again_and_it_is_told() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "about=blank");
    page.browser.before_pages(
        "window.lost = []; window.back = 0;
         document.addEventListener('contextlost', e => window.lost.push(e.target), true);
         document.addEventListener('contextrestored', () => window.back++, true)",
    );
    page.browser.open(&site.url("backend=cpu&seed=4&lang=en"));
    page.until_ready("Seed 4:");
    page.browser.click("[data-testid=tab-walk]");
    page.browser.click("[data-testid=show-atlas]");
    page.wait("an atlas", || !look(&page, ATLAS).is_empty());
    page.browser.click("[data-testid=overlay-mask]");
    page.browser.click("[data-testid=overlay-structure]");
    page.wait("an overlay", || !look(&page, OVERLAY).is_empty());
    page.wait("a lesion board", || !look(&page, LESION_BOARD).is_empty());
    lose(
        &page,
        &[
            "[data-testid=image]",
            "[data-testid=image-3]",
            "[data-testid=structure]",
            "[data-testid=mask]",
            "[data-testid=fused]",
            OVERLAY,
            LESION_BOARD,
            ATLAS,
        ],
    );
    page.step();
    page.until_ready("Seed 5:");
    assert_eq!(page.error(), "", "the sentence goes with the next picture");

    page.browser.click("[data-testid=tab-draw]");
    page.wait("a board", || !look(&page, BOARD).is_empty());
    page.browser.click("[data-testid=mode-difference]");
    page.wait("a comparison", || !look(&page, COMPARED).is_empty());
    lose(&page, &[BOARD, LESION_BOARD, COMPARED, OVERLAY]);
    page.browser.click("[data-testid=dismiss]");
    assert_eq!(page.error(), "", "dismissed it is gone");
}

const OVERLAY: &str = ".overlay";
const ATLAS: &str = "[data-testid=atlas]";
const BOARD: &str = "[data-testid=board]";
const LESION_BOARD: &str = "[data-testid=lesion-board]";
const COMPARED: &str = "[data-testid=compare]";

/// Loses these canvases and waits until each of them shows what it did, and until that is told.
fn lose(page: &Page, canvases: &[&str]) {
    let before: Vec<String> = canvases.iter().map(|one| look(page, one)).collect();
    assert!(!before.contains(&String::new()), "one was empty before");
    page.browser.script("window.lost = []; window.back = 0");
    page.browser.crash_graphics();
    for canvas in canvases {
        let lost = format!("return window.lost.includes(document.querySelector('canvas{canvas}'))");
        page.wait(canvas, || page.browser.script(&lost) == true);
    }
    for (canvas, before) in canvases.iter().zip(before) {
        page.wait(&format!("{canvas} as before"), || {
            look(page, canvas) == before
        });
    }
    assert_eq!(page.state(), "ready");
    // A straggler would tell it once more.
    let all_back = "return window.back >= window.lost.length";
    page.wait("all canvases", || page.browser.script(all_back) == true);
    page.wait("the news", || {
        page.error()
            .starts_with("The browser had dropped the images")
    });
}

/// A digest of what a canvas shows; empty where it shows nothing, or less than all tiles of the atlas.
fn look(page: &Page, canvas: &str) -> String {
    let script = format!(
        "const c = document.querySelector('canvas{canvas}'); if (!c?.width) return '';
         const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
         const tile = c.width / 9;
         const there = (_, t) => d[4 * (Math.floor((Math.floor(t / 9) + 0.5) * tile) * c.width + Math.floor((t % 9 + 0.5) * tile)) + 3] > 0;
         if ('tiles' in c.dataset ? !Array.from({{ length: 81 }}, there).every(Boolean) : !d.some(v => v > 0)) return '';
         return crypto.subtle.digest('SHA-256', d).then(sum => `${{c.width}} ${{new Uint8Array(sum)}}`)"
    );
    let digest = page.browser.script(&script);
    digest.as_str().expect("a digest").to_owned()
}
