//! How the pictures are looked at: what changes no picture and is the same for all of them.

use leptos::prelude::*;

use super::look::{Look, Mode, Wanted};
use super::shown;
use super::zoom::{Window, centre};
use crate::ui::page::Page;

/// The state of the viewer, shared by its parts.
#[derive(Clone, Copy)]
pub struct View {
    /// The part of every picture that is seen.
    pub window: RwSignal<Window>,
    /// The pixel that the cross-hair lies on.
    pub cross: RwSignal<Option<(u32, u32)>>,
    /// Whether keys moved it: then its values are announced.
    pub by_keys: RwSignal<bool>,
    /// How modalities are laid beside each other.
    pub mode: RwSignal<Mode>,
    /// The two that are compared, as chosen; read through [`View::pair`].
    pub chosen: RwSignal<(usize, usize)>,
    /// Changes per second while blinking.
    pub rate: RwSignal<f64>,
    /// Whether it blinks by itself.
    pub playing: RwSignal<bool>,
    /// Whether the second of the two is shown.
    pub turned: RwSignal<bool>,
    /// Where the second of two begins that are swiped, percent of the frame from the left.
    pub line: RwSignal<f64>,
    /// Whether enlarged pixels are smoothed.
    pub smooth: RwSignal<bool>,
    /// Which overlays are wanted.
    pub wanted: RwSignal<Wanted>,
    /// How strongly they are drawn, percent.
    pub opacity: RwSignal<u32>,
}

impl View {
    /// As the address says. Who asked for less motion starts the blinking by hand.
    pub fn new(look: Look) -> Self {
        Self {
            window: RwSignal::new(look.window),
            cross: RwSignal::default(),
            by_keys: RwSignal::new(false),
            mode: RwSignal::new(look.mode),
            chosen: RwSignal::new(look.chosen),
            rate: RwSignal::new(1.0),
            playing: RwSignal::new(!less_motion()),
            turned: RwSignal::new(false),
            line: RwSignal::new(50.0),
            smooth: RwSignal::new(look.smooth),
            wanted: RwSignal::new(look.wanted),
            opacity: RwSignal::new(look.opacity),
        }
    }

    /// What a link carries of it.
    pub fn look(self) -> Look {
        Look {
            mode: self.mode.get(),
            chosen: self.chosen.get(),
            wanted: self.wanted.get(),
            opacity: self.opacity.get(),
            smooth: self.smooth.get(),
            window: self.window.get(),
        }
    }

    /// Whether two pictures are compared, in place of the modalities side by side.
    pub fn compares(self, page: Page) -> bool {
        self.mode.get() != Mode::Beside && shown::pictures(page) > 1
    }

    /// The two pictures that are compared, of those that there are.
    pub fn pair(self, page: Page) -> (usize, usize) {
        let last = shown::pictures(page).saturating_sub(1);
        let (first, second) = self.chosen.get();
        (first.min(last), second.min(last))
    }

    /// Moves the cross-hair by pixels, from the middle if there is none, and keeps it in sight.
    pub fn step(self, page: Page, dx: i32, dy: i32) {
        let side = page
            .opened
            .with_untracked(|m| m.as_ref().map(|m| m.geometry.size as u32));
        let Some(side) = side.filter(|&s| s > 0) else {
            return;
        };
        let (x, y) = self.cross.get_untracked().unwrap_or((side / 2, side / 2));
        let moved = |at: u32, by: i32| at.saturating_add_signed(by).min(side - 1);
        let cross = (moved(x, dx), moved(y, dy));
        self.by_keys.set(true);
        self.cross.set(Some(cross));
        self.window.update(|w| *w = w.showing(centre(cross, side)));
    }
}

fn less_motion() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)");
    query.ok().flatten().is_some_and(|list| list.matches())
}
