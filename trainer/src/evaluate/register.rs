//! Whether the modalities of one subject lie on the same anatomy.
//!
//! Of phantoms the anatomy is known: what is painted from a test item's own map is compared with the
//! signal of its tissue in the same modality, which leaves no other cause of a shift than the
//! generator. Of patients only the modalities can be compared with each other, beside real ones. Each is
//! compared in one plane, the source modality in the one that structure maps are taken from.

use rayon::prelude::*;
use scanweave::image::{Image, Plane};
use scanweave::metrics::{edge_shift, mutual_information};
use scanweave::phantom;
use scanweave::random::{Purpose, Random};
use scanweave::study::{Modality, Study};

use super::draws::{Draws, Paints, Subject};
use super::metric::Metric;
use super::rows::{Measured, Section};
use super::{Evaluation, mean};
use crate::beside::each;
use crate::data::datasets::phantom::{anatomy, content_of};
use crate::data::{Content, Item, Prepared, Split};
use crate::stages::items::{image, structure};

/// Pictures of one subject, per modality as far as there are any, and where they are compared.
struct Views {
    images: Vec<Option<Plane>>,
    inside: Plane,
}

/// A phantom of the test split, and what a perfect scanner would have shown.
struct Known<'a> {
    item: &'a Item,
    signals: Vec<Option<Plane>>,
}

/// What real images show, and what is known of phantoms.
pub struct Register<'a> {
    draws: &'a dyn Draws,
    known: Vec<Known<'a>>,
    /// Figures of the real images.
    real: Vec<(String, Option<f64>)>,
    real_to_tissue: Vec<Option<f64>>,
}

impl<'a> Register<'a> {
    pub fn new(evaluation: &Evaluation<'a>) -> anyhow::Result<Self> {
        let (draws, size) = (evaluation.draws, evaluation.draws.size());
        let study = draws.study();
        let items = evaluation.of(Split::Test).take(evaluation.count);
        let views = items.map(|item| Views::of_item(study, item, size));
        let views: Vec<Views> = views.collect();
        let known = with_truth(evaluation).map(|item| Known::of(item, evaluation.data));
        let known: Vec<Known> = known.collect::<anyhow::Result<_>>()?;
        let own = known
            .iter()
            .map(|k| (&k.signals, Views::of_item(study, k.item, size)));
        Ok(Self {
            real: between(&study.modalities, &views),
            real_to_tissue: to_tissue(&own.collect::<Vec<_>>()),
            draws,
            known,
        })
    }

    /// The known phantoms, painted from their own maps and labels.
    fn painted(
        &self,
        painter: &dyn Paints,
        seed: u64,
        done: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Vec<Views>> {
        let size = self.draws.size();
        let paint = |(k, known): (usize, &Known)| {
            let own = structure(known.item, size);
            let noise = Random::nth(seed, Purpose::Fusion, k as u64).bits();
            let images = painter.paint(&own, &known.item.label, noise)?;
            done();
            Ok(Views {
                images: planes(self.draws.study(), &images),
                inside: inside(&own.mask),
            })
        };
        each(
            self.draws.at_once(),
            self.known.iter().enumerate().collect(),
            paint,
        )
    }
}

impl Metric for Register<'_> {
    /// Shift of each modality from the tissue where it is known, then how modalities fit each other.
    fn measured(
        &self,
        seed: u64,
        subjects: &[Subject],
        done: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Vec<Measured>> {
        let modalities = &self.draws.study().modalities;
        let mut measured = Vec::new();
        if let Some(painter) = self.draws.painter().filter(|_| !self.known.is_empty()) {
            let own = self.painted(painter, seed, done)?;
            let pairs: Vec<_> = self.known.iter().map(|k| &k.signals).zip(own).collect();
            let shifts = to_tissue(&pairs).into_iter().zip(&self.real_to_tissue);
            for (modality, (synthetic, &real)) in modalities.iter().zip(shifts) {
                let name = format!("edge shift {} to the tissue, px", modality.name);
                measured.push(row(name, synthetic, real));
            }
            let own: Vec<Views> = pairs.into_iter().map(|(_, views)| views).collect();
            let figures = between(modalities, &own).into_iter().zip(&self.real);
            measured.extend(figures.map(|((name, synthetic), (_, real))| {
                row(format!("{name}, on real maps"), synthetic, *real)
            }));
        }
        let study = self.draws.study();
        let views = subjects.iter().map(|s| Views::of_subject(study, s));
        let views: Vec<Views> = views.collect();
        let figures = between(modalities, &views).into_iter().zip(&self.real);
        measured.extend(figures.map(|((name, synthetic), (_, real))| row(name, synthetic, *real)));
        Ok(measured)
    }
}

/// Test items whose anatomy can be drawn again, for who can paint it: phantoms of several modalities.
pub fn with_truth<'a>(evaluation: &Evaluation<'a>) -> impl Iterator<Item = &'a Item> {
    let study = evaluation.draws.study();
    let drawn = anatomy(&study.modality_names()).is_ok()
        && study.modalities.len() > 1
        && evaluation.draws.painter().is_some();
    let items = evaluation.of(Split::Test).filter(move |_| drawn);
    items
        .filter(|item| content_of(&item.source).is_some())
        .take(evaluation.count)
}

