//! One stroke from the pen going down to its being lifted, the same for pointers and keys.

use leptos::prelude::*;

use super::sheet::{Sheet, Spot};
use super::tool::Ink;
use super::trial::Trial;
use crate::model::scene::Scene;
use crate::ui::page::Controller;

/// What is drawn on a board and where it goes.
pub trait Hand: Copy + Send + Sync + 'static {
    /// The sheet as it is; `None` when there is nothing to draw on. Told that a stroke begins.
    fn begin(self) -> Option<Sheet>;
    /// The tool.
    fn ink(self) -> Ink;
    /// The scene with what was drawn, from `start` to `to`.
    fn scene(self, before: &Scene, work: &Sheet, start: Spot, to: Spot) -> Scene;
    /// What of the change stays.
    fn allows(self, _before: &Sheet, _after: &Sheet) -> Allowed {
        Allowed::All
    }
}

/// What of a stroke stays when the pen is lifted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    /// All of it.
    All,
    /// As much as this sheet holds.
    Part(Sheet),
    /// Nothing.
    Nothing,
}

/// How a stroke ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// There was none.
    None,
    /// It stays.
    Kept,
    /// It was taken back.
    Refused,
}

struct Going {
    base: Sheet,
    work: Sheet,
    start: Spot,
    last: Spot,
}

/// The stroke that is drawn, if one is.
#[derive(Clone, Copy)]
pub struct Stroke<H> {
    hand: H,
    trial: Trial,
    going: StoredValue<Option<Going>, LocalStorage>,
}

impl<H: Hand> Stroke<H> {
    /// No stroke yet.
    pub fn new(controller: Controller, hand: H) -> Self {
        Self {
            hand,
            trial: Trial::new(controller),
            going: StoredValue::new_local(None),
        }
    }

    /// The pen goes down; false when there is nothing to draw on.
    pub fn begin(self, at: Spot) -> bool {
        self.trial.keep();
        let Some(base) = self.hand.begin() else {
            return false;
        };
        self.going.set_value(Some(Going {
            work: base.clone(),
            base,
            start: at,
            last: at,
        }));
        if !self.hand.ink().tool.needs_a_way() {
            self.glide(&[at]);
        }
        true
    }

    /// The pen moves over these pixels.
    pub fn glide(self, way: &[Spot]) {
        let ink = self.hand.ink();
        let before = self.trial.before();
        let scene = self.going.try_update_value(|going| {
            let going = going.as_mut()?;
            for &to in way {
                ink.go(&going.base, &mut going.work, going.start, going.last, to);
                going.last = to;
            }
            let (work, start, last) = (&going.work, going.start, going.last);
            Some(self.hand.scene(&before, work, start, last))
        });
        if let Some(scene) = scene.flatten() {
            self.trial.show(scene);
        }
    }

    /// The pen is lifted.
    pub fn lift(self) -> Ending {
        let Some(going) = self.taken() else {
            return Ending::None;
        };
        if self.hand.ink().tool.needs_a_way() && going.start == going.last {
            self.trial.take_back();
            return Ending::None;
        }
        match self.hand.allows(&going.base, &going.work) {
            Allowed::All => {}
            Allowed::Part(sheet) => {
                let before = self.trial.before();
                let scene = self.hand.scene(&before, &sheet, going.start, going.last);
                self.trial.show(scene);
            }
            Allowed::Nothing => {
                self.trial.take_back();
                return Ending::Refused;
            }
        }
        self.trial.keep();
        Ending::Kept
    }

    /// The stroke is given up.
    pub fn cancel(self) {
        if self.taken().is_some() {
            self.trial.take_back();
        }
    }

    /// The stroke is forgotten: what it was drawn on is gone.
    pub fn forget(self) {
        self.taken();
        self.trial.forget();
    }

    fn taken(self) -> Option<Going> {
        self.going.try_update_value(Option::take).flatten()
    }
}
