//! The figures of the picture just shown, one after the other: who draws on does not wait for them.

use scanweave::structure::Shape;
use scanweave::synthesis::{FoundLesion, register};

use super::compute::Compute;
use super::job::{Job, Next, Slice};
use super::{now, post};
use crate::model::painter::Painted;
use crate::model::protocol::{CommandId, Event, Failure, Figures, Found, MapFigures, Pixels};

/// A picture that is being measured.
pub struct Measuring {
    painted: Painted,
    figures: Figures,
    milliseconds: f64,
    /// Next pair of modalities.
    pair: (usize, usize),
}

impl Measuring {
    /// Nothing is measured yet.
    pub fn new(painted: Painted) -> Self {
        Self {
            painted,
            figures: Figures::default(),
            milliseconds: 0.0,
            pair: (0, 1),
        }
    }

    /// One figure: segmenters first, then pairs of modalities, then what is said of the map.
    async fn measure(&mut self, id: CommandId, on: &mut Compute) -> Result<Next, Failure> {
        let start = now();
        let images = self.painted.sample.images.len();
        let next = if self.figures.found.len() < images {
            self.look_for_lesion(on).await?;
            Next::GoesOn
        } else if self.pair.1 < images {
            self.compare();
            Next::GoesOn
        } else {
            let structure = &self.painted.sample.structure;
            let shape = Shape::of(&structure.map, &structure.mask);
            let map = on.compute(async |synthesiser, _| {
                let score = synthesiser.score(&structure.map).await?;
                Ok(MapFigures {
                    score,
                    error: shape.error,
                    ragged: shape.ragged,
                    accepted: synthesiser.filter().accepts(score, shape),
                })
            });
            self.figures.map = Some(map.await?);
            Next::Ended
        };
        self.milliseconds += now() - start;
        if next == Next::Ended {
            post(&Event::Measured {
                id,
                figures: std::mem::take(&mut self.figures),
                milliseconds: self.milliseconds,
            });
        }
        Ok(next)
    }

    async fn look_for_lesion(&mut self, on: &mut Compute) -> Result<(), Failure> {
        let modality = self.figures.found.len();
        let (_, image) = &self.painted.sample.images[modality];
        let asked = self.painted.asked.lesion.as_ref();
        let found = on
            .compute(async |synthesiser, _| {
                Ok(synthesiser.found_lesion(modality, image, asked).await?)
            })
            .await?;
        let classes = self.painted.classes;
        let found = found.map(|found| shown(&found, classes));
        self.figures.found.push(found);
        Ok(())
    }

    fn compare(&mut self) {
        let (first, second) = self.pair;
        let (images, mask) = (
            &self.painted.sample.images,
            &self.painted.sample.structure.mask,
        );
        let fits = register(&images[first], &images[second], mask);
        self.figures.register.push(fits);
        self.pair = if second + 1 < images.len() {
            (first, second + 1)
        } else {
            (first + 1, first + 2)
        };
    }
}

impl Job for Measuring {
    fn slice<'a>(&'a mut self, id: CommandId, on: &'a mut Compute) -> Slice<'a> {
        Box::pin(self.measure(id, on))
    }
}

/// Class k of `classes` as the shade 255 k / `classes`.
fn shown(found: &FoundLesion, classes: usize) -> Found {
    Found {
        dice: found.dice,
        shades: Pixels::from(&found.map.shades(classes)),
    }
}