impl Views {
    fn of_item(study: &Study, item: &Item, size: usize) -> Self {
        let plane = |(modality, bytes): (usize, &Option<Vec<u8>>)| {
            let image = image(bytes.as_deref()?, size);
            Some(study.plane_of(modality, &image))
        };
        Self {
            images: item.images.iter().enumerate().map(plane).collect(),
            inside: inside(&structure(item, size).mask),
        }
    }

    fn of_subject(study: &Study, subject: &Subject) -> Self {
        let whole = || Plane::filled(subject.images[0].width(), subject.images[0].height(), 1.0);
        let structure = subject.structure.as_ref();
        Self {
            images: planes(study, &subject.images),
            inside: structure.map_or_else(whole, |structure| inside(&structure.mask)),
        }
    }
}

impl<'a> Known<'a> {
    /// Drawn at the size at which the item was, then shrunk as it was.
    fn of(item: &'a Item, data: &Prepared) -> anyhow::Result<Self> {
        let Some(Content::Phantom { seed, lesion }) = content_of(&item.source) else {
            anyhow::bail!("{} is no phantom", item.source)
        };
        let size = data.header.size;
        let side = size * data.header.extraction.scale;
        let names = data.header.modalities.iter().map(|m| m.name.clone());
        let anatomy = anatomy(&names.collect::<Vec<_>>())?;
        let drawn = phantom::signals(anatomy, seed, side, lesion);
        let signal = |modality: &Modality| {
            let found = drawn.iter().find(|(m, _)| *m == modality.name);
            found.map(|(_, plane)| plane.resized(size, size))
        };
        let signals = data.header.modalities.iter().map(signal).collect();
        Ok(Self { item, signals })
    }
}

/// Of every painted image the plane that it is compared in.
fn planes(study: &Study, images: &[Image]) -> Vec<Option<Plane>> {
    let images = images.iter().enumerate();
    let planes = images.map(|(modality, image)| Some(study.plane_of(modality, image)));
    planes.collect()
}

fn inside(mask: &Plane) -> Plane {
    mask.map(|outside| 1.0 - outside)
}

/// Longest shift looked for: 4 pixels at 128.
fn reach(plane: &Plane) -> usize {
    (plane.width() / 32).max(2)
}

