//! What a visitor meets: the best picture at once, whose words they can cite, whose code it is; and of a model only
//! what it can show.

use super::model::{self, fresh_classes};
use super::page::Page;
use super::site::{Offer, Site};
use scanweave::weights::{self, Withheld};
use serde_json::{Value, json};

/// As it is served.
const WEIGHTS: &str = "assets/phantom-brain.weave";

/// The files of the pictures that stand in for those that are still to come.
fn stand_ins(page: &Page) -> Vec<String> {
    let found = page.browser.script(
        "return [...document.querySelectorAll('[data-testid=stand-in]')].filter(i => i.naturalWidth > 0).map(i => i.src.split('/').at(-1))",
    );
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    found
        .as_array()
        .map_or_else(Vec::new, |all| all.iter().map(text).collect())
}

#[test]
fn a_visitor_sees_the_first_pictures_of_the_gallery_until_the_engine_has_its_own() {
    let site = Site::shipped();
    // The weights do not arrive for now.
    site.give(WEIGHTS, 1000);
    let page = Page::open(&site, "backend=cpu&lang=en");
    page.wait("four pictures", || stand_ins(&page).len() == 4);
    let shown = page.browser.script(
        "return [...document.querySelectorAll('#gallery-pictures img')].slice(0, 4).map(i => i.src.split('/').at(-1))",
    );
    assert_eq!(json!(stand_ins(&page)), shown);
    let captions =
        "return [...document.querySelectorAll('.panes figcaption')].map(c => c.textContent)";
    let said = page.browser.script(captions).to_string();
    assert!(said.contains("Precomputed image"), "{said}");
    site.give_all(WEIGHTS);
    page.until_ready("Seed 1:");
    assert_eq!(stand_ins(&page), [""; 0], "the engine's own are there");
    let said = page.browser.script(captions).to_string();
    assert!(said.contains("Synthetic FLAIR"), "{said}");
    assert!(
        page.shown("lesion").pixels.iter().any(|v| *v > 0),
        "with a lesion"
    );
    // What was shown is what is painted.
    let drawn = page.browser.script(
        "const picture = document.querySelector('#gallery-pictures img'), canvas = document.createElement('canvas');
         canvas.width = canvas.height = 128; const context = canvas.getContext('2d'); context.drawImage(picture, 0, 0);
         return Array.from(context.getImageData(0, 0, 128, 128).data).filter((_, i) => i % 4 === 0)",
    );
    let drawn = drawn.as_array().expect("pixels").iter();
    let drawn: Vec<u8> = drawn.map(|v| v.as_u64().expect("a byte") as u8).collect();
    let painted = page.shown("image").pixels;
    let far = drawn
        .iter()
        .zip(&painted)
        .map(|(a, b)| a.abs_diff(*b))
        .max();
    assert!(far <= Some(3), "the gallery differs by {far:?}");
    page.is_quiet();

    // Who asks for something gets that.
    page.browser
        .open(&site.url("backend=cpu&lang=en&model=phantom-thorax&seed=9"));
    page.until_ready("Seed 9:");
    page.is_quiet();
}

#[test]
fn the_page_can_be_cited_and_names_its_source_and_what_it_is_made_of() {
    let site = Site::with_models(&[Offer::whole("findings", &fresh_classes(7))]);
    let page = Page::open(&site, "about=blank");
    page.browser.before_pages(
        "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async text => { window.copied = text; } } })",
    );
    page.browser.open(&site.url("backend=cpu&seed=4&lang=en"));
    page.until_ready("Seed 4:");
    let link = |name: &str| {
        page.browser.script(&format!(
            "return document.querySelector('[data-testid={name}]').href"
        ))
    };
    let source = link("source");
    assert!(
        source
            .as_str()
            .is_some_and(|s| s.starts_with("https://github.com/")),
        "{source}"
    );
    let notices = page.browser.script(
        "return fetch(document.querySelector('[data-testid=notices]').href).then(answer => answer.text())",
    );
    let notices = notices.as_str().unwrap_or_default();
    for name in [
        "leptos",
        "burn",
        "Apache License",
        "Permission is hereby granted",
    ] {
        assert!(notices.contains(name), "{name}");
    }
    let button = "[data-testid=copy-citation]";
    assert!(!page.browser.displayed(button));
    page.browser.click("[data-testid=cite] summary");
    page.browser.click(button);
    page.wait("a copy", || page.text("copy-citation") == "Copied");
    let copied = page.browser.script("return window.copied");
    let copied = copied.as_str().unwrap_or_default();
    assert!(
        copied.contains("@software{scanweave") && copied.contains("Qu, Yili"),
        "{copied}"
    );
    page.is_quiet();
}

#[test]
fn a_class_that_the_card_withholds_is_neither_offered_nor_written() {
    let mut model = weights::read(&fresh_classes(7)).expect("a whole file");
    let why = "it changes 1.7 of 255";
    model.card.withheld.push(Withheld {
        class: "virus".into(),
        why: why.into(),
    });
    let bytes = model::bytes(&model);
    let site = Site::with_models(&[Offer::whole("findings", &bytes)]);
    // Asked for by its address all the same.
    let page = Page::open(&site, "backend=cpu&seed=4&class=2&lang=en");
    page.until_ready("Seed 4:");
    let offered =
        "return [...document.querySelectorAll('[name=finding]')].map(f => [f.value, f.checked])";
    let expected = json!([["0", true], ["1", false]]);
    assert_eq!(page.browser.script(offered), expected);
    assert!(
        page.text("withheld").contains("viral pneumonia"),
        "{}",
        page.text("withheld")
    );
    page.browser.click("[data-testid=card] summary");
    assert!(page.text("card").contains(&format!("virus: {why}")));

    page.keep_files();
    page.browser.click("[data-testid=build-keep]");
    page.browser.clear("[data-testid=build-count]");
    page.browser.keys("[data-testid=build-count]", "4");
    let archive = page.saved("build-start");
    let table = super::home::unpacked(archive).into_iter();
    let (_, table) = table
        .into_iter()
        .find(|(name, _)| name == "manifest.csv")
        .expect("a table");
    let table = String::from_utf8(table).expect("text");
    let labels: Vec<&str> = table
        .lines()
        .skip(1)
        .filter_map(|row| row.split(',').nth(4))
        .collect();
    assert_eq!(labels, ["normal", "bacteria", "normal", "bacteria"]);
    page.is_quiet();
}
