//! The board itself: a canvas that takes pointers and keys, the tool's mark over it, and a line that
//! tells those who do not see it where the pen is.

use leptos::html::Canvas;
use leptos::prelude::*;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{
    CanvasRenderingContext2d, HtmlCanvasElement, ImageData, KeyboardEvent, PointerEvent,
};

use super::colours::Sight;
use super::sheet::Spot;
use super::stroke::{Ending, Hand, Stroke};
use super::{cursor, side};
use crate::ui::canvas;
use crate::ui::page::{Controller, Page};
use crate::ui::words::{
    BOARD_CANCELLED, BOARD_DOWN, BOARD_KEYS, BOARD_PLACE, BOARD_REFUSED, BOARD_UP,
};

/// What holds the pen.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Holder {
    Pointer(i32),
    Keys,
}

/// What the line for those who do not see it says.
#[derive(Debug, Clone, Copy, PartialEq)]
enum News {
    None,
    Place(Spot),
    Down(Spot),
    Up(Spot),
    Cancelled,
    Refused,
}

/// A board for a hand.
#[component]
pub fn Board<H: Hand>(
    /// Its `data-testid`.
    id: &'static str,
    /// Its name.
    #[prop(into)]
    label: Signal<String>,
    /// What lies on it.
    #[prop(into)]
    sight: Signal<Option<Sight>>,
    /// Width of the tool, pixels.
    #[prop(into)]
    width: Signal<u8>,
    hand: H,
) -> impl IntoView {
    let (page, controller) = (expect_context::<Page>(), expect_context::<Controller>());
    let node = NodeRef::<Canvas>::new();
    let board = Held {
        page,
        stroke: Stroke::new(controller, hand),
        holder: RwSignal::new(None),
        at: RwSignal::new((0, 0)),
        seen: RwSignal::new(false),
        news: RwSignal::new(News::None),
    };
    Effect::new(move |_| {
        if let (Some(canvas), Some(sight)) = (node.get(), sight.get()) {
            // Refused only where there are no canvases at all: then no picture shows either.
            let _ = show(&canvas, &sight);
        }
    });
    Effect::new(move |_| {
        // Another model: nothing of the board is left.
        page.opened.track();
        let middle = untrack(|| side(page)).unwrap_or(0) as i32 / 2;
        board.stroke.forget();
        board.holder.set(None);
        board.at.set((middle, middle));
    });
    let mark = move || {
        let side = side(page).filter(|_| board.seen.get())?;
        Some(cursor::mark(board.at.get(), width.get(), side))
    };
    let percent = move |pick: fn((f64, f64, f64)) -> f64| {
        move || mark().map_or_else(String::new, |m| format!("{:.3}%", pick(m)))
    };
    view! {
        <div class="board">
            <canvas node_ref=node data-testid=id data-keys="" data-side=move || side(page).unwrap_or(0).to_string() tabindex="0"
                role="application" aria-label=move || label.get() aria-describedby=format!("{id}-keys")
                on:pointerdown=move |event| board.press(&event) on:pointermove=move |event| board.glide(&event)
                on:pointerup=move |event| board.lift(&event) on:pointercancel=move |event| board.cancel(&event)
                on:lostpointercapture=move |event| board.lift(&event) on:pointerleave=move |_| board.leave()
                on:keydown=move |event| board.key(&event) on:focus=move |_| board.focus() on:blur=move |_| board.blur()></canvas>
            <div class="mark" class:down=move || board.holder.get().is_some() aria-hidden="true" hidden=move || mark().is_none()
                style:left=percent(|m| m.0) style:top=percent(|m| m.1) style:width=percent(|m| m.2) style:height=percent(|m| m.2)></div>
        </div>
        <p class="visually-hidden" id=format!("{id}-keys")>{move || BOARD_KEYS.say()}</p>
        <p class="visually-hidden" role="status" aria-live="polite" data-testid=format!("{id}-news")>{move || said(board.news.get())}</p>
    }
}

fn said(news: News) -> String {
    let at = |(x, y): Spot| [("x", x.to_string()), ("y", y.to_string())];
    let with = |word: crate::ui::words::Word, spot| {
        let [x, y] = at(spot);
        word.with(&[(x.0, &x.1), (y.0, &y.1)])
    };
    match news {
        News::None => String::new(),
        News::Place(spot) => with(BOARD_PLACE, spot),
        News::Down(spot) => with(BOARD_DOWN, spot),
        News::Up(spot) => with(BOARD_UP, spot),
        News::Cancelled => BOARD_CANCELLED.say().to_owned(),
        News::Refused => BOARD_REFUSED.say().to_owned(),
    }
}

/// Board and pen.
#[derive(Clone, Copy)]
struct Held<H> {
    page: Page,
    stroke: Stroke<H>,
    holder: RwSignal<Option<Holder>>,
    at: RwSignal<Spot>,
    /// Whether the mark shows: a pointer is over the board, or keys move it.
    seen: RwSignal<bool>,
    news: RwSignal<News>,
}

