//! Where the structure map of a scene comes from, and what strokes make of it.

use scanweave::image::{Frame, Image, Plane};
use scanweave::structure::{Source, Step, Structure, forbidden};
use scanweave::study::{Extraction, MaskSettings};
use scanweave::synthesis::Synthesiser;

use super::outline::encloses;
use super::{PaintError, Refusal, source_plane};
use crate::model::protocol::Pixels;
use crate::model::scene::{Origin, Runs, Values};

/// The image that was read last, with what was made of it.
pub(super) struct Brought {
    image: Image,
    frame: Frame,
    /// For a scale of the extraction: the image ready for algorithms 1 and 2, and for the eye.
    ready: Option<(usize, Source, Image)>,
}

/// A structure map before anything was drawn into it.
pub(super) struct Sketch {
    /// Lines outside the organ may still be there.
    structure: Structure,
    /// The steps of algorithm 1, once somebody looked at them.
    pub(super) steps: Option<Vec<(String, Pixels)>>,
}

/// What the generator paints on.
pub(super) struct Ground {
    pub(super) structure: Structure,
    /// Where no lesion may lie.
    pub(super) forbidden: Plane,
}

impl Brought {
    pub(super) fn new(image: Image, frame: Frame) -> Self {
        Self {
            image,
            frame,
            ready: None,
        }
    }

    fn source(&mut self, synthesiser: &Synthesiser, scale: usize) -> Result<&Source, PaintError> {
        let size = synthesiser.size();
        let known = |(s, _, small): &(usize, Source, Image)| *s == scale && small.width() == size;
        if !self.ready.as_ref().is_some_and(known) {
            let plane = source_plane(synthesiser.study(), &self.image);
            let source = Source::of(&plane, self.frame, size, scale)?;
            self.ready = Some((scale, source, self.squared(size)));
        }
        Ok(&self.ready.as_ref().expect("it was just made").1)
    }

    /// At the working size, for the eye.
    pub(super) fn small(&self, size: usize) -> Image {
        match &self.ready {
            Some((_, _, small)) => small.clone(),
            None => self.squared(size),
        }
    }

    fn squared(&self, size: usize) -> Image {
        self.frame.squared(&self.image, size)
    }
}

impl Sketch {
    pub(super) async fn of(
        synthesiser: &Synthesiser,
        origin: &Origin,
        image: Option<&mut Brought>,
    ) -> Result<Self, PaintError> {
        let size = synthesiser.size();
        let structure = match origin {
            Origin::Latent(latent) => {
                let values = latent.values(synthesiser.latent());
                synthesiser.sketch(&values).await?
            }
            Origin::Image { values } => {
                let (extraction, mask) = settings(synthesiser, values.as_ref())?;
                let image = image.ok_or(Refusal::NoImage)?;
                let source = image.source(synthesiser, extraction.scale)?;
                source.structure(&extraction, &mask)?
            }
            Origin::Fixed { map, mask } => Structure {
                map: plane_of(map, "structure map", size)?,
                mask: plane_of(mask, "mask", size)?,
            },
            Origin::Empty => Structure {
                map: Plane::filled(size, size, 0.0),
                mask: Plane::filled(size, size, 1.0),
            },
        };
        let steps = None;
        Ok(Self { structure, steps })
    }

    /// Makes the steps of algorithm 1 visible, for maps that come from an image.
    pub(super) fn show_steps(
        &mut self,
        synthesiser: &Synthesiser,
        origin: &Origin,
        image: Option<&mut Brought>,
    ) -> Result<(), PaintError> {
        let (Origin::Image { values }, None) = (origin, &self.steps) else {
            return Ok(());
        };
        let (extraction, mask) = settings(synthesiser, values.as_ref())?;
        let image = image.ok_or(Refusal::NoImage)?;
        let source = image.source(synthesiser, extraction.scale)?;
        let steps = source.steps(&extraction, &mask)?;
        let shown = |step: Step| (step.name.to_owned(), Pixels::from(&step.picture()));
        self.steps = Some(steps.into_iter().map(shown).collect());
        Ok(())
    }

    /// With what was drawn. Where a network drew the map, or nobody did, the organ is looked for
    /// again in the lines as they are now; that of an image stays. On an empty sheet it has an outline, or
    /// there is none.
    pub(super) async fn edited(
        &self,
        synthesiser: &Synthesiser,
        origin: &Origin,
        strokes: Option<&Runs>,
    ) -> Result<Ground, PaintError> {
        let size = synthesiser.size();
        let before = &self.structure;
        let lines = match strokes {
            Some(strokes) => drawn(&before.map, strokes, size)?,
            None => before.map.clone(),
        };
        let mask = before.mask.clone();
        let free = match origin {
            Origin::Latent(_) => true,
            Origin::Empty => encloses(&lines),
            Origin::Image { .. } | Origin::Fixed { .. } => false,
        };
        let structure = if free && lines != before.map {
            synthesiser.structure_of_lines(lines).await?
        } else {
            Structure { map: lines, mask }.within_organ()
        };
        let margin = synthesiser.study().lesion_margin_at(size);
        let forbidden = forbidden(&structure.mask, margin);
        Ok(Ground {
            structure,
            forbidden,
        })
    }
}

/// The study's values, or those that the user turned to.
fn settings(
    synthesiser: &Synthesiser,
    values: Option<&Values>,
) -> Result<(Extraction, MaskSettings), Refusal> {
    let (study, size) = (synthesiser.study(), synthesiser.size());
    match values {
        None => Ok((study.extraction_at(size), study.mask_at(size))),
        Some(values) if values.is_sound() => Ok((values.extraction, values.mask)),
        Some(_) => Err(Refusal::Values),
    }
}

/// 1 draws a line, 2 takes it away.
fn drawn(map: &Plane, strokes: &Runs, size: usize) -> Result<Plane, Refusal> {
    let what = "drawing";
    check_size(strokes, what, size)?;
    let strokes = strokes.values().ok_or(Refusal::Damaged(what))?;
    let mut map = map.clone();
    for (line, stroke) in map.values_mut().iter_mut().zip(strokes) {
        match stroke {
            1 => *line = 1.0,
            2 => *line = 0.0,
            _ => {}
        }
    }
    Ok(map)
}

fn plane_of(runs: &Runs, what: &'static str, size: usize) -> Result<Plane, Refusal> {
    check_size(runs, what, size)?;
    runs.plane().ok_or(Refusal::Damaged(what))
}

pub(super) fn check_size(runs: &Runs, what: &'static str, size: usize) -> Result<(), Refusal> {
    let (width, height) = (runs.width, runs.height);
    if (usize::from(width), usize::from(height)) == (size, size) {
        return Ok(());
    }
    Err(Refusal::Size {
        what,
        width,
        height,
        size,
    })
}
