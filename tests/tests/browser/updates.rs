//! A page that was stored for the time without a network becomes a newer one: offered, taken up as a whole,
//! and stored again.

use super::model::fresh;
use super::page::Page;
use super::site::{Offer, Site};
use std::fs;
use std::path::Path;

/// Build id of the second edition.
const SECOND: &str = "5ec0d5ec0d5ec0d5";
/// What the second edition's gallery is called.
const TITLE: &str = "Gallery, second edition";

/// The page is stored and its service worker is in control.
fn stored(site: &Site) -> Page {
    let page = Page::open(site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    page.until_service_worker();
    page.wait("a worker in control", || {
        page.browser
            .script("return !!navigator.serviceWorker.controller")
            == true
    });
    page.wait("stored weights", || page.stores_weights());
    page
}

/// Puts the second edition in place of the first: another build id everywhere, and another word.
fn publish(site: &Site, first: &str) {
    let renew = |path: &Path| {
        let Ok(text) = fs::read_to_string(path) else {
            return;
        };
        let text = text.replace(first, SECOND);
        let text = text.replace(
            "\"gallery\": [\"Gallery\"",
            &format!("\"gallery\": [\"{TITLE}\""),
        );
        fs::write(path, text).expect("a file");
    };
    let mut folders = vec![site.folder().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the page") {
            let path = entry.expect("a file of the page").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "js" || e == "html") {
                renew(&path);
            }
        }
    }
}

fn build(page: &Page) -> String {
    let build = page
        .browser
        .script("return document.querySelector('meta[name=build]').content");
    build.as_str().expect("a build id").to_owned()
}

/// Builds whose files are stored.
fn builds(page: &Page) -> serde_json::Value {
    page.browser.script(
        "return caches.keys().then(all => all.filter(n => n.startsWith('scanweave-page')).map(n => n.split(' ').at(-1)))",
    )
}

fn title(page: &Page) -> String {
    let title = page
        .browser
        .script("return document.getElementById('gallery-title').textContent");
    title.as_str().unwrap_or_default().to_owned()
}

fn is_offered(page: &Page) -> bool {
    page.browser.displayed("[data-testid=update]")
}

#[test]
fn a_newer_page_is_offered_taken_up_and_stored() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = stored(&site);
    let picture = page.shown("image");
    let first = build(&page);
    assert_eq!(title(&page), "Gallery");
    assert!(!is_offered(&page), "nothing is newer");

    publish(&site, &first);
    page.browser.reload();
    page.until_ready("Seed 4:");
    page.wait("an offer", || is_offered(&page));
    page.browser.script("window.before = true");
    page.browser.click("#take-update");
    page.wait("the second edition", || {
        page.browser.script("return window.before !== true") == true && page.state() == "ready"
    });
    page.wait("only the second edition", || {
        builds(&page) == serde_json::json!([SECOND])
    });
    assert_eq!(
        (build(&page).as_str(), title(&page).as_str()),
        (SECOND, TITLE)
    );
    assert!(!is_offered(&page), "it is the newest");
    let waits = "return navigator.serviceWorker.getRegistration().then(r => !!r.waiting)";
    assert_eq!(page.browser.script(waits), false);

    site.stop();
    page.browser.reload();
    page.until_ready("Seed 4:");
    assert_eq!(
        (build(&page).as_str(), title(&page).as_str()),
        (SECOND, TITLE)
    );
    assert!(page.shown("image") == picture, "from the stored weights");
}

#[test]
fn a_newer_page_that_cannot_be_stored_leaves_the_older_one() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = stored(&site);
    let picture = page.shown("image");
    let first = build(&page);
    // Only the worker is newer, and a program that it lists is missing.
    let worker = site.folder().join("sw.js");
    let text = fs::read_to_string(&worker).expect("the worker");
    let text = text
        .replace(
            &format!("BUILD = \"{first}\""),
            &format!("BUILD = \"{SECOND}\""),
        )
        .replace("const FILES = [", "const FILES = [\"missing.js\",");
    assert!(text.contains(SECOND) && text.contains("missing.js"));
    fs::write(&worker, text).expect("a file");
    page.browser.reload();
    page.until_ready("Seed 4:");
    page.wait("a try", || site.served("missing.js") > 0);
    let ended =
        "return navigator.serviceWorker.getRegistration().then(r => !r.installing && !r.waiting)";
    page.wait("its end", || page.browser.script(ended) == true);
    assert!(!is_offered(&page), "nothing whole is newer");

    site.stop();
    page.browser.reload();
    page.until_ready("Seed 4:");
    assert_eq!(build(&page), first);
    assert!(page.shown("image") == picture);
}
