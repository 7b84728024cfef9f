//! The address says what is shown: model, seed and class or, where a seed does not say it all, the
//! whole scene behind the `#`, and how it is looked at. Opening it anywhere shows the same picture.

mod shared;

use std::cell::Cell;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsValue;
use web_sys::UrlSearchParams;

use super::page::{Controller, MAX_SEED, Page, Phase, Wish};
use super::trouble;
use super::words::{LINK_DAMAGED, LINK_DOES_NOT_FIT, LINK_OTHER_WEIGHTS, LINK_VERSION, Word};
use crate::model::protocol::BackendChoice;
use crate::model::scene::{Origin, Scene};
use shared::{Refused, Shared};

/// Shortest time between two writings: browsers refuse more than about three a second.
const PAUSE: f64 = 350.0;

/// Reads the address; what it does not say or says wrongly has its default.
pub fn read() -> Wish {
    let query = query();
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<u64>().ok());
    // What is wrong with a link is told by `follow`, when the page can speak.
    let scene = Shared::read(&fragment()).ok().flatten();
    let scene = scene.and_then(|shared| shared.scene);
    let seed = scene.as_ref().and_then(Scene::subject);
    Wish {
        model: query.get("model").unwrap_or_default(),
        seed: seed.or_else(|| number("seed")).unwrap_or(1).min(MAX_SEED),
        class: scene.as_ref().map_or_else(
            || number("class").unwrap_or(0) as usize,
            |scene| scene.lesion.finding().unwrap_or(0),
        ),
        backend: match query.get("backend").as_deref() {
            Some("webgpu") => BackendChoice::WebGpu,
            Some("cpu") => BackendChoice::Cpu,
            _ => BackendChoice::Auto,
        },
        scene,
        look: query.get("view").unwrap_or_default(),
    }
}

/// Writes what is shown into the address; other parameters stay. Soon, not at once, while it changes
/// all the time.
fn write(page: Page) {
    thread_local! {
        static LAST: Cell<f64> = const { Cell::new(f64::MIN) };
        static WAITS: Cell<bool> = const { Cell::new(false) };
    }
    if WAITS.get() {
        return;
    }
    let rest = LAST.get() + PAUSE - js_sys::Date::now();
    let now = move || {
        WAITS.set(false);
        LAST.set(js_sys::Date::now());
        replace(page);
    };
    if rest > 0.0 {
        WAITS.set(true);
        set_timeout(now, Duration::from_millis(rest as u64));
    } else {
        now();
    }
}

fn replace(page: Page) {
    let query = query();
    set(&query, page, page.scene.with_untracked(Scene::seed));
    let fragment = match standing(page) {
        Some(shared) => format!("#{}", shared.fragment()),
        None => kept(page),
    };
    let path = window().location().pathname().unwrap_or_default();
    let address = format!("{path}?{}{fragment}", String::from(query.to_string()));
    let history = window().history();
    // An opaque origin (a file opened from disk) has no history to write: then the address stays.
    let _ = history.and_then(|h| h.replace_state_with_url(&JsValue::NULL, "", Some(&address)));
}

/// What has to stand behind the `#` because the rest of the address does not say it.
fn standing(page: Page) -> Option<Shared> {
    let plain = page.scene.with_untracked(Scene::seed).is_some();
    if plain || other_owner(&fragment()) {
        return None;
    }
    carried(page)
}

/// What of the text behind the `#` stays.
fn kept(page: Page) -> String {
    let fragment = fragment();
    let waits = page.opened.with_untracked(Option::is_none);
    if fragment.is_empty() || !(waits || other_owner(&fragment)) {
        return String::new();
    }
    format!("#{fragment}")
}

/// Whether another part of the page has written behind the `#`, as lessons do.
fn other_owner(fragment: &str) -> bool {
    fragment.contains('=') && Shared::read(fragment) == Ok(None)
}

/// Weights and scene as a link carries them; `None` while model or picture is missing.
fn carried(page: Page) -> Option<Shared> {
    let weights = page
        .opened
        .with_untracked(|m| m.as_ref().and_then(|m| shared::weights(&m.sha256)))?;
    let done = page.phase.get_untracked() == Phase::Ready;
    let scene = page.scene.with_untracked(|scene| {
        page.picture
            .with_untracked(|p| shared::portable(scene, p.as_ref().filter(|_| done)))
    })?;
    let scene = Some(scene);
    Some(Shared { weights, scene })
}

/// A link that shows this picture on another machine; `None` while there is none to show.
pub fn link(page: Page) -> Option<String> {
    let mut shared = carried(page)?;
    let query = UrlSearchParams::new().ok()?;
    let named = page.model.with_untracked(|id| !id.is_empty());
    let seed = shared.scene.as_ref().and_then(Scene::seed);
    set(&query, page, seed.filter(|_| named));
    if seed.is_some() && named {
        shared.scene = None;
    } else {
        query.delete("seed");
        query.delete("class");
    }
    let href = window().location().href().ok()?;
    let page = href.split(['?', '#']).next()?;
    let query = String::from(query.to_string());
    Some(format!("{page}?{query}#{}", shared.fragment()))
}

