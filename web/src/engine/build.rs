//! A labelled data set, one subject per slice, as the trainer's builder makes them: the same seed
//! gives the same series.

use scanweave::dataset::Recipe;
use scanweave::protocol::{BuiltSubject, CommandId, Event, Pixels};
use scanweave::synthesis::Subject;

use super::post;
use super::session::{Long, Outcome, Session, Step, done};

/// A data set that is being made.
pub struct Build {
    recipe: Recipe,
    seed: u64,
    count: u32,
    /// The next subject.
    index: u32,
}

impl Build {
    /// No subject is made yet.
    pub fn new(recipe: Recipe, seed: u64, count: u32) -> Self {
        Self {
            recipe,
            seed,
            count,
            index: 0,
        }
    }
}

impl Session {
    /// The next subject.
    pub(super) async fn build(&mut self, id: CommandId, mut build: Build) -> Step {
        if build.index >= build.count {
            return Ok(done(id));
        }
        let (recipe, seed, index) = (build.recipe, build.seed, u64::from(build.index));
        let subject = self
            .compute(async |synthesiser, _| synthesiser.subject(&recipe, seed, index).await)
            .await?;
        post(&Event::Subject {
            id,
            subject: Box::new(packed(subject)),
        });
        build.index += 1;
        if build.index == build.count {
            return Ok(done(id));
        }
        Ok(Outcome::GoesOn(Long::Build(build)))
    }
}

fn packed(subject: Subject) -> BuiltSubject {
    let sample = &subject.sample;
    let images = sample.images.iter();
    BuiltSubject {
        structure: Pixels::from(&sample.structure.map),
        mask: Pixels::from(&sample.structure.mask),
        label: subject.lesion.as_ref().map(|lesion| Pixels {
            width: lesion.width() as u32,
            height: lesion.height() as u32,
            bytes: lesion.values().to_vec(),
        }),
        class: subject.class.map(|class| class as u32),
        images: images
            .map(|(modality, plane)| (*modality, Pixels::from(plane)))
            .collect(),
        provenance: subject.provenance,
    }
}
