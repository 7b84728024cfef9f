//! The figures of the picture just shown, one after the other: who draws on does not wait for them.

use scanweave::synthesis::{FoundLesion, register};

use super::session::{Long, Outcome, Session, Step};
use super::{now, post};
use crate::model::painter::Painted;
use crate::model::protocol::{CommandId, Event, Figures, Found, Pixels};

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
}

impl Session {
    /// One figure: segmenters first, then pairs of modalities, then what is said of the map.
    pub(super) async fn measure(&mut self, id: CommandId, mut of: Box<Measuring>) -> Step {
        let start = now();
        let sample = &of.painted.sample;
        let (images, structure) = (&sample.images, &sample.structure);
        let measured = of.figures.found.len();
        if let Some((_, image)) = images.get(measured) {
            let asked = of.painted.asked.lesion.as_ref();
            let found = self
                .compute(async |synthesiser, _| {
                    Ok(synthesiser.found_lesion(measured, image, asked).await?)
                })
                .await?;
            let classes = of.painted.classes;
            of.figures
                .found
                .push(found.map(|found| shown(&found, classes)));
        } else if of.pair.1 < images.len() {
            let (first, second) = of.pair;
            let fits = register(&images[first], &images[second], &structure.mask);
            of.figures.register.push(fits);
            of.pair = if second + 1 < images.len() {
                (first, second + 1)
            } else {
                (first + 1, first + 2)
            };
        } else {
            let score = self
                .compute(async |synthesiser, _| Ok(synthesiser.score(&structure.map).await?))
                .await?;
            of.figures.structure_score = score;
            let milliseconds = of.milliseconds + now() - start;
            let figures = of.figures;
            post(&Event::Measured {
                id,
                figures,
                milliseconds,
            });
            return Ok(Outcome::Ended);
        }
        of.milliseconds += now() - start;
        Ok(Outcome::GoesOn(Long::Measure(of)))
    }
}

/// Class k of `classes` as the shade 255 k / `classes`.
fn shown(found: &FoundLesion, classes: usize) -> Found {
    Found {
        dice: found.dice,
        shades: Pixels::from(&found.map.shades(classes)),
    }
}
