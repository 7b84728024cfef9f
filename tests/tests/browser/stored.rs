//! Weights on their way, and files that the browser stored and that are no longer what they were: a disk
//! that fails, or another program that cleaned up.

use super::everyone::speak;
use super::model::fresh;
use super::page::Page;
use super::site::{Offer, Site};
use sha2::Digest as _;

/// As it is served.
const FILE: &str = "assets/fresh.weave";
/// Other bytes in a stored file of the same length.
const FLIP: &str = "bytes[bytes.length >> 1] ^= 64";
/// A stored file that ends early.
const CUT: &str = "bytes = bytes.slice(0, bytes.length >> 1)";

#[test]
fn damaged_weights_are_noticed_and_fetched_again() {
    let model = fresh(7);
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    let picture = page.shown("image");
    let sound = data_encoding::HEXLOWER.encode(&sha2::Sha256::digest(&model));
    page.wait("stored weights", || stored(&page) == sound);
    let self_test = proven(&page);
    page.browser.reload();
    page.until_ready("Seed 4:");
    assert_eq!(site.served(FILE), 1, "what is stored is used");
    assert_eq!(
        proven(&page),
        self_test,
        "the self-test counts at the second visit"
    );
    for (fetched, damage) in [(2, FLIP), (3, CUT)] {
        change(&page, damage);
        assert!(stored(&page) != sound, "{damage}");
        page.browser.reload();
        page.until_ready("Seed 4:");
        assert_eq!(site.served(FILE), fetched, "after {damage}");
        assert!(page.shown("image") == picture, "after {damage}");
        page.wait(damage, || stored(&page) == sound);
        assert_eq!(proven(&page), self_test, "after {damage}");
    }
    page.is_quiet();
}

#[test]
fn weights_damaged_without_a_network_are_told() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4");
    page.until_ready("Seed 4:");
    let picture = page.shown("image");
    page.until_service_worker();
    page.wait("stored weights", || page.stores_weights());
    change(&page, FLIP);
    site.stop();
    page.browser.reload();
    page.until_error(&["fresh", "was damaged and was removed", "Check the network"]);
    assert!(
        page.browser.displayed("[data-testid=gallery]"),
        "the gallery is seen"
    );
    site.go_on();
    page.browser.reload();
    page.until_ready("Seed 4:");
    assert!(page.shown("image") == picture, "with a network all is well");
}

/// The file comes bit by bit: what has come is said in true numbers, and what is missing as well.
#[test]
fn weights_that_come_slowly_are_counted_and_a_network_that_breaks_is_told() {
    let model = fresh(7);
    let site = Site::with_models(&[Offer::whole("fresh", &model)]);
    site.give(FILE, 0);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    let megabytes = |bytes: usize| format!("{:.1}", bytes as f64 / 1e6);
    let total = megabytes(model.len());
    let thirds = [0, model.len() / 3, 2 * (model.len() / 3)];
    for (i, bytes) in thirds.into_iter().enumerate() {
        site.give(FILE, bytes);
        let said = format!("{} of {total} MB", megabytes(bytes));
        page.wait(&said, || page.text("progress") == said);
        assert!(
            i == 0 || megabytes(bytes) != megabytes(thirds[i - 1]),
            "the numbers rise"
        );
        let share = "return document.querySelector('.loading progress').value";
        let share = page.browser.script(share).as_f64().expect("a number");
        let expected = bytes as f64 / model.len() as f64;
        assert!((share - expected).abs() < 1e-6, "{share}, not {expected}");
        assert_eq!(page.state(), "loading");
        assert_eq!(page.status(), "Loading the model…");
        assert!(page.browser.displayed("[data-testid=gallery]"));
    }
    speak(&page, "zh-Hans");
    let said = format!("{} / {total} MB", megabytes(thirds[2]));
    page.wait(&said, || page.text("progress") == said);
    speak(&page, "en");
    site.break_off(FILE);
    page.until_error(&["fresh", "was interrupted", "Check the network"]);
    assert!(page.browser.displayed("[data-testid=gallery]"));

    site.give_all(FILE);
    page.browser.reload();
    page.until_ready("Seed 4:");
    assert_eq!(page.text("progress"), "");
}

