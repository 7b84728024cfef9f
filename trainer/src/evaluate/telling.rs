//! Whether a network can tell synthetic images from real ones: a classifier two-sample test (Lopez-Paz and Oquab 2017).
//!
//! A small discriminator learns on half of the synthetic images and on training images, and is asked about the other half and
//! about test images, whose subjects it has not seen. Beside it stands the same for two halves of the training subjects,
//! which nothing tells apart but chance and what patients differ in.

use std::collections::BTreeMap;

use burn::module::Module;
use burn::tensor::activation::softplus;
use burn::tensor::{Device, Tensor, TensorData};
use scanweave::image::Plane;
use scanweave::networks::PatchDiscriminator;
use scanweave::networks::config::PatchConfig;
use scanweave::random::{Purpose, Random};
use scanweave::study::Study;
use scanweave::train::reading;
use scanweave::train::steps::Optimizer;

use super::Evaluation;
use super::draws::Subject;
use super::metric::Metric;
use super::pictures::{MOST, Picture, of_split, spread};
use super::rows::{Measured, Section};
use crate::data::Split;

/// What the network is allowed, whatever it is asked: as much for every model.
const STEPS: u64 = 100;
const EACH: usize = 8;
const RATE: f64 = 2e-3;
const WIDTH: usize = 8;
/// Side of the patches, pixels; and how many of each image are asked about.
const PATCH: usize = 48;
const PATCHES: usize = 4;
/// The seed of the two halves of real images.
const HALVES: u64 = 0;

/// Real images of a modality.
struct Known {
    modality: usize,
    training: Vec<Plane>,
    test: Vec<Plane>,
    /// What the network makes of two halves of the training subjects: whole images, then patches.
    floor: [Option<f64>; 2],
}

/// Asks a network.
pub struct Telling<'a> {
    study: &'a Study,
    device: &'a Device,
    known: Vec<Known>,
}

/// Images of two kinds, to learn from and to be asked about.
struct Task<'a> {
    learnt: [&'a [Plane]; 2],
    asked: [&'a [Plane]; 2],
    seed: u64,
}

impl<'a> Telling<'a> {
    /// Learns on `device`, which has no autodiff.
    ///
    /// # Errors
    /// When the device fails.
    pub fn new(evaluation: &Evaluation<'a>, device: &'a Device) -> anyhow::Result<Self> {
        let study = evaluation.draws.study();
        let of = |modality: usize| {
            let planes = |split| {
                of_split(evaluation, split, modality, |picture| {
                    Some(picture.plane.clone())
                })
            };
            let [a, b, c, d] = quarters(evaluation, modality);
            let halves = Task {
                learnt: [&a, &b],
                asked: [&c, &d],
                seed: HALVES,
            };
            Ok(Known {
                modality,
                training: planes(Split::Train),
                test: planes(Split::Test),
                floor: halves.areas(device)?,
            })
        };
        Ok(Self {
            study,
            device,
            known: (0..study.modalities.len())
                .map(of)
                .collect::<anyhow::Result<_>>()?,
        })
    }
}

impl Metric for Telling<'_> {
    /// Per modality the area under the curve for whole images, and for patches.
    fn measured(
        &self,
        seed: u64,
        subjects: &[Subject],
        _done: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Vec<Measured>> {
        let mut measured = Vec::new();
        for known in &self.known {
            let plane = |subject| Picture::of_subject(self.study, subject, known.modality).plane;
            let synthetic: Vec<Plane> = subjects.iter().map(plane).collect();
            let (learnt, asked) = synthetic.split_at(synthetic.len() / 2);
            let task = Task {
                learnt: [&known.training, learnt],
                asked: [&known.test, asked],
                seed,
            };
            let modality = &self.study.modalities[known.modality].name;
            let kinds = ["whole images".to_owned(), format!("patches of {PATCH} px")];
            let areas = task.areas(self.device)?.into_iter().zip(known.floor);
            for (what, (synthetic, real)) in kinds.iter().zip(areas) {
                measured.push(Measured {
                    section: Section::Telling,
                    name: format!("{modality}, {what}"),
                    synthetic,
                    real,
                    share_of: None,
                });
            }
        }
        Ok(measured)
    }
}

/// Images of the training split in four parts that share no subject.
fn quarters(evaluation: &Evaluation, modality: usize) -> [Vec<Plane>; 4] {
    let (study, size) = (evaluation.draws.study(), evaluation.draws.size());
    let mut subjects: BTreeMap<&str, usize> = BTreeMap::new();
    let mut parts: [Vec<Plane>; 4] = Default::default();
    for item in spread(evaluation.of(Split::Train).collect(), MOST) {
        let next = subjects.len();
        let number = *subjects.entry(&item.subject).or_insert(next);
        let picture = Picture::of_item(study, item, modality, size);
        parts[number % 4].extend(picture.map(|picture| picture.plane));
    }
    parts
}

impl Task<'_> {
    /// Of whole images, then of patches; `None` where a kind has no image.
    fn areas(&self, device: &Device) -> anyhow::Result<[Option<f64>; 2]> {
        let sets = self.learnt.iter().chain(&self.asked);
        let mut sides = sets.clone().filter_map(|set| set.first()).map(Plane::width);
        let Some(side) = sides
            .next()
            .filter(|_| sets.clone().all(|set| !set.is_empty()))
        else {
            return Ok([None; 2]);
        };
        let area = |crop: usize, many: usize| -> anyhow::Result<Option<f64>> {
            let network = self.trained(crop, device);
            let scores = |kind: usize| self.scores(&network, kind, crop, many, device);
            Ok(area_under_curve(&scores(0)?, &scores(1)?))
        };
        Ok([area(side, 1)?, area(PATCH.min(side), PATCHES)?])
    }

    /// A network that says more of the second kind than of the first.
    fn trained(&self, crop: usize, device: &Device) -> PatchDiscriminator {
        device.seed(self.seed);
        let learning = device.clone().autodiff();
        let mut network = PatchConfig {
            inputs: 1,
            width: WIDTH,
            modalities: 0,
            spectral: false,
        }
        .init(&learning);
        let mut adam = Optimizer::new("classifier", RATE);
        let signs = [vec![1.0_f32; EACH], vec![-1.0; EACH]].concat();
        for step in 0..STEPS {
            let mut random = Random::nth(self.seed, Purpose::Batch, step);
            let mut values = Vec::with_capacity(2 * EACH * crop * crop);
            for set in self.learnt {
                for _ in 0..EACH {
                    let plane = &set[random.below(set.len())];
                    cropped(plane, crop, &mut random, &mut values);
                }
            }
            let images = batch(values, crop, &learning);
            let signs = Tensor::<1>::from_data(&signs[..], &learning);
            // Cross-entropy of the mean logit of an image.
            let loss = softplus(network.score(images) * signs, 1.0).mean();
            network = adam.step(network, &loss);
        }
        network.valid()
    }

    /// Logits of `many` crops of each image that is asked about.
    fn scores(
        &self,
        network: &PatchDiscriminator,
        kind: usize,
        crop: usize,
        many: usize,
        device: &Device,
    ) -> anyhow::Result<Vec<f64>> {
        let mut random = Random::nth(self.seed, Purpose::Batch, STEPS + kind as u64);
        let mut scores = Vec::new();
        for planes in self.asked[kind].chunks(EACH) {
            let mut values = Vec::with_capacity(many * EACH * crop * crop);
            for plane in planes {
                for _ in 0..many {
                    cropped(plane, crop, &mut random, &mut values);
                }
            }
            let logits = network.score(batch(values, crop, device));
            let logits = pollster::block_on(reading::values(logits))?;
            scores.extend(logits.into_iter().map(f64::from));
        }
        Ok(scores)
    }
}