/// Per modality the mean shift of the images from the signals, pixels.
fn to_tissue(pairs: &[(&Vec<Option<Plane>>, Views)]) -> Vec<Option<f64>> {
    let count = pairs.first().map_or(0, |(signals, _)| signals.len());
    let of = |modality: usize| {
        let one = |(signals, views): &(&Vec<Option<Plane>>, Views)| {
            let (signal, image) = (
                signals[modality].as_ref()?,
                views.images[modality].as_ref()?,
            );
            shift(signal, image, &views.inside)
        };
        mean(pairs.par_iter().map(one).collect::<Vec<_>>())
    };
    (0..count).map(of).collect()
}

/// Edge shift and mutual information of each two modalities, mean over the subjects that have both.
fn between(modalities: &[Modality], subjects: &[Views]) -> Vec<(String, Option<f64>)> {
    let mut figures = Vec::new();
    for first in 0..modalities.len() {
        for second in first + 1..modalities.len() {
            let pair = format!("{}-{}", modalities[first].name, modalities[second].name);
            let of = |measure: Measure| {
                let one = |views: &Views| {
                    let (a, b) = (
                        views.images[first].as_ref()?,
                        views.images[second].as_ref()?,
                    );
                    measure(a, b, &views.inside)
                };
                mean(subjects.par_iter().map(one).collect::<Vec<_>>())
            };
            figures.push((format!("edge shift {pair}, px"), of(shift)));
            figures.push((format!("mutual information {pair}, nats"), of(information)));
        }
    }
    figures
}

type Measure = fn(&Plane, &Plane, &Plane) -> Option<f64>;

/// Nothing where an image has no edges.
fn shift(a: &Plane, b: &Plane, inside: &Plane) -> Option<f64> {
    edge_shift(a, b, Some(inside), reach(a)).ok().map(f64::from)
}

fn information(a: &Plane, b: &Plane, inside: &Plane) -> Option<f64> {
    mutual_information(a, b, Some(inside)).ok().map(f64::from)
}

fn row(name: String, synthetic: Option<f64>, real: Option<f64>) -> Measured {
    Measured {
        section: Section::Register,
        name,
        synthetic,
        real,
        share_of: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(plane: &Plane, by: usize) -> Plane {
        let last = plane.width() - 1;
        Plane::from_fn(plane.width(), plane.height(), |x, y| {
            plane.at((x + by).min(last), y)
        })
    }

    #[test]
    fn a_generator_that_paints_two_pixels_aside_is_found_out() {
        let drawn = phantom::signals(phantom::Anatomy::Brain, 3, 128, false);
        let signals: Vec<_> = drawn.iter().map(|(_, plane)| Some(plane.clone())).collect();
        let views = |by| Views {
            images: drawn.iter().map(|(_, p)| Some(moved(p, by))).collect(),
            inside: Plane::filled(128, 128, 1.0),
        };
        for shift in to_tissue(&[(&signals, views(0))]) {
            assert_eq!(shift, Some(0.0));
        }
        for shift in to_tissue(&[(&signals, views(2))]) {
            assert!(shift.is_some_and(|s| (s - 2.0).abs() < 0.3), "{shift:?}");
        }
    }

    #[test]
    fn only_subjects_that_have_both_modalities_count() {
        let plane = Plane::from_fn(64, 64, |x, y| ((x / 8 + y / 8) % 2) as f32);
        let views = |images| Views {
            images,
            inside: Plane::filled(64, 64, 1.0),
        };
        let subjects = [
            views(vec![Some(plane.clone()), Some(plane.map(|v| 1.0 - v))]),
            views(vec![Some(plane), None]),
        ];
        let of = |name: &&str| Modality::named(name).expect("built in");
        let modalities: Vec<_> = ["t1", "t2"].iter().map(of).collect();
        let figures = between(&modalities, &subjects);
        assert_eq!(figures[0], ("edge shift t1-t2, px".into(), Some(0.0)));
        let information = figures[1].1.expect("one pair");
        assert!((information - 2.0_f64.ln()).abs() < 1e-3, "{information}");
        assert!(between(&modalities[..1], &subjects[..1]).is_empty());
    }
}
