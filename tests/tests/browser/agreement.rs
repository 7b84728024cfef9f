//! Address, controls and pictures agree, whatever was done and taken back.

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
    elsewhere.until_ready("Seed 6:");
    let seed = "return document.querySelector('[data-testid=seed]').value";
    assert_eq!(elsewhere.browser.script(seed), "6");
    elsewhere.is_quiet();
}
