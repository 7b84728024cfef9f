//! Address, controls and pictures agree, whatever was done and taken back.

use super::everyone::speak;
use super::failures::choose;
use super::model::fresh_brain;
use super::page::Page;
use super::site::{Offer, Site};

/// What the address, the fields and the name of the picture say of the subject.
#[derive(Debug, PartialEq)]
struct Said {
    seed: String,
    finding: String,
}

impl Said {
    fn new(seed: u64, finding: usize) -> Self {
        Self {
            seed: seed.to_string(),
            finding: finding.to_string(),
        }
    }
}

/// Waits until all of them say this; the address follows a little later.
#[track_caller]
fn agree(page: &Page, seed: u64, finding: usize) {
    page.until_ready(&format!("Seed {seed}:"));
    let ask = |script: &str| {
        let said = page.browser.script(script);
        let text = |at: usize| said[at].as_str().unwrap_or_default().to_owned();
        Said {
            seed: text(0),
            finding: text(1),
        }
    };
    let address =
        "const q = new URLSearchParams(location.search); return [q.get('seed'), q.get('class')]";
    let fields = "const find = name => document.querySelector(`[data-testid=${name}]`).value; return [find('seed'), find('class-select')]";
    let name = "const name = document.querySelector('canvas[data-testid=image]').getAttribute('aria-label');
        return [name.match(/seed (\\d+)/)?.[1], name.endsWith('finding: lesion') ? '1' : '0']";
    let expected = Said::new(seed, finding);
    for (what, script) in [("address", address), ("fields", fields), ("name", name)] {
        page.wait(&format!("{what}: {expected:?}"), || ask(script) == expected);
    }
}

#[test]
fn address_fields_and_picture_name_the_same_subject_and_finding() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "backend=cpu&seed=6&class=1&lang=en");
    let press = |button: &str| page.browser.click(&format!("[data-testid={button}]"));
    agree(&page, 6, 1);
    press("lesion-none");
    agree(&page, 6, 0);
    press("lesion-undo");
    agree(&page, 6, 1);
    press("lesion-redo");
    agree(&page, 6, 0);

    // A lesion that no seed names.
    press("lesion-random");
    agree(&page, 6, 1);
    press("lesion-undo");
    agree(&page, 6, 0);
    press("lesion-redo");
    agree(&page, 6, 1);
    let link = page.link();
    page.step();
    agree(&page, 7, 1);
    press("undo");
    agree(&page, 6, 1);
    page.is_quiet();
    drop(page);

    let elsewhere = Page::at(&link.replace('?', "?backend=cpu&lang=en&"));
    agree(&elsewhere, 6, 1);
    elsewhere.is_quiet();
}

/// Goes through the browser's history.
fn go(page: &Page, way: &str) {
    page.browser.script(&format!("history.{way}()"));
}

#[test]
fn back_and_forward_lead_to_what_was_seen() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "backend=cpu&seed=6&class=0&lang=en");
    let entries = || page.browser.script("return history.length").as_u64();
    agree(&page, 6, 0);
    let plain = page.shown("image");
    let first = entries();
    // Many changes of one subject are one entry.
    for _ in 0..3 {
        let before = page.shown("image");
        page.browser.click("[data-testid=lesion-random]");
        page.until_changed("image", &before.hash);
    }
    agree(&page, 6, 1);
    let changed = page.shown("image");
    assert_eq!(entries(), first.map(|count| count + 1));
    page.step();
    agree(&page, 7, 1);
    let next = page.shown("image");

    go(&page, "back");
    page.until_hash("image", &changed.hash);
    agree(&page, 6, 1);
    go(&page, "back");
    page.until_hash("image", &plain.hash);
    agree(&page, 6, 0);
    go(&page, "forward");
    page.until_hash("image", &changed.hash);
    go(&page, "forward");
    page.until_hash("image", &next.hash);
    agree(&page, 7, 1);
    assert_eq!(entries(), first.map(|count| count + 2), "no entry is added");
    // It is a step like any other.
    page.browser.click("[data-testid=undo]");
    page.until_hash("image", &changed.hash);
    page.is_quiet();
}

#[test]
fn back_leads_to_the_study_that_was_left() {
    let (one, other) = (fresh_brain(7), fresh_brain(8));
    let site = Site::with_models(&[Offer::whole("one", &one), Offer::whole("other", &other)]);
    let page = Page::open(&site, "backend=cpu&seed=6&class=0&lang=en");
    agree(&page, 6, 0);
    let chosen = |id: &str| {
        let script = "return [document.querySelector('[data-testid=model-select]').value,
            new URLSearchParams(location.search).get('model')]";
        let both = serde_json::json!([id, id]);
        page.wait(id, || page.browser.script(script) == both);
    };
    let before = page.shown("image");
    choose(&page, "other");
    page.until_changed("image", &before.hash);
    chosen("other");
    let after = page.shown("image");
    go(&page, "back");
    page.until_hash("image", &before.hash);
    chosen("one");
    agree(&page, 6, 0);
    go(&page, "forward");
    page.until_hash("image", &after.hash);
    chosen("other");
    page.is_quiet();
}

#[test]
fn a_subject_that_was_worked_on_comes_back_as_it_was_left() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "backend=cpu&seed=6&class=0&lang=en");
    agree(&page, 6, 0);
    let plain = page.shown("image");
    page.browser.click("[data-testid=lesion-random]");
    page.until_changed("image", &plain.hash);
    let worked_on = page.shown("image");
    page.step();
    agree(&page, 7, 1);
    page.browser
        .script("window.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft' }))");
    page.until_hash("image", &worked_on.hash);
    agree(&page, 6, 1);
    // Who asks for the sample gets it.
    page.browser.click("[data-testid=lesion-none]");
    page.until_hash("image", &plain.hash);
    agree(&page, 6, 0);
    page.is_quiet();
}

#[test]
fn nonsense_in_the_address_is_said() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let query = "model=knee&seed=-5&class=9&backend=abacus&lang=en";
    let page = Page::open(&site, query);
    agree(&page, 1, 0);
    let told = "The address asks for model=knee, seed=-5, class=9, backend=abacus, which is not available: \
        model=brain, seed=1, class=0, backend=auto is shown instead.";
    page.wait("a sentence", || page.error() == told);
    speak(&page, "zh-Hans");
    page.wait("Chinese", || {
        page.error().starts_with("网址中的 model=knee")
    });
    speak(&page, "en");
    page.step();
    agree(&page, 2, 0);
    assert_eq!(page.error(), "", "it goes with the next picture");
    page.is_quiet();
}
