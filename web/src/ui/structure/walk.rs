//! A walk through the latent space: a point on the plane through the seed's latent, an atlas of that
//! plane, and the way between two pinned places.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent};

use super::atlas::{Atlas, AtlasView};
use super::pad::{self, Place};
use super::pins::{Pins, PinsView};
use crate::model::scene::{Origin, Pin, Scene};
use crate::ui::board::Trial;
use crate::ui::page::{Controller, Page};
use crate::ui::words::{WALK_AT, WALK_HELP, WALK_KEYS, WALK_NAME, WALK_NOT, WALK_OFF};

/// Seed of the plane: that of the place that is shown, otherwise the page's.
fn plane(page: Page) -> u64 {
    let subject = page.scene.with(Scene::subject);
    subject.unwrap_or_else(|| page.seed.get())
}

/// The place that is shown, if it lies on a plane.
fn shown(page: Page) -> Option<Place> {
    page.scene.with(|scene| match &scene.origin {
        Origin::Latent(latent) => latent.pin().map(|pin| (pin.x, pin.y)),
        _ => None,
    })
}

/// The pad, the atlas and the pins.
#[component]
pub fn Walk() -> impl IntoView {
    let page = expect_context::<Page>();
    let can = Memo::new(move |_| page.opened.with(|m| m.as_ref().is_some_and(|m| m.samples)));
    let seed = Memo::new(move |_| plane(page));
    let pins = Pins::new();
    provide_context(Atlas::new(expect_context::<Controller>(), seed));
    let at = move || {
        shown(page).map_or_else(
            || WALK_OFF.say().to_owned(),
            |(x, y)| {
                WALK_AT.with(&[
                    ("seed", &seed.get().to_string()),
                    ("x", &format!("{x:.2}")),
                    ("y", &format!("{y:.2}")),
                ])
            },
        )
    };
    view! {
        <Show when=move || can.get() fallback=move || view! { <p class="help">{move || WALK_NOT.say()}</p> }>
            <p class="help" id="walk-help">{move || WALK_HELP.say()}</p>
            <Pad seed=seed pins=pins />
            <p class="walk-at" data-testid="walk-at" role="status">{at}</p>
            <AtlasView />
            <PinsView pins=pins />
        </Show>
    }
}

/// The square on which the point is dragged.
#[component]
fn Pad(seed: Memo<u64>, pins: Pins) -> impl IntoView {
    let (page, atlas) = (expect_context::<Page>(), expect_context::<Atlas>());
    let walker = Walker {
        page,
        seed,
        trial: Trial::new(expect_context::<Controller>()),
        held: StoredValue::new(None),
        snaps: Signal::derive(move || atlas.is_asked()),
    };
    let percent = |share: f64| format!("{:.3}%", 100.0 * share);
    let left =
        move |place: Option<Place>| place.map_or_else(String::new, |p| percent(pad::fraction(p).0));
    let top =
        move |place: Option<Place>| place.map_or_else(String::new, |p| percent(pad::fraction(p).1));
    let pin = move |name: &'static str, place: Signal<Option<Place>>| {
        view! {
            <span class="pin" aria-hidden="true" hidden=move || place.get().is_none()
                style:left=move || left(place.get()) style:top=move || top(place.get())>{name}</span>
        }
    };
    let placed = move |own: RwSignal<Option<Pin>>| {
        Signal::derive(move || own.get().and_then(|pin| pad::on_plane(pin, seed.get())))
    };
    view! {
        <div class="walk-pad" data-testid="walk-pad" tabindex="0" data-keys="" role="application"
            aria-label=move || WALK_NAME.say() aria-describedby="walk-keys"
            on:pointerdown=move |event| walker.press(&event) on:pointermove=move |event| walker.glide(&event)
            on:pointerup=move |event| walker.lift(&event) on:pointercancel=move |event| walker.give_up(&event)
            on:keydown=move |event| walker.key(&event) on:keyup=move |event| walker.key_up(&event)
            on:blur=move |_| walker.trial.keep()>
            <canvas node_ref=atlas.node data-testid="atlas" aria-hidden="true" hidden=move || !atlas.is_asked() data-tiles=move || atlas.tiles.get().to_string()></canvas>
            {pin("A", placed(pins.from))}
            {pin("B", placed(pins.to))}
            <span class="point" aria-hidden="true" hidden=move || shown(page).is_none()
                style:left=move || left(shown(page)) style:top=move || top(shown(page))></span>
        </div>
        <p class="visually-hidden" id="walk-keys">{move || WALK_KEYS.say()}</p>
    }
}

