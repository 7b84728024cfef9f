//! From a scene to a picture, again and again.
//!
//! Who moves a lesion or turns the noise does not change the structure map; who draws a line does not
//! change the lesion. A [`Painter`] keeps what it made last of origin, edits and lesion, and makes
//! only what follows from a change. It keeps one of each and no picture, so it does not grow.

mod ask;
mod channels;
mod ground;
mod outline;

use scanweave::image::{Frame, Image, ImageError, Plane};
use scanweave::label::{ClassMap, Label};
use scanweave::study::Study;
use scanweave::synthesis::{Sample, SynthesisError, Synthesiser};
use thiserror::Error;

use super::protocol::{Detail, Labelled, Picture, Pixels};
use super::scene::{Edits, Lesion, Origin, Runs, Scene};
use ask::asked;
pub use channels::{in_colour, pictures, source_plane};
use ground::{Brought, Ground, Sketch};

/// Why there is no picture of a scene.
#[derive(Debug, Error)]
pub enum PaintError {
    /// The scene does not fit the model.
    #[error(transparent)]
    Scene(#[from] Refusal),
    /// The networks failed.
    #[error(transparent)]
    Synthesis(#[from] SynthesisError),
}

impl From<ImageError> for PaintError {
    fn from(error: ImageError) -> Self {
        Self::Synthesis(error.into())
    }
}

/// Why a scene cannot be painted by this model.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum Refusal {
    /// The structure map is to come from an image, and there is none.
    #[error("no image was read: bring one first")]
    NoImage,
    /// Something drawn has another size than the model's pictures.
    #[error(
        "the {what} has {width} x {height} pixels, this model paints {size} x {size}: use the model that it was made for, or draw it anew"
    )]
    Size {
        /// What was drawn.
        what: &'static str,
        /// Its width.
        width: u16,
        /// Its height.
        height: u16,
        /// Side of the model's pictures.
        size: usize,
    },
    /// A drawing that is none.
    #[error("the {0} is damaged: draw it anew")]
    Damaged(&'static str),
    /// Values of algorithms 1 and 2 that nothing can be found with.
    #[error("these values for finding lines are out of range: go back to the study's")]
    Values,
    /// A lesion of another kind than the study's.
    #[error("this study knows {known}, the scene asks for {wanted}: take the lesion away")]
    Kind {
        /// What the study's labels are.
        known: &'static str,
        /// What was asked for.
        wanted: &'static str,
    },
    /// A class that the study does not have.
    #[error("the study has {count} classes of lesions, the scene asks for number {class}")]
    Class {
        /// Number asked for, from 1.
        class: u32,
        /// Classes that there are.
        count: usize,
    },
}

/// The lesion asked for, as the generator and as people see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// As the generator sees it.
    pub label: Label,
    /// As a label, for studies with masks or boxes; `None` when none was asked for.
    pub lesion: Option<ClassMap>,
}

/// A picture and what it was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Painted {
    /// Structure, fused input and the modalities that were asked for.
    pub sample: Sample,
    /// Where no lesion may lie (1).
    pub forbidden: Plane,
    /// The lesion asked for.
    pub asked: Asked,
    /// The image that the map was taken from, at working size.
    pub source: Option<Image>,
    /// The steps of algorithm 1, for the eye.
    pub steps: Vec<(String, Pixels)>,
    /// Classes of the study's lesions.
    pub classes: usize,
}

/// What is remembered between two pictures of one model.
#[derive(Default)]
pub struct Painter {
    image: Option<Brought>,
    sketch: Option<(Origin, Sketch)>,
    ground: Option<(Edits, Ground)>,
    asked: Option<(Lesion, Asked)>,
}

impl Painter {
    /// From now on [`Origin::Image`] means this one, which lies in its square like `frame`.
    pub fn bring(&mut self, image: Image, frame: Frame) {
        self.image = Some(Brought::new(image, frame));
        if let Some((Origin::Image { .. }, _)) = self.sketch {
            self.forget();
        }
    }

    /// Forgets what was computed, but not the image: the device that computed it was faulty.
    pub fn forget(&mut self) {
        self.sketch = None;
        self.ground = None;
        self.asked = None;
    }

