//! Taking pictures and data sets home: what is saved is what is seen, says that it is synthetic, and can
//! be called off.

use super::model::{fresh, fresh_brain};
use super::page::Page;
use super::site::{Offer, Site};

/// Whether a file holds this text.
pub fn says(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|part| part == word)
}

#[test]
fn pictures_are_saved_as_they_are_seen_and_marked() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    page.keep_files();
    let seen = page.shown("image");

    let png = page.saved("save");
    assert!(says(&png, b"SYNTHETIC image, not for diagnosis."));
    let grey = image::load_from_memory(&png).expect("a PNG").to_luma8();
    assert!(
        grey.as_raw() == &seen.pixels,
        "what is saved is what is seen"
    );

    let nifti = page.saved("save-nifti");
    assert_eq!(&nifti[344..347], b"n+1");
    assert!(says(&nifti[..348], b"SYNTHETIC"));
    let sides: Vec<usize> = (0..3)
        .map(|axis| {
            usize::from(u16::from_le_bytes([
                nifti[42 + 2 * axis],
                nifti[43 + 2 * axis],
            ]))
        })
        .collect();
    assert_eq!(sides, [seen.size[0], seen.size[1], 1]);

    page.browser.click("[data-testid=visible-mark]");
    let marked = page.saved("save");
    let marked = image::load_from_memory(&marked).expect("a PNG").to_luma8();
    assert!(
        marked.as_raw() != grey.as_raw(),
        "the word is in the picture"
    );
    page.is_quiet();
}

#[test]
fn a_data_set_that_grows_can_be_called_off() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    page.keep_files();
    page.browser.clear("[data-testid=build-count]");
    page.browser.keys("[data-testid=build-count]", "500");
    page.browser.click("[data-testid=build-start]");
    let done =
        "return Number(document.querySelector('[data-testid=build-progress]')?.value ?? 0) > 0";
    page.wait("some subjects", || page.browser.script(done) == true);
    page.browser.click("[data-testid=build-cancel]");
    page.wait("the end", || {
        page.text("build-status").contains("nothing was saved")
    });
    assert_eq!(page.browser.script("return window.kept.length"), 0);
    page.step();
    page.until_ready("Seed 5:");
    page.is_quiet();
}
