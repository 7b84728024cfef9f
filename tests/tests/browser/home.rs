//! Taking pictures and data sets home: what is saved is what is seen, says that it is synthetic, and can
//! be called off.

use super::backends::png;
use super::failures::choose;
use super::model::{fresh, fresh_brain};
use super::page::Page;
use super::site::{Offer, Site};
use super::walk::aside;
use scanweave::phantom::{self, Anatomy};
use std::io::{Cursor, Read as _};

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

/// Names and contents of the files of an archive.
pub fn unpacked(archive: Vec<u8>) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(archive)).expect("an archive");
    let count = archive.len();
    let content = |place| {
        let mut file = archive.by_index(place).expect("a file of the archive");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("its content");
        (file.name().to_owned(), bytes)
    };
    (0..count).map(content).collect()
}

/// Saved in either form, this is named so and says so in every file and in the text beside them.
#[track_caller]
fn comes_from(page: &Page, name: &str, sentence: &str, brief: &str) {
    for (button, end) in [("save", "png"), ("save-nifti", "nii")] {
        let files = unpacked(page.saved(button));
        let saved = page.saved_name();
        assert!(
            saved.starts_with(&format!("synthetic-phantom-brain-{name}")),
            "{saved}"
        );
        for (file, bytes) in &files {
            if file == "README.txt" {
                let text = String::from_utf8_lossy(bytes);
                assert!(text.contains(sentence), "{text}");
                assert_eq!(
                    text.contains("Sample of"),
                    sentence.starts_with("Sample"),
                    "{text}"
                );
                continue;
            }
            assert!(
                file.starts_with(&format!("synthetic-phantom-brain-{name}-")),
                "{file}"
            );
            let told = if end == "png" { sentence } else { brief };
            assert!(
                says(bytes, b"SYNTHETIC") && says(bytes, told.as_bytes()),
                "{file}"
            );
        }
        let part = |part: &str| format!("synthetic-phantom-brain-{name}-{part}.{end}");
        for wanted in ["t1", "t1c", "t2", "flair", "structure", "mask"] {
            assert!(
                files.iter().any(|(file, _)| *file == part(wanted)),
                "no {wanted}.{end}"
            );
        }
        let is_there = |wanted: &str| files.iter().any(|(file, _)| file == wanted);
        assert!(is_there("README.txt"));
        // Nothing is to be taken away where no lesion was asked for.
        let ill = "return !document.querySelector('[data-testid=lesion-none]').disabled";
        let ill = page.browser.script(ill) == true;
        assert_eq!(
            is_there(&part("label")),
            ill,
            "a label where there is a lesion"
        );
    }
}

#[test]
fn what_is_saved_says_where_it_comes_from() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    page.keep_files();
    comes_from(&page, "4", "Sample of seed 4.", "sample, seed 4;");

    let sample = page.shown("structure");
    page.browser.click("[data-testid=tab-walk]");
    aside(&page);
    page.until_changed("structure", &sample.hash);
    page.until_ready("From the latent space:");
    let walk = "From a walk through the latent space near seed 4.";
    comes_from(&page, "walk-from-4", walk, "latent walk, seed 4;");

    let head = phantom::draw(Anatomy::Brain, 3, 64, false);
    page.pick(&site.file("head.png", &png(64, 64, head.images[0].1.to_u8())));
    page.until_ready("From head.png:");
    let own = "Derived from the user's own image, not a sample";
    comes_from(&page, "from-own-image", own, "derived from own image;");
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
