//! A data set that grows: the engine makes one subject after the other, here each becomes files of
//! one archive.
//!
//! Finished subjects are handed to the browser as parts of a file, so that this program holds one at
//! a time however many there are.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use scanweave::dataset::{Dataset, Entry, Settings};
use wasm_bindgen::JsValue;

use super::names::plain;
use super::{download, subject, zip};
use crate::bridge;
use crate::model::protocol::{BuiltSubject, Cause, Event, Failure, Lane, ModelInfo, Request};
use crate::ui::page::Controller;
use crate::ui::words::ARCHIVE_TOO_LARGE;

/// How many subjects one archive may hold.
pub const MOST: u32 = 500;

/// How far a data set has come.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// None was asked for.
    Idle,
    /// It grows.
    Growing {
        /// Subjects that are done.
        done: u32,
        /// Subjects asked for.
        count: u32,
        /// Those that the filter refused.
        refused: Refused,
        /// Milliseconds that the rest will take.
        rest: Option<f64>,
    },
    /// It was saved.
    Saved {
        /// Subjects in it.
        count: u32,
        /// Subjects that the filter refused.
        refused: Refused,
        /// Its name.
        name: String,
    },
    /// The filter refused all of them, so there was nothing to save.
    NoneStayed {
        /// Subjects asked for.
        count: u32,
    },
    /// It was stopped by the user, or by a newer one.
    Cancelled,
    /// It ended early.
    Stopped {
        /// Subjects that were done.
        done: u32,
        /// Subjects asked for.
        count: u32,
    },
    /// It failed.
    Failed(Failure),
}

/// Subjects whose structure map the filter refused in every try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// How many.
    pub count: u32,
    /// Whether they are in the archive.
    pub kept: bool,
}

/// What the user asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Order {
    /// How many subjects.
    pub count: u32,
    /// Seed of the series.
    pub seed: u64,
    /// Share of subjects without a lesion.
    pub healthy: f32,
    /// Whether subjects stay that the filter refuses.
    pub keep_refused: bool,
}

/// Asks the engine for a data set; `state` follows it.
pub fn start(controller: Controller, order: Order, state: RwSignal<State>) {
    let Some(model) = controller.page.opened.get_untracked() else {
        return;
    };
    let count = order.count.clamp(1, MOST);
    let settings = settings(&model, order);
    let growing = Rc::new(RefCell::new(Growing::new(
        &model, settings, order.seed, count,
    )));
    state.set(growing.borrow().state());
    let request = Request::Build {
        settings,
        seed: order.seed,
        count,
    };
    let answer = move |event: &Event| {
        let mut growing = growing.borrow_mut();
        let same = controller.page.opened.with_untracked(|m| {
            m.as_ref()
                .is_some_and(|m| m.sha256 == growing.dataset.model)
        });
        let next = growing.take(event, same);
        drop(growing);
        let Some(next) = next else { return };
        if next == State::Cancelled && !same {
            cancel(controller);
        }
        state.set(next);
    };
    controller.ask(request, Rc::new(answer));
}

/// Stops it.
pub fn cancel(controller: Controller) {
    controller.cancel(Lane::Build);
}

/// Studies whose lesions are placed, with a model that cannot place one, have healthy subjects alone.
fn settings(model: &ModelInfo, order: Order) -> Settings {
    let healthy = match (model.study.lesion.is_placed(), model.placed) {
        (true, true) => order.healthy.clamp(0.0, 1.0),
        (true, false) => 1.0,
        (false, _) => 0.0,
    };
    Settings {
        filter: Some(model.card.structure_filter()),
        healthy,
        keep_refused: order.keep_refused,
        ..Settings::default()
    }
}

struct Growing {
    dataset: Dataset,
    /// Side of the pictures, pixels.
    size: usize,
    count: u32,
    began: f64,
    entries: Vec<Entry>,
    zip: zip::Zip,
    parts: Array,
    /// Nothing more is taken in.
    over: bool,
}

impl Growing {
    fn new(model: &ModelInfo, settings: Settings, seed: u64, count: u32) -> Self {
        let card = &model.card;
        let dataset = Dataset::of(
            &model.study,
            &card.title,
            &card.licence,
            &model.sha256,
            seed,
            settings,
        );
        Self {
            dataset,
            size: model.geometry.size,
            count,
            began: js_sys::Date::now(),
            entries: Vec::new(),
            zip: zip::Zip::default(),
            parts: Array::new(),
            over: false,
        }
    }

    /// What an event of the engine changes. Subjects of another model than the one it began with (not
    /// `same`) end it.
    fn take(&mut self, event: &Event, same: bool) -> Option<State> {
        if self.over {
            return None;
        }
        let next = match event {
            Event::Subject { .. } if !same => State::Cancelled,
            Event::Subject { subject, .. } => match self.add(subject) {
                Ok(()) => return Some(self.state()),
                Err(why) => failed(why),
            },
            Event::Done { .. } => self.end(),
            Event::Superseded { .. } => State::Cancelled,
            Event::Failed { failure, .. } => State::Failed(failure.clone()),
            _ => return None,
        };
        self.over = true;
        self.parts.set_length(0);
        Some(next)
    }