/// Model, seed, class and look as parameters.
fn set(query: &UrlSearchParams, page: Page, seed: Option<u64>) {
    page.model.with_untracked(|id| {
        if id.is_empty() {
            query.delete("model");
        } else {
            query.set("model", id);
        }
    });
    let seed = seed.unwrap_or_else(|| page.seed.get_untracked());
    query.set("seed", &seed.to_string());
    query.set("class", &page.class.get_untracked().to_string());
    page.look.with_untracked(|look| {
        if look.is_empty() {
            query.delete("view");
        } else {
            query.set("view", look);
        }
    });
}

/// Keeps address and page in step while the page lives: a link that is opened in this tab shows itself, and what
/// is wrong with one is told.
pub fn follow(controller: Controller) {
    let page = controller.page;
    let waiting = StoredValue::new(None::<Waiting>);
    let refused = StoredValue::new(None::<Word>);
    let read = move || match Shared::read(&fragment()) {
        Ok(shared) => {
            refused.set_value(None);
            waiting.set_value(shared.map(Waiting::new));
        }
        Err(why) => {
            waiting.set_value(None);
            let word = refusal(&why);
            refused.set_value(Some(word));
            trouble::show(word);
        }
    };
    read();
    Effect::new(move |_| {
        let Some(loaded) = page.opened.with(|m| m.as_ref().map(|m| m.sha256.clone())) else {
            return;
        };
        // Opening a model clears the panel of trouble.
        if let Some(word) = refused.try_update_value(Option::take).flatten() {
            trouble::show(word);
        }
        if let Some(word) = arrive(controller, waiting, shared::weights(&loaded)) {
            trouble::show(word);
        }
    });
    Effect::new(move |before: Option<()>| {
        page.settled.track();
        page.look.track();
        // What the address says itself need not be written.
        if before.is_some() {
            write(page);
        }
    });
    // Lines found in an image are known only when they are painted.
    Effect::new(move |_| {
        page.picture.track();
        let painted = page.phase.get() == Phase::Ready;
        let image = page
            .scene
            .with_untracked(|s| matches!(s.origin, Origin::Image { .. }));
        if painted && image {
            write(page);
        }
    });
    let handle = window_event_listener_untyped("hashchange", move |_| {
        read();
        let loaded = page
            .opened
            .with_untracked(|m| m.as_ref().map(|m| m.sha256.clone()));
        if let Some(loaded) = loaded
            && let Some(word) = arrive(controller, waiting, shared::weights(&loaded))
        {
            trouble::show(word);
        }
    });
    on_cleanup(move || handle.remove());
}

/// A link whose weights are not there yet.
#[derive(Clone)]
struct Waiting {
    shared: Shared,
    /// Whether it was tried with other weights: then only its own bring it back.
    tried: bool,
}

impl Waiting {
    fn new(shared: Shared) -> Self {
        let tried = false;
        Self { shared, tried }
    }
}

/// Shows the scene of the link that waits, if these weights can; returns what is to be said. With
/// other weights than its own the link waits on, for a file that the user may open.
fn arrive(
    controller: Controller,
    waiting: StoredValue<Option<Waiting>>,
    loaded: Option<shared::Weights>,
) -> Option<Word> {
    let Waiting { shared, tried } = waiting.get_value()?;
    let same = loaded == Some(shared.weights);
    if tried && !same {
        return None;
    }
    waiting.update_value(|link| match link {
        Some(link) if !same => link.tried = true,
        _ => *link = None,
    });
    let page = controller.page;
    let fits = shared.scene.as_ref().is_none_or(|s| page.admits(s));
    if let Some(scene) = shared.scene.filter(|_| fits)
        && page.scene.with_untracked(|now| *now != scene)
    {
        controller.settle(scene);
    }
    match (fits, same) {
        (false, _) => Some(LINK_DOES_NOT_FIT),
        (true, false) => Some(LINK_OTHER_WEIGHTS),
        (true, true) => None,
    }
}

fn refusal(why: &Refused) -> Word {
    match why {
        Refused::Version => LINK_VERSION,
        Refused::Damaged => LINK_DAMAGED,
    }
}

/// The text behind the `#`.
fn fragment() -> String {
    let hash = window().location().hash().unwrap_or_default();
    hash.strip_prefix('#').unwrap_or_default().to_owned()
}

fn query() -> UrlSearchParams {
    let search = window().location().search().unwrap_or_default();
    UrlSearchParams::new_with_str(&search)
        .unwrap_or_else(|_| UrlSearchParams::new().expect("an empty query"))
}