impl<H: Hand> Held<H> {
    fn press(self, event: &PointerEvent) {
        if event.button() != 0 || !event.is_primary() {
            return;
        }
        let (Some(canvas), Some(at)) = (target(event), self.spot(event)) else {
            return;
        };
        // Refused only for pointers that are gone: then nothing more comes of them.
        let _ = canvas.set_pointer_capture(event.pointer_id());
        self.end();
        self.at.set(at);
        self.seen.set(true);
        if self.stroke.begin(at) {
            self.holder.set(Some(Holder::Pointer(event.pointer_id())));
        }
    }

    fn glide(self, event: &PointerEvent) {
        let held = self.holder();
        if held == Some(Holder::Keys) {
            return;
        }
        let Some(at) = self.spot(event) else { return };
        self.at.set(at);
        self.seen.set(event.pointer_type() != "touch");
        if held == Some(Holder::Pointer(event.pointer_id())) {
            // All places since the last event, so that a fast hand draws no corners.
            let between = event.get_coalesced_events();
            let between = between.iter().filter_map(|e| e.dyn_into().ok());
            let mut way: Vec<Spot> = between
                .filter_map(|e: PointerEvent| self.spot_on(event, &e))
                .collect();
            way.push(at);
            self.stroke.glide(&way);
        }
    }

    fn lift(self, event: &PointerEvent) {
        if self.holder() == Some(Holder::Pointer(event.pointer_id())) {
            self.end();
        }
    }

    fn cancel(self, event: &PointerEvent) {
        if self.holder() == Some(Holder::Pointer(event.pointer_id())) {
            self.give_up();
        }
    }

    fn leave(self) {
        if self.holder().is_none() {
            self.seen.set(false);
        }
    }

    fn focus(self) {
        // A press gives the focus too, and has already shown its own mark.
        if self.holder().is_none() {
            self.news.set(News::Place(self.at.get_untracked()));
        }
    }

    fn blur(self) {
        if self.holder() == Some(Holder::Keys) {
            self.end();
        }
        self.leave();
    }

    fn key(self, event: &KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            // Undoing a stroke that is still drawn gives it up.
            if self.holder().is_some() && event.key().eq_ignore_ascii_case("z") {
                event.prevent_default();
                self.give_up();
            }
            return;
        }
        let Some(side) = untrack(|| side(self.page)) else {
            return;
        };
        let (at, key) = (self.at.get_untracked(), event.key());
        if let Some(to) = cursor::stepped(at, &key, event.shift_key(), side) {
            event.prevent_default();
            self.step(to);
            return;
        }
        match key.as_str() {
            " " | "Enter" => {
                event.prevent_default();
                if !event.repeat() {
                    self.toggle();
                }
            }
            "Escape" if self.holder().is_some() => {
                event.prevent_default();
                self.give_up();
            }
            _ => {}
        }
    }

    fn step(self, to: Spot) {
        if let Some(Holder::Pointer(_)) = self.holder() {
            return;
        }
        self.seen.set(true);
        self.at.set(to);
        self.news.set(News::Place(to));
        if self.holder().is_some() {
            self.stroke.glide(&[to]);
        }
    }

    fn toggle(self) {
        let at = self.at.get_untracked();
        self.seen.set(true);
        match self.holder() {
            Some(Holder::Keys) => self.end(),
            Some(Holder::Pointer(_)) => {}
            None => {
                if self.stroke.begin(at) {
                    self.holder.set(Some(Holder::Keys));
                    self.news.set(News::Down(at));
                }
            }
        }
    }

    fn end(self) {
        let was = self.holder().is_some();
        self.holder.set(None);
        match self.stroke.lift() {
            Ending::None if !was => {}
            Ending::None | Ending::Kept => self.news.set(News::Up(self.at.get_untracked())),
            Ending::Refused => self.news.set(News::Refused),
        }
    }

    fn give_up(self) {
        self.holder.set(None);
        self.stroke.cancel();
        self.news.set(News::Cancelled);
    }

    /// Who holds the pen. A board that is taken away may still lose its focus or its pointer.
    fn holder(self) -> Option<Holder> {
        self.holder.try_get_untracked().flatten()
    }

    fn spot(self, event: &PointerEvent) -> Option<Spot> {
        self.spot_on(event, event)
    }

    /// The pixel under `event`; `on` is the event that reached the canvas.
    fn spot_on(self, on: &PointerEvent, event: &PointerEvent) -> Option<Spot> {
        let side = untrack(|| side(self.page))?;
        let frame = target(on)?.get_bounding_client_rect();
        if frame.width() <= 0.0 || frame.height() <= 0.0 {
            return None;
        }
        let x = (f64::from(event.client_x()) - frame.left()) / frame.width();
        let y = (f64::from(event.client_y()) - frame.top()) / frame.height();
        Some(cursor::spot((x, y), side))
    }
}

fn target(event: &PointerEvent) -> Option<HtmlCanvasElement> {
    event.current_target()?.dyn_into().ok()
}

fn show(canvas: &HtmlCanvasElement, sight: &Sight) -> Result<(), JsValue> {
    canvas::restored();
    let (width, rgba) = sight.painted();
    let width = width as u32;
    if (canvas.width(), canvas.height()) != (width, width) {
        canvas.set_width(width);
        canvas.set_height(width);
    }
    let context = canvas.get_context("2d")?.ok_or("no 2-D canvas")?;
    let context: CanvasRenderingContext2d = context.dyn_into()?;
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), width, width)?;
    context.put_image_data(&image, 0.0, 0.0)
}
