//! The entries of the browser's history, so that Back leads to what was seen before.
//!
//! A subject as its seed draws it has an entry, and one more as a person left it: Back never leaves the page while
//! there is something before, and a hundred strokes are one step. What changes within an entry, as drags do it,
//! takes the place of its address; a picture that is passed before it is painted, as under a key that is held,
//! leaves no entry.

use std::mem::{Discriminant, discriminant};
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use crate::model::scene::{Origin, Scene};
use crate::ui::page::Page;

/// Shortest time between two writings: browsers refuse more than about three a second.
const PAUSE: f64 = 350.0;

/// What has an entry of its own.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    /// Id of the model.
    model: String,
    origin: Discriminant<Origin>,
    subject: Option<u64>,
    /// The finding of a scene that is as its seed draws it; `None` once a person changed it.
    finding: Option<usize>,
    /// The image of one's own that it comes from.
    image: Option<String>,
}

/// The entry that is open.
#[derive(Default)]
struct Entry {
    place: Option<Place>,
    /// Whether its picture was painted.
    seen: bool,
    /// Its address, where that is still to be written.
    unwritten: Option<String>,
    /// When an address was last written, ms.
    written: f64,
    /// Whether a writing is on its way.
    waits: bool,
}

/// The entries, of which one is open.
#[derive(Clone, Copy)]
pub struct Entries {
    page: Page,
    /// The address of what the page shows.
    address: fn(Page) -> String,
    entry: StoredValue<Entry>,
}

impl Place {
    /// What the page shows.
    fn of(page: Page) -> Self {
        let image = page
            .image
            .with_untracked(|image| image.as_ref().map(|image| image.name.clone()));
        let model = page.model.get_untracked();
        page.scene
            .with_untracked(|scene| Self::of_scene(model, scene, image))
    }

    fn of_scene(model: String, scene: &Scene, image: Option<String>) -> Self {
        let plain = scene.seed().is_some();
        let own = matches!(scene.origin, Origin::Image { .. });
        Self {
            model,
            origin: discriminant(&scene.origin),
            subject: scene.subject(),
            finding: scene.lesion.finding().filter(|_| plain),
            image: image.filter(|_| own),
        }
    }
}

impl Entry {
    /// Takes in what is shown. Returns whether it needs an entry of its own.
    fn take(&mut self, place: Place) -> bool {
        if self.place.as_ref() == Some(&place) {
            return false;
        }
        let leaves = self.place.is_some() && self.seen;
        self.place = Some(place);
        self.seen = false;
        leaves
    }
}

impl Entries {
    /// Begins with the entry that is open.
    pub fn begin(page: Page, address: fn(Page) -> String) -> Self {
        if let Ok(address) = window().location().href() {
            put(&address);
        }
        Self {
            page,
            address,
            entry: StoredValue::new(Entry::default()),
        }
    }

    /// Writes down what is shown.
    pub fn show(self) {
        let (place, address) = (Place::of(self.page), (self.address)(self.page));
        if self.entry.try_update_value(|entry| entry.take(place)) == Some(true) {
            // The one that is left keeps its last address.
            self.write();
            self.entry.update_value(|entry| entry.written = now());
            push(&address);
            return;
        }
        self.entry
            .update_value(|entry| entry.unwritten = Some(address));
        self.write_soon();
    }

    /// What is shown was painted.
    pub fn seen(self) {
        self.entry.update_value(|entry| entry.seen = true);
    }

    /// The browser went to another entry.
    pub fn leave(self) {
        self.entry.update_value(|entry| {
            (entry.place, entry.seen, entry.unwritten) = (None, false, None);
        });
    }