/// A square of `side` pixels from anywhere in the plane.
fn cropped(plane: &Plane, side: usize, random: &mut Random, values: &mut Vec<f32>) {
    let mut start = |length: usize| random.below(length - side + 1);
    let (left, top) = (start(plane.width()), start(plane.height()));
    for y in top..top + side {
        values.extend_from_slice(&plane.values()[y * plane.width() + left..][..side]);
    }
}

fn batch(values: Vec<f32>, side: usize, device: &Device) -> Tensor<4> {
    let count = values.len() / (side * side);
    Tensor::from_data(TensorData::new(values, [count, 1, side, side]), device)
}

/// How often a value of `high` lies above one of `low`, ties counting half: 0.5 where nothing tells them apart, 1 where
/// everything does (Mann and Whitney 1947).
fn area_under_curve(low: &[f64], high: &[f64]) -> Option<f64> {
    let above = |value: &f64| -> f64 {
        let wins = low.iter().map(|other| match value.total_cmp(other) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        });
        wins.sum()
    };
    let pairs = low.len() * high.len();
    (pairs > 0).then(|| high.iter().map(above).sum::<f64>() / pairs as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_counts_pairs() {
        assert_eq!(area_under_curve(&[1.0, 2.0], &[3.0, 4.0]), Some(1.0));
        assert_eq!(area_under_curve(&[1.0, 3.0], &[2.0, 4.0]), Some(0.75));
        assert_eq!(area_under_curve(&[1.0], &[1.0]), Some(0.5));
        assert_eq!(area_under_curve(&[], &[1.0]), None);
    }

    /// Noise, smoothed or not.
    fn noise(seed: u64, count: usize, smooth: bool) -> Vec<Plane> {
        let plane = |k: u64| {
            let values = Random::nth(seed, Purpose::Fusion, k).normals(32 * 32);
            let values = values.into_iter().map(|v| 0.5 + 0.1 * v).collect();
            let plane = Plane::new(32, 32, values).expect("a square");
            if smooth {
                plane.resized(16, 16).resized(32, 32)
            } else {
                plane
            }
        };
        (0..count as u64).map(plane).collect()
    }

    #[test]
    fn blur_is_told_and_equal_noise_is_not() {
        let device = crate::device::Choice::Flex.open().expect("flex");
        let asked = |smooth| {
            let sets = [1, 2, 3, 4].map(|seed| noise(seed, 16, smooth && seed % 2 == 0));
            let [a, b, c, d] = &sets;
            let task = Task {
                learnt: [a, b],
                asked: [c, d],
                seed: 1,
            };
            task.areas(&device)
                .expect("a device")
                .map(|area| area.expect("images"))
        };
        let [whole, patches] = asked(true);
        assert!(whole > 0.95 && patches > 0.95, "{whole} {patches}");
        let [whole, patches] = asked(false);
        for area in [whole, patches] {
            assert!((area - 0.5).abs() < 0.25, "{whole} {patches}");
        }
        let none = Task {
            learnt: [&[], &[]],
            asked: [&[], &[]],
            seed: 1,
        };
        assert_eq!(none.areas(&device).expect("nothing to do"), [None; 2]);
    }
}
