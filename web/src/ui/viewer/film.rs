//! The frame around a picture: what pointers, wheel and keys do on it, and the cross-hair.
//!
//! Every frame moves the one window and the one cross-hair of the viewer, so that all pictures show
//! the same place.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent, WheelEvent};

use super::fingers::{Fingers, Gesture};
use super::view::View;
use super::zoom::{Place, centre, pixel};
use crate::ui::page::Page;

/// One step of zooming by a key or a button.
pub const STEP: f64 = 1.5;
/// How far an arrow key moves the picture, fraction of the film.
const STRIDE: f64 = 0.1;
/// Zoom per pixel of the wheel, natural logarithm: pinching a touchpad sends a few at a time.
const WHEEL: f64 = 0.006;
/// One notch of a wheel, however many pixels it counts, makes the picture a tenth larger.
const NOTCH: f64 = 1.1;
/// Pixels per line, for wheels that count lines.
const LINE: f64 = 16.0;

/// A frame; its children lie over each other and move together. `looked` is told when someone turns
/// to it.
#[component]
pub fn Film(
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    looked: impl Fn() + Copy + 'static,
    children: Children,
) -> impl IntoView {
    let (page, view) = (expect_context::<Page>(), expect_context::<View>());
    let fingers = StoredValue::new(Fingers::default());
    let side = move || page.size() as u32;
    let point = move |at: Place| {
        let side = page
            .opened
            .with_untracked(|m| m.as_ref().map_or(0, |m| m.geometry.size));
        let place = view.window.get_untracked().picture(at);
        if view.by_keys.get_untracked() {
            view.by_keys.set(false);
        }
        let cross = (side > 0).then(|| pixel(place, side as u32));
        if view.cross.get_untracked() != cross {
            view.cross.set(cross);
        }
    };
    let down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        let Some((film, at)) = place(&event) else {
            return;
        };
        // Refused only for pointers that are gone: then there is nothing to follow.
        let _ = film.set_pointer_capture(event.pointer_id());
        fingers.update_value(|f| f.press(event.pointer_id(), at));
        point(at);
    };
    let glide = move |event: PointerEvent| {
        let Some((_, at)) = place(&event) else { return };
        let gesture = fingers.try_update_value(|f| f.glide(event.pointer_id(), at));
        let gesture = gesture.unwrap_or(Gesture::Point);
        if gesture != Gesture::Point {
            view.window.update(|w| *w = gesture.on(*w));
        }
        point(at);
    };
    let up = move |event: PointerEvent| {
        fingers.update_value(|f| f.lift(event.pointer_id()));
    };
    let leave = move |event: PointerEvent| {
        let free = fingers.with_value(Fingers::is_free);
        if free && event.pointer_type() == "mouse" && !view.by_keys.get_untracked() {
            view.cross.set(None);
        }
    };
    let wheel = move |event: WheelEvent| {
        // Without a key the wheel scrolls the page. Pinching a trackpad sends Ctrl by itself.
        if !(event.ctrl_key() || event.meta_key()) {
            return;
        }
        let Some((_, at)) = place(&event) else { return };
        event.prevent_default();
        let unit = if event.delta_mode() == WheelEvent::DOM_DELTA_PIXEL {
            1.0
        } else {
            LINE
        };
        let factor = (-event.delta_y() * unit * WHEEL).exp();
        let factor = factor.clamp(1.0 / NOTCH, NOTCH);
        view.window.update(|w| *w = w.zoomed(factor, at));
    };
    let lines = move || {
        let cross = view.cross.get().filter(|_| side() > 0);
        cross.map(|cross| view.window.get().film(centre(cross, side())))
    };
    let percent = |share: f64| format!("{:.3}%", 100.0 * share);
    view! {
        <div class="film" tabindex="0" data-keys="" role="group" aria-label=move || label.get()
            class:zoomed=move || view.window.get().is_zoomed()
            on:pointerenter=move |_| looked() on:focus=move |_| looked()
            on:pointerdown=down on:pointermove=glide on:pointerup=up on:pointercancel=up on:pointerleave=leave
            on:wheel=wheel on:keydown=move |event| keyed(page, view, &event)>
            <div class="sheet" style:transform=move || view.window.get().transform()>{children()}</div>
            <div class="cross across" aria-hidden="true" hidden=move || lines().is_none()
                style:top=move || percent(lines().unwrap_or_default().1)></div>
            <div class="cross down" aria-hidden="true" hidden=move || lines().is_none()
                style:left=move || percent(lines().unwrap_or_default().0)></div>
        </div>
    }
}

/// Arrow keys move the picture when there is more of it than is seen, otherwise the cross-hair; with
/// Shift always that.
fn keyed(page: Page, view: View, event: &KeyboardEvent) {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return;
    }
    let shift = event.shift_key();
    let key = event.key();
    let towards = match key.as_str() {
        "ArrowLeft" => (-1, 0),
        "ArrowRight" => (1, 0),
        "ArrowUp" => (0, -1),
        "ArrowDown" => (0, 1),
        other => {
            if zoom_key(view, other) {
                event.prevent_default();
            }
            return;
        }
    };
    event.prevent_default();
    if shift || !view.window.with_untracked(|w| w.is_zoomed()) {
        view.step(page, towards.0, towards.1);
    } else {
        let by = (
            -STRIDE * f64::from(towards.0),
            -STRIDE * f64::from(towards.1),
        );
        view.window.update(|w| *w = w.dragged(by));
    }
}

/// Whether the key zooms.
fn zoom_key(view: View, key: &str) -> bool {
    match key {
        "+" | "=" => zoom(view, STEP),
        "-" | "_" => zoom(view, 1.0 / STEP),
        "0" => view.window.set(super::zoom::Window::default()),
        _ => return false,
    }
    true
}

/// Zooms about the middle.
pub fn zoom(view: View, factor: f64) {
    view.window.update(|w| *w = w.zoomed(factor, (0.5, 0.5)));
}

/// The frame that an event happened on, and where in it.
fn place(event: &web_sys::MouseEvent) -> Option<(Element, Place)> {
    let film: Element = event.current_target()?.dyn_into().ok()?;
    let frame = film.get_bounding_client_rect();
    if frame.width() <= 0.0 || frame.height() <= 0.0 {
        return None;
    }
    let x = (f64::from(event.client_x()) - frame.left()) / frame.width();
    let y = (f64::from(event.client_y()) - frame.top()) / frame.height();
    Some((film, (x.clamp(0.0, 1.0), y.clamp(0.0, 1.0))))
}