    /// Paints a scene.
    ///
    /// # Errors
    /// When the scene does not fit the model, and when the device fails.
    pub async fn paint(
        &mut self,
        synthesiser: &Synthesiser,
        scene: &Scene,
        detail: Detail,
    ) -> Result<Painted, PaintError> {
        self.ground(synthesiser, scene, detail).await?;
        let (Some((origin, sketch)), Some((_, ground))) = (&self.sketch, &self.ground) else {
            unreachable!("both were just made");
        };
        if self.asked.as_ref().is_none_or(|(l, _)| *l != scene.lesion) {
            self.asked = None;
            let asked = asked(synthesiser, &scene.lesion, &ground.structure)?;
            self.asked = Some((scene.lesion.clone(), asked));
        }
        let asked = self.asked.as_ref().map(|(_, asked)| asked.clone());
        let asked = asked.expect("it was just made");
        let modalities = synthesiser.study().modalities.len();
        let modalities: Vec<usize> = match detail {
            Detail::Full => (0..modalities).collect(),
            Detail::Preview { modality } => {
                vec![(modality as usize).min(modalities - 1)]
            }
        };
        let structure = &ground.structure;
        // Without an outline there is no organ, whatever a network makes of an empty sheet.
        let is_blank = *origin == Origin::Empty && !structure.mask.values().contains(&0.0);
        let seen: &[usize] = if is_blank { &[] } else { &modalities };
        let painted = synthesiser.paint_some(structure, &asked.label, scene.noise, seen);
        let mut sample = painted.await?;
        if is_blank {
            sample.images = black(synthesiser, &modalities)?;
        }
        let image = match origin {
            Origin::Image { .. } => self.image.as_ref(),
            _ => None,
        };
        Ok(Painted {
            sample,
            forbidden: ground.forbidden.clone(),
            asked,
            source: image.map(|i| i.small(synthesiser.size())),
            steps: match detail {
                Detail::Full => sketch.steps.clone().unwrap_or_default(),
                Detail::Preview { .. } => Vec::new(),
            },
            classes: synthesiser.study().label_planes(),
        })
    }

    /// Makes sketch and ground of this scene, unless they are there.
    async fn ground(
        &mut self,
        synthesiser: &Synthesiser,
        scene: &Scene,
        detail: Detail,
    ) -> Result<(), PaintError> {
        let known = self
            .sketch
            .as_ref()
            .is_some_and(|(o, _)| *o == scene.origin);
        if !known {
            self.forget();
            let image = self.image.as_mut();
            let sketch = Sketch::of(synthesiser, &scene.origin, image).await?;
            self.sketch = Some((scene.origin.clone(), sketch));
        }
        let (_, sketch) = self.sketch.as_mut().expect("it was just made");
        if detail == Detail::Full {
            sketch.show_steps(synthesiser, &scene.origin, self.image.as_mut())?;
        }
        if self.ground.as_ref().is_none_or(|(e, _)| *e != scene.edits) {
            self.ground = None;
            let strokes = scene.edits.strokes.as_ref();
            let ground = sketch.edited(synthesiser, &scene.origin, strokes).await?;
            // A lesion keeps its meaning while the organ does: placed ones follow the mask.
            self.asked = None;
            self.ground = Some((scene.edits.clone(), ground));
        }
        Ok(())
    }
}

/// What is shown of these modalities where nothing is painted.
fn black(
    synthesiser: &Synthesiser,
    modalities: &[usize],
) -> Result<Vec<(String, Image)>, ImageError> {
    let plane = Plane::filled(synthesiser.size(), synthesiser.size(), 0.0);
    let image = |&place: &usize| {
        let modality = &synthesiser.study().modalities[place];
        let planes = vec![plane.clone(); modality.channels.count()];
        Ok((modality.name.clone(), Image::new(planes)?))
    };
    modalities.iter().map(image).collect()
}

impl Painted {
    /// The picture as the page gets it; `study` is that of the model that painted it.
    pub fn picture(&self, study: &Study) -> Picture {
        let sample = &self.sample;
        let labelled = |lesion: &ClassMap| Labelled {
            shades: Pixels::from(&lesion.shades(self.classes)),
            classes: Runs::of_classes(lesion),
        };
        Picture {
            source: self.source.as_ref().map(Pixels::from),
            steps: self.steps.clone(),
            structure: Pixels::from(&sample.structure.map),
            mask: Pixels::from(&sample.structure.mask),
            forbidden: Pixels::from(&self.forbidden),
            fused: Pixels::from(&sample.fused),
            lesion: self.asked.lesion.as_ref().map(labelled),
            images: pictures(study, &sample.images),
        }
    }
}

#[cfg(test)]
mod tests;