    /// Soon, not at once, while the address changes all the time.
    fn write_soon(self) {
        let (waits, written) = self.entry.with_value(|entry| (entry.waits, entry.written));
        let rest = written + PAUSE - now();
        if waits {
            return;
        }
        if rest <= 0.0 {
            return self.write();
        }
        self.entry.update_value(|entry| entry.waits = true);
        let later = move || {
            self.entry.update_value(|entry| {
                entry.waits = false;
                // What else stands in the address, as the language does, may have changed meanwhile.
                if entry.unwritten.is_some() && entry.place == Some(Place::of(self.page)) {
                    entry.unwritten = Some((self.address)(self.page));
                }
            });
            self.write();
        };
        set_timeout(later, Duration::from_millis(rest as u64));
    }

    fn write(self) {
        let unwritten = self.entry.try_update_value(|entry| entry.unwritten.take());
        if let Some(address) = unwritten.flatten() {
            self.entry.update_value(|entry| entry.written = now());
            put(&address);
        }
    }
}

/// Whether the entry that is open was written here, and not by a link within the page.
pub fn is_ours() -> bool {
    let state = window().history().and_then(|history| history.state());
    state.is_ok_and(|state| state == JsValue::TRUE)
}

/// In the place of the address. An opaque origin (a file opened from disk) has no history to write: then the
/// address stays.
fn put(address: &str) {
    let history = window().history();
    let _ = history.and_then(|h| h.replace_state_with_url(&JsValue::TRUE, "", Some(address)));
}

/// As an entry of its own.
fn push(address: &str) {
    let history = window().history();
    let _ = history.and_then(|h| h.push_state_with_url(&JsValue::TRUE, "", Some(address)));
}

fn now() -> f64 {
    js_sys::Date::now()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scene::{Latent, Lesion, Runs};
    use scanweave::label::LabelKind;

    fn place(scene: &Scene) -> Place {
        Place::of_scene("brain".into(), scene, Some("a.png".into()))
    }

    fn sampled(seed: u64, finding: usize) -> Scene {
        Scene::of_seed(seed, &LabelKind::Mask(vec!["tumour".into()]), finding)
    }

    fn drawn(values: &[u8]) -> Scene {
        let lesion = Lesion::Drawn(Runs::of(2, 1, values));
        Scene {
            lesion,
            ..sampled(6, 0)
        }
    }

    #[test]
    fn strokes_and_drags_stay_in_one_entry_and_subjects_have_one_each() {
        let first = place(&drawn(&[1, 0]));
        assert_eq!(first, place(&drawn(&[1, 1])), "another stroke");
        let (seed, y) = (6, 0.0);
        let walked = |x| sampled(6, 0).walked_to(Latent::Plane { seed, x, y });
        assert_eq!(place(&walked(0.5)), place(&walked(0.6)), "a drag");
        let others = [sampled(6, 0), sampled(6, 1), sampled(7, 0)];
        for (i, other) in others.iter().enumerate() {
            assert_ne!(place(other), first);
            for one in &others[..i] {
                assert_ne!(place(other), place(one));
            }
        }
    }

    #[test]
    fn images_are_told_by_their_names_and_other_scenes_know_none() {
        let own = Scene {
            origin: Origin::Image { values: None },
            ..sampled(6, 0)
        };
        let of = |scene: &Scene, name: &str| {
            Place::of_scene(String::new(), scene, Some(name.to_owned()))
        };
        assert_ne!(of(&own, "a.png"), of(&own, "b.png"));
        let seed = sampled(6, 0);
        assert_eq!(of(&seed, "a.png"), of(&seed, "b.png"));
    }

    #[test]
    fn what_is_passed_before_it_is_painted_has_no_entry() {
        let mut entry = Entry::default();
        assert!(!entry.take(place(&sampled(1, 0))), "the entry that is open");
        assert!(!entry.take(place(&sampled(2, 0))), "1 was not painted");
        entry.seen = true;
        assert!(!entry.take(place(&sampled(2, 0))), "the same");
        assert!(entry.seen);
        assert!(entry.take(place(&sampled(3, 0))), "2 was painted");
        assert!(!entry.take(place(&sampled(4, 0))), "3 was not");
    }
}
