//! What the page tells of itself: model cards, diagnostics, what is stored; and that it can be cleared.

use super::everyone::{fits, is_spoken, speak};
use super::model::fresh;
use super::page::Page;
use super::site::{MANIFEST, Offer, Site};
use scanweave::weights::{self, Card};
use serde_json::Value;
use std::fs;

/// As it is served.
const FILE: &str = "assets/fresh.weave";

/// The rows of an open card: names and values.
fn rows(page: &Page, card: &str) -> Vec<(String, String)> {
    let rows = page.browser.script(&format!(
        "return [...document.querySelectorAll('[data-testid={card}][open] dt')].map(d => [d.textContent, d.nextElementSibling.textContent])"
    ));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let rows = rows.as_array().cloned().unwrap_or_default();
    rows.iter().map(|r| (text(&r[0]), text(&r[1]))).collect()
}

/// Unfolds a card and checks that it says what the model's own card does.
fn says(page: &Page, name: &str, card: &Card, sha256: &str) {
    page.browser.click(&format!("[data-testid={name}] summary"));
    page.wait(name, || rows(page, name).len() >= 7);
    let rows = rows(page, name);
    for (row, value) in [
        ("Data", card.data.as_str()),
        ("Licence", &card.licence),
        ("Limits and failures", &card.limits),
        ("SHA-256", sha256),
    ] {
        assert!(value.len() > 2, "{name}: {row} is empty");
        let expected = (row.to_owned(), value.to_owned());
        assert!(rows.contains(&expected), "{name}: {row} in {rows:?}");
    }
    let size = rows.iter().find(|(row, _)| row == "Size");
    assert!(size.is_some_and(|(_, size)| size.contains(" MB")), "{name}");
}

#[test]
fn cards_of_shipped_models_tell_data_licence_and_limits() {
    let site = Site::shipped();
    let page = Page::open(&site, "backend=cpu&model=phantom-thorax&seed=1&lang=en");
    page.until_ready("Seed 1:");
    let list = fs::read_to_string(site.folder().join(MANIFEST)).expect("the list of models");
    let list: Value = serde_json::from_str(&list).expect("JSON");
    let models = list["models"].as_array().expect("models");
    assert!(models.len() > 1, "one is loaded, the others are not");
    for model in models {
        let text = |name: &str| model[name].as_str().expect("text");
        let file = site.folder().join("assets").join(text("file"));
        let file = fs::read(file).expect("a shipped model");
        let card = weights::read(&file).expect("a whole file").card;
        let name = match text("id") {
            "phantom-thorax" => "card".to_owned(),
            other => format!("card-{other}"),
        };
        says(&page, &name, &card, text("sha256"));
    }
    // Real figures, commands and addresses, on a small phone and in the other language too.
    page.browser.screen(360, 740);
    page.browser
        .script("document.querySelectorAll('details').forEach(d => d.open = true)");
    let tables = "return document.querySelectorAll('.card[open] table').length";
    assert_eq!(page.browser.script(tables), models.len());
    fits(&page, "cards");
    speak(&page, "zh-Hans");
    fits(&page, "cards between Chinese words");
    is_spoken(&page, "zh-Hans", "cards");
    page.is_quiet();
}

#[test]
fn diagnostics_are_copied_and_name_backend_build_and_sizes() {
    let model = fresh(7);
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    let page = Page::open(&site, "about=blank");
    page.browser.before_pages(
        "Object.defineProperty(navigator, 'clipboard', { value: { writeText: async text => { window.copied = text; } } })",
    );
    page.browser.open(&site.url("backend=cpu&seed=4&lang=en"));
    page.until_ready("Seed 4:");
    page.wait("stored weights", || page.stores_weights());
    let button = "footer [data-copy-diagnostics]";
    page.browser.click(button);
    page.wait("a copy", || {
        page.browser.script("return window.copied !== undefined") == true
    });
    let text = page.browser.script("return window.copied");
    let text = text.as_str().expect("text");
    let line = |name: &str| {
        let mut lines = text.lines().filter_map(|l| l.split_once(": "));
        let found = lines.find(|(n, _)| *n == name);
        found
            .unwrap_or_else(|| panic!("no {name} in {text}"))
            .1
            .to_owned()
    };
    assert!(line("backend").starts_with("cpu: CPU"), "{text}");
    let build = "return document.querySelector('meta[name=build]').content";
    assert_eq!(
        line("build"),
        page.browser.script(build).as_str().unwrap_or_default()
    );
    assert_eq!(
        line("address"),
        page.browser
            .script("return location.href")
            .as_str()
            .unwrap_or_default()
    );
    let stored = line("stored");
    let weights = stored
        .split("; ")
        .find_map(|of| of.strip_prefix("scanweave-weights "));
    let weights = weights.unwrap_or_else(|| panic!("no weights in {stored}"));
    let bytes = weights
        .split(' ')
        .rev()
        .nth(1)
        .and_then(|b| b.parse::<usize>().ok());
    // The file, and the few letters of its self-test.
    let more = bytes.and_then(|b| b.checked_sub(model.len()));
    assert!(
        more.is_some_and(|more| more < 64),
        "{stored}: {} bytes were served",
        model.len()
    );
    assert!(!text.contains("unknown ("), "{text}");
    page.wait("the news", || {
        page.browser.script(&format!(
            "return document.querySelector('{button}').textContent"
        )) == "Copied"
    });
    page.is_quiet();
}

#[test]
fn diagnostics_that_cannot_be_copied_are_shown() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "about=blank");
    page.browser.before_pages(
        "Object.defineProperty(navigator, 'clipboard', { value: { writeText: () => Promise.reject(new DOMException('no', 'NotAllowedError')) } })",
    );
    page.browser.open(&site.url("backend=cpu&seed=4&lang=en"));
    page.until_ready("Seed 4:");
    let field = "[data-testid=diagnostics]";
    assert!(!page.browser.displayed(field));
    page.browser.click("footer [data-copy-diagnostics]");
    page.wait("the field", || page.browser.displayed(field));
    let marked = page.browser.script(
        "const f = document.activeElement; return f.dataset.testid === 'diagnostics' && f.selectionEnd > 0 ? f.value : ''",
    );
    let marked = marked.as_str().unwrap_or_default();
    assert!(marked.contains("backend: cpu"), "{marked}");
    page.is_quiet();
}

#[test]
fn what_was_cleared_is_fetched_again() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    let picture = page.shown("image");
    page.until_service_worker();
    page.wait("stored weights", || page.stores_weights());
    page.wait("a size", || page.text("stored").contains("are stored"));
    page.browser.click("[data-testid=clear-cache]");
    page.wait("the news", || page.text("stored").contains("were cleared"));
    let left = "return caches.keys()";
    assert_eq!(page.browser.script(left), serde_json::json!([]));
    assert_eq!(site.served(FILE), 1);
    page.step();
    page.until_ready("Seed 5:");
    page.browser.open(&site.url("backend=cpu&seed=4&lang=en"));
    page.until_ready("Seed 4:");
    assert_eq!(site.served(FILE), 2);
    assert!(page.shown("image") == picture);
    page.wait("stored weights", || page.stores_weights());
    page.is_quiet();
}
