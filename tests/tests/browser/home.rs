//! Taking pictures and data sets home: what is saved is what is seen, says that it is synthetic, and can
//! be called off.

use super::failures::choose;
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

#[test]
fn another_study_while_a_data_set_grows_is_asked_about() {
    let (brain, fresh) = (fresh_brain(7), fresh(7));
    let site = Site::with_models(&[Offer::whole("brain", &brain), Offer::whole("fresh", &fresh)]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    page.keep_files();
    page.browser.script(
        "window.questions = []; window.answer = false;
         window.confirm = question => { window.questions.push(question); return window.answer; }",
    );
    let asked = |times: usize| {
        let questions = page.browser.script("return window.questions");
        let questions = questions.as_array().expect("questions");
        assert_eq!(questions.len(), times);
        let about = |q: &serde_json::Value| q.as_str().is_some_and(|q| q.contains("data set"));
        assert!(questions.iter().all(about), "{questions:?}");
    };
    let chosen = "return document.querySelector('[data-testid=model-select]').value";
    page.browser.clear("[data-testid=build-count]");
    page.browser.keys("[data-testid=build-count]", "500");
    page.browser.click("[data-testid=build-start]");
    let growth = || {
        let done = page
            .browser
            .script("return document.querySelector('[data-testid=build-progress]').value");
        done.as_f64().expect("a share")
    };
    page.wait("some subjects", || growth() > 0.0);
    choose(&page, "fresh");
    asked(1);
    assert_eq!(page.browser.script(chosen), "brain", "the study stays");
    let before = growth();
    page.wait("more subjects", || growth() > before);

    page.browser.script("window.answer = true");
    choose(&page, "fresh");
    asked(2);
    page.wait("the end", || {
        page.text("build-status").contains("nothing was saved")
    });
    page.until_ready("Seed 4:");
    assert_eq!(page.browser.script(chosen), "fresh");
    choose(&page, "brain");
    page.until_ready("Seed 4:");
    asked(2);
    assert_eq!(page.browser.script("return window.kept.length"), 0);
    page.is_quiet();
}
