//! Numbers that are typed: what is none, or out of range, is refused with a sentence and stays as it was typed.

use super::everyone::speak;
use super::model::fresh_brain;
use super::page::Page;
use super::site::{Offer, Site};

/// Types into a field as a person does who has emptied it.
fn type_in(page: &Page, field: &str, text: &str) {
    let selector = format!("[data-testid={field}]");
    page.browser.clear(&selector);
    page.browser.keys(&selector, text);
}

/// What stands in a field, and whether a button is off.
fn stands(page: &Page, field: &str) -> String {
    let script = format!("return document.querySelector('[data-testid={field}]').value");
    let value = page.browser.script(&script);
    value.as_str().expect("a text").to_owned()
}

fn is_off(page: &Page, button: &str) -> bool {
    let script = format!("return document.querySelector('[data-testid={button}]').disabled");
    page.browser.script(&script) == true
}

/// What is typed is refused in both languages, stays where it is and holds `button` back until it is mended.
#[track_caller]
fn refused(page: &Page, field: &str, wrong: &str, button: &str) {
    let what = format!("{wrong} in {field}");
    let sentence = format!("{field}-refused");
    type_in(page, field, wrong);
    page.wait(&what, || page.text(&sentence).contains("a whole number"));
    let selector = format!("[data-testid={sentence}]");
    assert!(page.browser.displayed(&selector), "{what} is told");
    assert_eq!(stands(page, field), wrong, "{what} stays");
    assert!(is_off(page, button), "{what}: {button} waits");
    speak(page, "zh-Hans");
    page.wait(&what, || page.text(&sentence).contains("整数"));
    speak(page, "en");
    type_in(page, field, "4");
    page.wait("a number", || !is_off(page, button));
    assert!(!page.browser.displayed(&selector), "4 is taken");
}

#[test]
fn a_number_that_is_none_is_refused_where_it_is_typed() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    for (field, wrong) in [
        ("build-count", "-3"),
        ("build-count", "2.5"),
        ("build-count", "1e2"),
        ("build-count", "0"),
        ("build-count", "501"),
        ("build-seed", "-5"),
        ("build-seed", "4294967296"),
        ("build-healthy", "101"),
    ] {
        refused(&page, field, wrong, "build-start");
    }
    page.until_ready("Seed 4:");
    let picture = page.shown("image");
    refused(&page, "seed", "-5", "sample-image");
    page.until_ready("Seed 4:");
    assert!(page.shown("image") == picture, "the picture stays");
    page.is_quiet();
}

/// A field that is left empty is told, and a seed that is chosen elsewhere stands in place of one that was refused.
#[test]
fn a_refused_seed_gives_way_to_one_that_is_shown() {
    let site = Site::with_models(&[Offer::whole("brain", &fresh_brain(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    page.browser.clear("[data-testid=seed]");
    let told = || page.text("seed-refused");
    page.wait("a word on nothing", || !told().is_empty());
    type_in(&page, "seed", "-5");
    page.wait("a refusal", || !told().is_empty());
    page.step();
    page.until_ready("Seed 5:");
    assert_eq!(stands(&page, "seed"), "5");
    assert_eq!(told(), "");
    page.is_quiet();
}