    fn state(&self) -> State {
        let done = self.entries.len() as u32;
        State::Growing {
            done,
            count: self.count,
            refused: self.refused(),
            rest: rest(js_sys::Date::now() - self.began, done, self.count),
        }
    }

    fn refused(&self) -> Refused {
        let refused = |entry: &&Entry| !entry.provenance.accepted;
        Refused {
            count: self.entries.iter().filter(refused).count() as u32,
            kept: self.dataset.settings.keep_refused,
        }
    }

    /// How many subjects are in the archive.
    fn kept(&self) -> u32 {
        let kept = self
            .entries
            .iter()
            .filter(|entry| self.dataset.keeps(entry));
        kept.count() as u32
    }

    fn add(&mut self, subject: &BuiltSubject) -> Result<(), String> {
        let files = subject::files(subject, &self.dataset).map_err(|e| e.to_string())?;
        self.pack(&files)?;
        self.entries.push(subject::entry(subject));
        Ok(())
    }

    fn pack(&mut self, files: &[subject::File]) -> Result<(), String> {
        let pieces = Array::new();
        for (name, data) in files {
            let piece = self.zip.file(name, data);
            let piece = piece.map_err(|_| too_large())?;
            pieces.push(&Uint8Array::from(piece.as_slice()));
        }
        self.hand_on(&pieces).map_err(|e| bridge::words(&e))
    }

    fn hand_on(&self, pieces: &Array) -> Result<(), JsValue> {
        self.parts.push(download::blob(pieces, "")?.as_ref());
        Ok(())
    }

    fn end(&mut self) -> State {
        let done = self.entries.len() as u32;
        if done < self.count {
            let count = self.count;
            return State::Stopped { done, count };
        }
        let (count, refused) = (self.kept(), self.refused());
        if count == 0 {
            return State::NoneStayed { count: done };
        }
        match self.save() {
            Ok(name) => State::Saved {
                count,
                refused,
                name,
            },
            Err(why) => failed(why),
        }
    }

    fn save(&mut self) -> Result<String, String> {
        let about =
            subject::about(&self.dataset, self.size, &self.entries).map_err(|e| e.to_string())?;
        self.pack(&about)?;
        let end = std::mem::take(&mut self.zip).end();
        let end = end.map_err(|_| too_large())?;
        self.parts.push(&Uint8Array::from(end.as_slice()));
        let study = plain(&self.dataset.study);
        let name = format!(
            "synthetic-{study}-seed{}-{}.zip",
            self.dataset.seed, self.count
        );
        let saved = download::blob(&self.parts, "application/zip")
            .and_then(|blob| download::save_blob(&name, &blob));
        saved.map_err(|e| bridge::words(&e))?;
        Ok(name)
    }
}

fn too_large() -> String {
    ARCHIVE_TOO_LARGE.say().to_owned()
}

fn failed(why: String) -> State {
    State::Failed(Cause::Computation.because("", why))
}

/// Milliseconds that the rest will take, by what the first ones took.
fn rest(passed: f64, done: u32, count: u32) -> Option<f64> {
    (done > 0).then(|| passed / f64::from(done) * f64::from(count - done.min(count)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::study::{Preset, Study};
    use scanweave::weights::Card;

    #[test]
    fn the_rest_follows_from_what_is_done() {
        assert_eq!(rest(500.0, 0, 10), None);
        assert_eq!(rest(500.0, 2, 10), Some(2000.0));
        assert_eq!(rest(500.0, 10, 10), Some(0.0));
    }

    #[test]
    fn a_model_is_not_asked_for_lesions_it_cannot_place() {
        let model = |study: &str, placed| ModelInfo {
            study: Study::named(study).expect("built in"),
            geometry: Preset::Tiny.geometry(),
            card: Card::default(),
            samples: true,
            bytes: 0,
            sha256: String::new(),
            self_test: None,
            placed,
            segmented: false,
        };
        let of = |study, placed, healthy| {
            let order = Order {
                count: 1,
                seed: 1,
                healthy,
                keep_refused: true,
            };
            settings(&model(study, placed), order)
        };
        assert_eq!(of("brain-mri", true, 0.25).healthy, 0.25);
        assert_eq!(of("brain-mri", true, f32::INFINITY).healthy, 1.0);
        assert_eq!(of("brain-mri", false, 0.25).healthy, 1.0);
        assert_eq!(of("chest-xray", false, 0.25).healthy, 0.0);
        assert!(of("chest-xray", false, 0.25).keep_refused);
    }
}
