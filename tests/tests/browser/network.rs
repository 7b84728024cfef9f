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
use serde_json::Value;
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
fn requests(site: &Site, using: impl Fn(&Page)) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("network.json");
    let browser = Browser::with_flags(&[format!("--log-net-log={}", file.display())]);
    let page = Page { browser };
    page.browser.open(&site.url("backend=cpu&seed=4"));
    page.until_ready("Seed 4:");
    page.until_service_worker();
    page.wait("stored weights", || page.stores_weights());
    using(&page);
    page.browser.close();
    let written = || fs::read_to_string(&file).unwrap_or_default();
    page.wait("a whole log", || {
        serde_json::from_str::<Value>(&written()).is_ok()
    });
    let own = site.url("");
    let own = own.trim_end_matches("/?");
    let log = written();
    let starts = log
        .lines()
        .filter(|line| line.contains("\"request_type\":"));
    let starts = starts.map(|line| {
        let event = serde_json::from_str::<Value>(line.trim_end_matches(','));
        event.unwrap_or_else(|e| panic!("{e}: {line}"))
    });
    // Chromium asks for things of its own too, on behalf of no origin.
    let ours = starts.filter(|event| event["params"]["initiator"] == own);
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
    let requests = requests(&site, |page| {
        page.step();
        page.until_ready("Seed 5:");
        page.browser.reload();
        page.until_ready("Seed ");
    });
    let own = site.url("");
    let own = own.trim_end_matches('?');
    // The log holds what the workers ask for: the engine its weights and its module, the other one the cards.
    for (file, who) in [
        ("assets/fresh.weave", "the engine's weights"),
        ("engine_bg.wasm", "the engine's module"),
        ("assets/cards/brain-mri.json", "the service worker's store"),
    ] {
        let seen = requests
            .iter()
            .any(|r| r.split('?').next() == Some(&format!("{own}{file}")));
        assert!(seen, "{who}: {file} is not in {requests:?}");
    }
    let foreign: Vec<_> = requests.iter().filter(|r| !r.starts_with(own)).collect();
    assert!(foreign.is_empty(), "asked for elsewhere: {foreign:?}");
}

/// The control of the test before: the log holds what an engine asks another origin for.
#[test]
fn a_request_of_the_engine_to_another_origin_is_noticed() {
    let requests = requests(&site_that_tells(), |_| ());
    assert_eq!(count(&requests, FOREIGN), 1, "{requests:?}");
}

#[test]
fn an_engine_that_comes_from_the_store_may_ask_no_other_origin() {
    let requests = requests(&site_that_tells(), |page| {
        page.browser.reload();
        page.until_ready("Seed 4:");
    });
    // At the first visit nothing was stored yet.
    assert_eq!(count(&requests, FOREIGN), 1, "{requests:?}");
}
