//! What the page says when something is wrong, and that it goes on working.

use super::backends::png;
use super::model::fresh;
use super::page::Page;
use super::site::{Offer, Site};
use std::fs;

#[test]
fn broken_images_are_told_and_nothing_is_lost() {
    let model = fresh(7);
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    let sampled = page.shown("image");
    let whole = png(64, 64, (0..4096).map(|i| (i * 7 % 256) as u8).collect());
    let mut huge = whole.clone();
    huge[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
    huge[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
    let cases = [
        ("empty.png", Vec::new()),
        ("garbage.png", b"this is a letter, not an image".to_vec()),
        ("cut.png", whole[..60].to_vec()),
        ("huge.png", huge),
        ("letter.txt", b"hello".to_vec()),
        ("flat.png", png(64, 64, vec![77; 4096])),
        ("dot.png", png(1, 1, vec![0])),
    ];
    for (name, bytes) in cases {
        page.pick(&site.file(name, &bytes));
        // The two last ones are images, only of nothing.
        let words: &[&str] = if name.starts_with(['f', 'd']) {
            &["constant"]
        } else {
            &[name]
        };
        page.until_error(words);
        page.browser.click("[data-testid=sample-image]");
        page.until_ready("Seed 4:");
        assert!(page.shown("image") == sampled, "after {name}");
        assert_eq!(page.error(), "", "the message goes when things work again");
    }
}

#[test]
fn a_corrupt_model_is_survived_on_webgpu_too() {
    let good = fresh(7);
    let flipped = flip(&good);
    let site = Site::with_models(&[
        Offer::whole("good", &good),
        Offer::whole("flipped", &flipped),
    ]);
    let page = Page::open(&site, "backend=webgpu&seed=4");
    page.until_ready("Seed 4:");
    assert_eq!(page.backend(), "webgpu", "{}", page.status());
    let before = page.shown("image");
    choose(&page, "flipped");
    page.until_error(&["flipped"]);
    page.pick(&site.file("cut.weave", &good[..good.len() / 2]));
    page.until_error(&["cut.weave"]);
    page.browser.click("[data-testid=sample-image]");
    page.until_ready("Seed 4:");
    assert!(page.shown("image") == before, "the model before stays");
    assert_eq!(page.backend(), "webgpu", "{}", page.status());
}

#[test]
fn a_corrupt_model_is_told_and_the_one_before_stays() {
    let good = fresh(7);
    let flipped = flip(&good);
    let mut announced_as_other = good.clone();
    announced_as_other[100] ^= 1;
    let site = Site::with_models(&[
        Offer::whole("good", &good),
        // The list's checksum fits, the file's own does not.
        Offer::whole("flipped", &flipped),
        Offer::whole("cut", &good[..good.len() / 2]),
        Offer {
            id: "swapped",
            served: Some(&good),
            announced: &announced_as_other,
        },
        Offer {
            id: "short",
            served: Some(&good[..1000]),
            announced: &good,
        },
        Offer {
            id: "absent",
            served: None,
            announced: &good,
        },
    ]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    let before = page.shown("image");
    for id in ["flipped", "cut", "swapped", "short", "absent"] {
        choose(&page, id);
        page.until_error(&[id]);
        page.browser.click("[data-testid=sample-image]");
        page.until_ready("Seed 4:");
        assert!(page.shown("image") == before, "the model before {id} stays");
    }

    for (name, bytes) in [
        ("flipped.weave", flipped),
        ("cut.weave", good[..70].to_vec()),
        ("empty.weave", Vec::new()),
    ] {
        page.pick(&site.file(name, &bytes));
        page.until_error(&[name]);
        page.browser.click("[data-testid=sample-image]");
        page.until_ready("Seed 4:");
        assert!(
            page.shown("image") == before,
            "the model before {name} stays"
        );
    }
    let other = fresh(8);
    page.pick(&site.file("other.weave", &other));
    page.until_ready("Seed 4:");
    assert!(page.shown("image") != before, "a model of one's own paints");
    choose(&page, "good");
    page.until_ready("Seed 4:");
    assert!(page.shown("image") == before);
}

/// Wishes that come while a model loads do not hide that it cannot be opened.
#[test]
fn a_model_that_fails_while_people_go_on_is_told_all_the_same() {
    let good = fresh(7);
    let absent = Offer {
        id: "absent",
        served: None,
        announced: &good,
    };
    let site = Site::with_models(&[Offer::whole("good", &good), absent]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    page.browser.script(
        "const choice = document.querySelector('[data-testid=model-select]');
         choice.value = 'absent';
         choice.dispatchEvent(new Event('change', { bubbles: true }));
         window.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
         window.told = [];
         const panel = document.querySelector('[data-testid=error]');
         new MutationObserver(() => window.told.push(panel.textContent)).observe(panel, { subtree: true, childList: true, characterData: true, attributes: true });",
    );
    // The failure is a state of its own, however short, before the picture that was asked for.
    page.wait("Seed 5:", || {
        page.state() == "ready" && page.status().starts_with("Seed 5:")
    });
    let told = page
        .browser
        .script("return window.told.some(text => text.includes('absent'))");
    assert_eq!(told, true, "{}", page.error());
    let chosen = "return document.querySelector('[data-testid=model-select]').value";
    page.wait("the model before", || page.browser.script(chosen) == "good");
}

#[test]
fn a_corrupt_first_model_leaves_a_page_that_works() {
    let good = fresh(7);
    let flipped = flip(&good);
    let site = Site::with_models(&[
        Offer::whole("flipped", &flipped),
        Offer::whole("good", &good),
    ]);
    let page = Page::open(&site, "backend=cpu&seed=1");
    page.until_error(&["flipped"]);
    assert!(
        page.browser.displayed("[data-testid=gallery]"),
        "the gallery still works"
    );
    choose(&page, "good");
    page.until_ready("Seed 1:");
}

#[test]
fn a_broken_list_of_models_leaves_a_page_that_opens_files() {
    let site = Site::with_models(&[]);
    let list = site.folder().join(super::site::MANIFEST);
    fs::write(list, b"{ \"models\": [").expect("a file");
    let page = Page::open(&site, "backend=cpu&seed=1");
    page.until_error(&["manifest.json"]);
    page.pick(&site.file("own.weave", &fresh(7)));
    page.until_ready("Seed 1:");
}

/// Flips one byte of the weights.
fn flip(model: &[u8]) -> Vec<u8> {
    let mut flipped = model.to_vec();
    flipped[model.len() / 2] ^= 0x40;
    flipped
}

/// Chooses another study.
pub fn choose(page: &Page, id: &str) {
    page.browser
        .click(&format!("[data-testid=model-select] option[value={id}]"));
}
