//! Whether samples differ from each other, and from the images that the model has seen.

use anyhow::ensure;
use rayon::prelude::*;
use scanweave::image::Image;
use scanweave::metrics::ms_ssim_of_images;

use super::draws::Subject;
use super::metric::Metric;
use super::nearest::{nearest, percentile, share_below};
use super::pictures::drawn;
use super::rows::{Measured, Section};
use super::{Evaluation, mean};
use crate::data::{Item, Split};
use crate::stages::items::{image, structure};

/// Side at which images are compared with training images, pixels: there noise does not count.
const SIDE: usize = 64;
/// The most pairs that are compared: all of 63 images. More than that says little more.
const PAIRS: usize = 2000;
/// Share of the real test images that lie nearer to a training image than the limit.
const NEAR: f64 = 0.05;

/// Real images, and how near those of the test split lie to those of the training split.
pub struct Likeness<'a> {
    items: Vec<&'a Item>,
    size: usize,
    source: usize,
    training: Vec<Vec<f32>>,
    /// Distance of each test image to the nearest training image.
    test: Vec<f64>,
}

impl<'a> Likeness<'a> {
    /// # Errors
    /// When a split has no image of the source modality.
    pub fn new(evaluation: &Evaluation<'a>) -> anyhow::Result<Self> {
        let (size, source) = (
            evaluation.draws.size(),
            evaluation.draws.study().source_place(),
        );
        let small = |split| -> Vec<Vec<f32>> {
            let bytes = evaluation
                .of(split)
                .filter_map(|i| i.images[source].as_deref());
            bytes.map(|bytes| shrunk(&image(bytes, size))).collect()
        };
        let (training, test) = (small(Split::Train), small(Split::Test));
        ensure!(
            !training.is_empty() && !test.is_empty(),
            "a split of the data has no image of the modality {}, which memorisation is measured in",
            evaluation.draws.study().source
        );
        let items = evaluation.data.items.iter();
        Ok(Self {
            items: items.filter(|i| i.images[source].is_some()).collect(),
            size,
            source,
            test: nearest(&test, &training),
            training,
        })
    }
}

impl Metric for Likeness<'_> {
    /// Similarity of images and of structure maps, then nearness to training images.
    fn measured(
        &self,
        seed: u64,
        subjects: &[Subject],
        _done: &(dyn Fn() + Sync),
    ) -> anyhow::Result<Vec<Measured>> {
        let images: Vec<&Image> = subjects.iter().map(|s| &s.images[self.source]).collect();
        let maps = subjects.iter().filter_map(|s| s.structure.as_ref());
        let maps: Vec<Image> = maps.map(|s| s.map.clone().into()).collect();
        let real = drawn(&self.items, seed, subjects.len());
        let real_images = real.iter().filter_map(|i| i.images[self.source].as_deref());
        let real_images: Vec<Image> = real_images.map(|b| image(b, self.size)).collect();
        let real_maps = real.iter().map(|i| structure(i, self.size).map.into());
        let real_maps: Vec<Image> = real_maps.collect();
        let row = |name: &str, synthetic: &[&Image], real: &[Image]| {
            anyhow::Ok(Measured {
                section: Section::Diversity,
                name: name.into(),
                synthetic: similarity(synthetic, seed)?,
                real: similarity(&real.iter().collect::<Vec<_>>(), seed)?,
                share_of: None,
            })
        };
        let mut measured = vec![row("images of the source modality", &images, &real_images)?];
        if !maps.is_empty() {
            let maps: Vec<&Image> = maps.iter().collect();
            measured.push(row("structure maps", &maps, &real_maps)?);
        }
        let small: Vec<Vec<f32>> = images.into_iter().map(shrunk).collect();
        measured.extend(memorisation(&nearest(&small, &self.training), &self.test));
        Ok(measured)
    }
}

/// Mean MS-SSIM of all pairs, or of [`PAIRS`] that `seed` draws; `None` of fewer than two images.
fn similarity(images: &[&Image], seed: u64) -> anyhow::Result<Option<f64>> {
    let pairs: Vec<(usize, usize)> = (0..images.len())
        .flat_map(|b| (0..b).map(move |a| (a, b)))
        .collect();
    let pairs = if pairs.len() > PAIRS {
        drawn(&pairs, seed, PAIRS)
    } else {
        pairs
    };
    let one = |&(a, b): &(usize, usize)| ms_ssim_of_images(images[a], images[b]);
    let values: Vec<f32> = pairs.par_iter().map(one).collect::<Result<_, _>>()?;
    let sum: f64 = values.iter().copied().map(f64::from).sum();
    Ok((!values.is_empty()).then(|| sum / values.len() as f64))
}

fn shrunk(image: &Image) -> Vec<f32> {
    image.resized(SIDE, SIDE).into_values()
}

/// Of distances to the nearest training image: copies show as a small 5th percentile and as a share
/// far above the 5 % that real test images have by definition.
fn memorisation(synthetic: &[f64], test: &[f64]) -> [Measured; 3] {
    let row = |name: &str, of: &dyn Fn(&[f64]) -> Option<f64>| Measured {
        section: Section::Memorisation,
        name: name.into(),
        synthetic: of(synthetic),
        real: of(test),
        share_of: None,
    };
    let limit = percentile(test, NEAR).unwrap_or(0.0);
    [
        row("mean", &|d| mean(d.iter().copied().map(Some))),
        row("5th percentile", &|d| percentile(d, NEAR)),
        Measured {
            share_of: Some(synthetic.len()),
            ..row("share nearer than 95 % of the real test images", &|d| {
                share_below(d, limit)
            })
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::random::{Purpose, Random};

    #[test]
    fn equal_planes_are_alike_and_noise_is_not() {
        let image = |seed| {
            let values = Random::new(seed, Purpose::Fusion).normals(32 * 32);
            let values = values.into_iter().map(|v| (0.5 + 0.2 * v).clamp(0.0, 1.0));
            Image::of_values(32, 32, &values.collect::<Vec<_>>()).expect("a square")
        };
        let (a, b) = (image(1), image(2));
        let alike = similarity(&[&a, &a, &a], 1)
            .expect("one size")
            .expect("pairs");
        assert!((alike - 1.0).abs() < 1e-6, "{alike}");
        let mixed = similarity(&[&a, &a, &b], 1)
            .expect("one size")
            .expect("pairs");
        assert!(mixed < 0.6, "one pair of three is alike: {mixed}");
        assert_eq!(similarity(&[&a], 1).expect("one size"), None);
    }

    #[test]
    fn copies_stand_out() {
        let test: Vec<f64> = (1..=21).map(f64::from).collect();
        let [mean, low, share] = memorisation(&[0.0, 0.0, 10.0, 20.0], &test);
        assert_eq!((mean.synthetic, mean.real), (Some(7.5), Some(11.0)));
        assert_eq!((low.synthetic, low.real), (Some(0.0), Some(2.0)));
        assert_eq!((share.synthetic, share.real), (Some(0.5), Some(1.0 / 21.0)));
    }
}
