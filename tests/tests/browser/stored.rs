//! Weights that the browser stored and that are no longer what they were: a disk that fails, or
//! another program that cleaned up.

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
    let sound = stored(&page);
    assert_eq!(sound, scanweave_tests::hex(&sha2::Sha256::digest(&model)));
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
        assert_eq!(stored(&page), sound, "after {damage}");
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