/// A program of the page that its store holds damaged. The page cannot mend that by itself, for it is the same
/// program that would: it says so, its gallery is there, and clearing what is stored helps.
#[test]
fn damaged_programs_of_the_page_are_told_and_clearing_them_helps() {
    let site = Site::with_models(&[Offer::whole("fresh", &fresh(7))]);
    let page = Page::open(&site, "backend=cpu&seed=4&lang=en");
    page.until_ready("Seed 4:");
    let picture = page.shown("image");
    for (name, sentence) in [
        ("data-app", "The workbench could not be started"),
        ("data-wasm", "The workbench could not be started"),
        ("engine", "The engine could not be loaded"),
    ] {
        until_controlled(&page);
        let damage = "const { headers } = await cache.match(file); await cache.put(file, new Response('damaged', { headers }))";
        assert_eq!(program(&page, name, damage), 1, "{name}");
        page.browser.reload();
        page.until_error(&[sentence, "gallery below still works"]);
        assert!(page.browser.displayed("[data-testid=gallery]"), "{name}");
        assert!(page.browser.displayed("[data-testid=error]"), "{name}");
        page.browser.click("[data-testid=clear-cache]");
        page.wait("the news", || page.text("stored").contains("were cleared"));
        page.browser.reload();
        page.until_ready("Seed 4:");
        assert!(page.shown("image") == picture, "{name}");
    }
    // What is gone comes from the network.
    until_controlled(&page);
    for name in ["data-app", "data-wasm", "engine"] {
        assert_eq!(
            program(&page, name, "await cache.delete(file)"),
            1,
            "{name}"
        );
    }
    page.browser.reload();
    page.until_ready("Seed 4:");
    page.is_quiet();
}

/// The page's files are stored, and come from there.
fn until_controlled(page: &Page) {
    page.until_service_worker();
    let controlled = "return !!navigator.serviceWorker.controller";
    page.wait("a worker in control", || {
        page.browser.script(controlled) == true
    });
}

/// Runs a line of script on the stored `file` of a program of the page, and says how many there are: the
/// engine's module, or what the page's script names.
fn program(page: &Page, name: &str, line: &str) -> u64 {
    let count = page.browser.script(&format!(
        "return (async () => {{
         const own = document.querySelector('script[data-app]').getAttribute('{name}') ?? './engine_bg.wasm';
         const [name] = (await caches.keys()).filter(name => name.startsWith('scanweave-page'));
         const cache = await caches.open(name);
         const files = (await cache.keys()).filter(request => request.url.startsWith(new URL(own, document.baseURI).href));
         for (const file of files) {{ {line} }}
         return files.length }})()"
    ));
    count.as_u64().expect("a number")
}

/// SHA-256 of the one file that is stored.
fn stored(page: &Page) -> String {
    let hash = page.browser.script(
        "return (async () => {
         const cache = await caches.open('scanweave-weights');
         const all = (await cache.keys()).filter(request => !request.url.includes('proven-by'));
         if (all.length !== 1) return `${all.length} files`;
         const digest = await crypto.subtle.digest('SHA-256', await (await cache.match(all[0])).arrayBuffer());
         return Array.from(new Uint8Array(digest), b => b.toString(16).padStart(2, '0')).join('') })()",
    );
    hash.as_str().expect("a hash").to_owned()
}

/// What is noted of the self-test: one difference, for one file and build.
fn proven(page: &Page) -> f64 {
    let noted = page.browser.script(
        "return (async () => {
         const cache = await caches.open('scanweave-weights');
         const all = (await cache.keys()).filter(request => request.url.includes('proven-by'));
         return Promise.all(all.map(async request => Number(await (await cache.match(request)).text()))) })()",
    );
    let noted = noted.as_array().expect("a list");
    assert_eq!(noted.len(), 1, "{noted:?}");
    noted[0].as_f64().expect("a number")
}

/// Runs a line of script on the stored `bytes`.
fn change(page: &Page, damage: &str) {
    page.browser.script(&format!(
        "return (async () => {{
         const cache = await caches.open('scanweave-weights'); const [file] = await cache.keys();
         let bytes = new Uint8Array(await (await cache.match(file)).arrayBuffer());
         {damage}; await cache.put(file, new Response(bytes)) }})()"
    ));
}