/// What pointers and keys do on the pad.
#[derive(Clone, Copy)]
struct Walker {
    page: Page,
    seed: Memo<u64>,
    trial: Trial,
    /// The pointer that is down, where it went down, and whether it moved since.
    held: StoredValue<Option<(i32, Place, bool)>>,
    /// Whether a click goes to the middle of a tile.
    snaps: Signal<bool>,
}

impl Walker {
    fn go(self, place: Place) {
        let latent = pad::latent(self.seed.get_untracked(), place);
        self.trial.show(self.trial.before().walked_to(latent));
    }

    fn press(self, event: &PointerEvent) {
        if event.button() != 0 || !event.is_primary() {
            return;
        }
        let Some((pad, place)) = under(event) else {
            return;
        };
        // Refused only for pointers that are gone: then nothing more comes of them.
        let _ = pad.set_pointer_capture(event.pointer_id());
        self.trial.keep();
        self.held
            .set_value(Some((event.pointer_id(), place, false)));
        if !self.snaps.get_untracked() {
            self.go(place);
        }
    }

    fn glide(self, event: &PointerEvent) {
        let Some((id, start, moved)) = self.held.get_value() else {
            return;
        };
        let Some((_, place)) = under(event) else {
            return;
        };
        // A trembling hand still clicks.
        let far = (place.0 - start.0).hypot(place.1 - start.1) > pad::TILE / 4.0;
        if id == event.pointer_id() && (moved || far || !self.snaps.get_untracked()) {
            self.held.set_value(Some((id, start, true)));
            self.go(place);
        }
    }

    fn lift(self, event: &PointerEvent) {
        let Some((id, start, moved)) = self.held.get_value() else {
            return;
        };
        if id == event.pointer_id() {
            self.held.set_value(None);
            if !moved && self.snaps.get_untracked() {
                self.go(pad::snapped(start));
            }
            self.trial.keep();
        }
    }

    fn give_up(self, event: &PointerEvent) {
        if self
            .held
            .get_value()
            .is_some_and(|h| h.0 == event.pointer_id())
        {
            self.held.set_value(None);
            self.trial.take_back();
        }
    }

    fn key(self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let here = untrack(|| shown(self.page)).unwrap_or_default();
        let key = event.key();
        let there = match key.as_str() {
            "Enter" | " " => Some(pad::snapped(here)),
            "Escape" => {
                self.held.set_value(None);
                return self.trial.take_back();
            }
            key => pad::stepped(here, key, event.shift_key()),
        };
        if let Some(there) = there {
            event.prevent_default();
            self.go(there);
        }
    }

    fn key_up(self, event: &KeyboardEvent) {
        // Who lets the Shift key go first still steps.
        if event.key() != "Shift" && self.held.get_value().is_none() {
            self.trial.keep();
        }
    }
}

/// The pad that an event happened on, and the place under it.
fn under(event: &PointerEvent) -> Option<(Element, Place)> {
    let pad: Element = event.current_target()?.dyn_into().ok()?;
    let frame = pad.get_bounding_client_rect();
    if frame.width() <= 0.0 || frame.height() <= 0.0 {
        return None;
    }
    let x = (f64::from(event.client_x()) - frame.left()) / frame.width();
    let y = (f64::from(event.client_y()) - frame.top()) / frame.height();
    Some((pad, pad::place((x, y))))
}
