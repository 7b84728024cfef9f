//! The address says what is shown: model, seed and class or, where a seed does not say it all, the
//! whole scene behind the `#`, and how it is looked at. Opening it anywhere shows the same picture.

mod asked;
mod entries;
mod shared;

use leptos::prelude::*;
use web_sys::UrlSearchParams;

use super::number::number;
use super::page::{Controller, MAX_SEED, Page, Phase, Wish};
use super::trouble;
use super::words::{
    LINK_DAMAGED, LINK_DOES_NOT_FIT, LINK_OTHER_WEIGHTS, LINK_VERSION, Sentence, Word,
};
use crate::model::protocol::BackendChoice;
use crate::model::scene::{Origin, Scene};
use asked::Asked;
use entries::Entries;
use shared::{Refused, Shared};

/// Reads the address; what it does not say or says wrongly has its default, and [`follow`] tells.
pub fn read() -> Wish {
    let query = query();
    let number = |name: &str| query.get(name).and_then(|text| number(&text));
    let scene = Shared::read(&fragment()).ok().flatten();
    let scene = scene.and_then(|shared| shared.scene);
    let seed = scene.as_ref().and_then(Scene::subject);
    let asked = number("seed").filter(|seed| *seed <= MAX_SEED);
    Wish {
        model: query.get("model").unwrap_or_default(),
        seed: seed.or(asked).unwrap_or(1).min(MAX_SEED),
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

/// The address of what is shown; other parameters stay.
fn address(page: Page) -> String {
    let query = query();
    set(&query, page, page.scene.with_untracked(Scene::seed));
    let fragment = match standing(page) {
        Some(shared) => format!("#{}", shared.fragment()),
        None => kept(page),
    };
    let path = window().location().pathname().unwrap_or_default();
    format!("{path}?{}{fragment}", String::from(query.to_string()))
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

/// Keeps address and page in step while the page lives: a link that is opened in this tab shows itself, Back and
/// Forward show what was seen, and what is wrong with an address is told.
pub fn follow(controller: Controller) {
    let page = controller.page;
    let entries = Entries::begin(page, address);
    let links = Links::of_address(controller);
    let asked = StoredValue::new(Some(Asked::of(&query())));
    Effect::new(move |_| {
        let Some(loaded) = page.opened.with(|m| m.as_ref().map(|m| m.sha256.clone())) else {
            return;
        };
        // Only now it is known what this page has of it.
        let asked = asked.try_update_value(Option::take).flatten();
        let refused = asked.and_then(|asked| asked.refused(page));
        // Opening a model clears the panel of trouble.
        for sentence in [refused, links.refused(), links.arrive(&loaded)] {
            sentence.into_iter().for_each(trouble::show);
        }
    });
    Effect::new(move |before: Option<()>| {
        page.settled.track();
        page.look.track();
        // What the address says itself need not be written.
        if before.is_some() {
            entries.show();
        }
    });
    Effect::new(move |_| {
        page.picture.track();
        if page.phase.get() != Phase::Ready {
            return;
        }
        entries.seen();
        // Lines found in an image are known only when they are painted.
        if page
            .scene
            .with_untracked(|s| matches!(s.origin, Origin::Image { .. }))
        {
            entries.show();
        }
    });
    // Back, Forward and links within the page.
    let handle = window_event_listener_untyped("popstate", move |_| {
        entries.leave();
        links.read();
        let goes_back = entries::is_ours();
        let wish = read();
        let open = page.model.get_untracked();
        // The address of a file of one's own names no model.
        let model = Some(wish.model).filter(|id| !id.is_empty());
        let model = model.unwrap_or_else(|| open.clone());
        let opens = goes_back && (model != open || wish.scene.is_none());
        let loaded = page
            .opened
            .with_untracked(|m| m.as_ref().map(|m| m.sha256.clone()));
        if opens {
            controller.show_sample(&model, wish.seed, wish.class);
        } else if let Some(loaded) = loaded {
            links.arrive(&loaded).into_iter().for_each(trouble::show);
        }
        // Where nothing had to change, and where a person stays with the model that is open.
        if page.phase.get_untracked() != Phase::Loading {
            entries.show();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Links behind the `#`.
#[derive(Clone, Copy)]
struct Links {
    controller: Controller,
    /// One whose weights are not there yet.
    waiting: StoredValue<Option<Waiting>>,
    /// Why one cannot be followed, until it was told.
    refused: StoredValue<Option<Word>>,
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

impl Links {
    fn of_address(controller: Controller) -> Self {
        let links = Self {
            controller,
            waiting: StoredValue::new(None),
            refused: StoredValue::new(None),
        };
        links.read();
        links
    }

    /// Reads the link that stands in the address.
    fn read(self) {
        match Shared::read(&fragment()) {
            Ok(shared) => {
                self.refused.set_value(None);
                self.waiting.set_value(shared.map(Waiting::new));
            }
            Err(why) => {
                self.waiting.set_value(None);
                let word = refusal(&why);
                self.refused.set_value(Some(word));
                trouble::show(word);
            }
        }
    }

    /// Why the link cannot be followed; once.
    fn refused(self) -> Option<Sentence> {
        let refused = self.refused.try_update_value(Option::take).flatten();
        refused.map(Sentence::from)
    }

    /// Shows the scene of the link that waits, if these weights can; returns what is to be said. With
    /// other weights than its own the link waits on, for a file that the user may open.
    fn arrive(self, loaded: &str) -> Option<Sentence> {
        let Waiting { shared, tried } = self.waiting.get_value()?;
        let same = shared::weights(loaded) == Some(shared.weights);
        if tried && !same {
            return None;
        }
        self.waiting.update_value(|link| match link {
            Some(link) if !same => link.tried = true,
            _ => *link = None,
        });
        let page = self.controller.page;
        let fits = shared.scene.as_ref().is_none_or(|s| page.admits(s));
        if let Some(scene) = shared.scene.filter(|_| fits)
            && page.scene.with_untracked(|now| *now != scene)
        {
            self.controller.settle(scene);
        }
        match (fits, same) {
            (false, _) => Some(LINK_DOES_NOT_FIT.into()),
            (true, false) => Some(LINK_OTHER_WEIGHTS.into()),
            (true, true) => None,
        }
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
