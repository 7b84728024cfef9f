//! Where requests go, those of the engine's worker and of the service worker included.
//!
//! A page's own list of resources does not hold what its workers fetch, and a worker whose script comes
//! from the network knows no policy of the page's meta element. So Chromium writes down every request that
//! reaches its network stack (`--log-net-log`), with the origin that asked for it; what a policy refuses
//! never gets there. A request to another origin, whoever of the page, its worker or its service worker
//! makes it, stands in that log with our origin as the one that asked. That this would be noticed is shown
//! by an engine that makes such a request on purpose.

use super::driver::Browser;
use super::model::fresh;
use super::page::Page;
use super::site::{Offer, Site};
use serde_json::{Value, json};
use std::fs;

/// Another origin; nobody listens there.
const FOREIGN: &str = "http://127.0.0.2:9/pixel.png";

fn site() -> Site {
    Site::with_models(&[Offer::whole("fresh", &fresh(7))])
}

/// An engine that tells another origin that it runs.
fn site_that_tells() -> Site {
    let site = site();
    site.before_engine(&format!(
        "await fetch('{FOREIGN}', {{ mode: 'no-cors' }}).catch(() => undefined);"
    ));
    site
}

/// What this site asked the network for, from its opening to the end of the browser.
fn requests(site: &Site, backend: &str, using: impl Fn(&Page)) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("network.json");
    let browser = Browser::with_flags(&[format!("--log-net-log={}", file.display())]);
    let page = Page { browser };
    page.browser
        .open(&site.url(&format!("backend={backend}&seed=4&lang=en")));
    page.until_ready("Seed 4:");
    assert_eq!(page.backend(), backend, "{}", page.text("badge"));
    page.until_service_worker();
    page.wait("stored weights", || page.stores_weights());
    using(&page);
    page.browser.close();
    let written = || fs::read_to_string(&file).unwrap_or_default();
    page.wait("a whole log", || {
        serde_json::from_str::<Value>(&written()).is_ok()
    });
    let own = site.origin();
    let log = written();
    let starts = log
        .lines()
        .filter(|line| line.contains("\"request_type\":"));
    let starts = starts.map(|line| {
        let event = serde_json::from_str::<Value>(line.trim_end_matches(','));
        event.unwrap_or_else(|e| panic!("{e}: {line}"))
    });
    // Chromium asks for things of its own too, on behalf of no origin.
    let ours = starts.filter(|event| event["params"]["initiator"] == own.as_str());
    let address = |event: Value| {
        event["params"]["url"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    ours.map(address).collect()
}

fn count(requests: &[String], address: &str) -> usize {
    requests.iter().filter(|r| *r == address).count()
}

#[test]
fn page_engine_and_service_worker_ask_their_own_origin_only() {
    let site = site();
    let requests = requests(&site, "cpu", |page| {
        page.step();
        page.until_ready("Seed 5:");
        page.browser.reload();
        page.until_ready("Seed ");
    });
    are_of(
        &site,
        &requests,
        &[
            ("assets/fresh.weave", "the engine's weights"),
            ("engine_bg.wasm", "the engine's module"),
            ("assets/cards/brain-mri.json", "the service worker's store"),
        ],
    );
}

/// The log holds these files, which the workers ask for, and nothing but what lies below the page.
#[track_caller]
fn are_of(site: &Site, requests: &[String], files: &[(&str, &str)]) {
    let own = site.url("");
    let own = own.trim_end_matches('?');
    for (file, who) in files {
        let seen = requests
            .iter()
            .any(|r| r.split('?').next() == Some(&format!("{own}{file}")));
        assert!(seen, "{who}: {file} is not in {requests:?}");
    }
    let foreign: Vec<_> = requests.iter().filter(|r| !r.starts_with(own)).collect();
    assert!(foreign.is_empty(), "asked for elsewhere: {foreign:?}");
}

/// The page lies on a host whose other paths belong to others, as on GitHub Pages, and computes on WebGPU: it
/// serves itself from there, keeps itself there, and touches nothing else.
#[test]
fn below_a_path_of_a_shared_host_the_page_is_whole_and_stays_there() {
    let site = site().under("/some/path/");
    let home = site.url("");
    let home = home.trim_end_matches('?');
    let requests = requests(&site, "webgpu", |page| {
        page.wait("the engine for WebGPU", || page.stores("graphics_bg.wasm"));
        let scope = "return navigator.serviceWorker.getRegistrations().then(all => all.map(one => one.scope))";
        assert_eq!(page.browser.script(scope), json!([home]));
        let kept = "return caches.keys().then(all => all.filter(name => name.startsWith('scanweave-page')))";
        let kept = page.browser.script(kept);
        let build = page
            .browser
            .script("return document.querySelector('meta[name=build]').content");
        let build = build.as_str().expect("a build id");
        assert_eq!(kept, json!([format!("scanweave-page /some/path/ {build}")]));
        page.browser.open(&site.url("backend=cpu&seed=4&lang=en"));
        page.until_ready("Seed 4:");
        let picture = page.shown("image");
        page.step();
        page.until_ready("Seed 5:");
        let other = page.shown("image");
        assert!(other != picture);
        let link = page.link();
        assert!(link.starts_with(&format!("{home}?")), "{link}");
        page.browser.open("about:blank");
        page.browser.open(&link.replace('?', "?backend=cpu&"));
        page.until_ready("Seed 5:");
        assert!(page.shown("image") == other, "{link}");
        site.stop();
        page.browser.open(&site.url("backend=cpu&seed=4&lang=en"));
        page.until_ready("Seed 4:");
        assert!(page.shown("image") == picture, "without a network too");
        // Nothing is left with the browser that it would send along.
        assert_eq!(page.browser.script("return document.cookie"), "");
        let cookies = page.browser.devtools("Storage.getCookies", json!({}));
        assert_eq!(cookies["cookies"], json!([]));
    });
    are_of(
        &site,
        &requests,
        &[
            ("assets/fresh.weave", "the engine's weights"),
            ("engine_bg.wasm", "the small engine's module"),
            ("graphics_bg.wasm", "the large engine's module"),
            ("assets/cards/brain-mri.json", "the service worker's store"),
        ],
    );
    let elsewhere = site.asked_elsewhere();
    assert!(elsewhere.is_empty(), "asked beside the page: {elsewhere:?}");
}

/// The control of the test before: the log holds what an engine asks another origin for.
#[test]
fn a_request_of_the_engine_to_another_origin_is_noticed() {
    let requests = requests(&site_that_tells(), "cpu", |_| ());
    assert_eq!(count(&requests, FOREIGN), 1, "{requests:?}");
}

#[test]
fn an_engine_that_comes_from_the_store_may_ask_no_other_origin() {
    let requests = requests(&site_that_tells(), "cpu", |page| {
        page.browser.reload();
        page.until_ready("Seed 4:");
    });
    // At the first visit nothing was stored yet.
    assert_eq!(count(&requests, FOREIGN), 1, "{requests:?}");
}
