//! A labelled data set, subject after subject, as the trainer's builder makes them: the same seed
//! gives the same series.
//!
//! A subject may need many structure maps before one is accepted, so it is made in slices: between two
//! of them pictures are painted that are asked for meanwhile.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use scanweave::dataset::Settings;
use scanweave::study::Study;
use scanweave::synthesis::{Subject, SynthesisError, Synthesiser};

use super::compute::Compute;
use super::job::{Job, Next, Slice};
use super::patience::Gate;
use super::{done, post};
use crate::model::painter::pictures;
use crate::model::protocol::{BuiltSubject, CommandId, Event, Failure, Pixels};

/// A data set that is being made.
pub struct Build {
    settings: Settings,
    seed: u64,
    count: u32,
    /// The next subject.
    index: u32,
    gate: Gate,
    /// That subject, when it was begun.
    begun: RefCell<Option<Begun>>,
}

/// A subject between two slices, and the networks it is made with.
struct Begun {
    by: Rc<Synthesiser>,
    work: Pin<Box<dyn Future<Output = Result<Subject, SynthesisError>>>>,
}

impl Build {
    /// No subject is made yet.
    pub fn new(settings: Settings, seed: u64, count: u32) -> Self {
        Self {
            settings,
            seed,
            count,
            index: 0,
            gate: Gate::default(),
            begun: RefCell::default(),
        }
    }

    /// The next slice of the next subject.
    async fn go_on(&mut self, id: CommandId, on: &mut Compute) -> Result<Next, Failure> {
        if self.index >= self.count {
            done(id);
            return Ok(Next::Ended);
        }
        let part = on.compute(async |synthesiser, _| {
            let subject = self.part(synthesiser).await?;
            Ok(subject.map(|subject| packed(subject, synthesiser.study())))
        });
        if let Some(subject) = part.await? {
            let subject = Box::new(subject);
            post(&Event::Subject { id, subject });
            self.index += 1;
        }
        Ok(Next::GoesOn)
    }

    /// Goes on with the subject; `None` when it is not done yet.
    async fn part(&self, by: &Rc<Synthesiser>) -> Result<Option<Subject>, SynthesisError> {
        let begun = self.begun.take();
        // What other networks began, on a device that was given up, is begun anew.
        let begun = begun.filter(|begun| Rc::ptr_eq(&begun.by, by));
        let mut begun = begun.unwrap_or_else(|| self.begin(by));
        let result = self.gate.until_stop(&mut begun.work).await;
        if result.is_none() {
            self.begun.replace(Some(begun));
        }
        result.transpose()
    }

    fn begin(&self, by: &Rc<Synthesiser>) -> Begun {
        let (settings, seed, index) = (self.settings, self.seed, u64::from(self.index));
        let (gate, networks) = (self.gate.clone(), by.clone());
        let work = async move {
            let pause = async || gate.stop().await;
            let subject = networks.subject_with_pauses(&settings, seed, index, &pause);
            subject.await
        };
        Begun {
            by: by.clone(),
            work: Box::pin(work),
        }
    }
}

impl Job for Build {
    fn slice<'a>(&'a mut self, id: CommandId, on: &'a mut Compute) -> Slice<'a> {
        Box::pin(self.go_on(id, on))
    }
}

fn packed(subject: Subject, study: &Study) -> BuiltSubject {
    let sample = &subject.sample;
    BuiltSubject {
        structure: Pixels::from(&sample.structure.map),
        mask: Pixels::from(&sample.structure.mask),
        label: subject.label,
        images: pictures(study, &sample.images),
        provenance: subject.provenance,
    }
}
