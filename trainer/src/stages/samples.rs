//! What the structure stage's log says beside its errors: how much of each latent dimension is used,
//! and what samples look like to the structure filter and beside one another.

use burn::tensor::{Device, Tensor};
use rayon::prelude::*;
use scanweave::image::Image;
use scanweave::metrics::ms_ssim_of_images;
use scanweave::random::Purpose;
use scanweave::structure::{contour_error, solid_mask};
use scanweave::train::steps::StructureStage;

use super::batch::{binary, images, noise, planes};
use crate::data::Item;
use crate::run::Configuration;

/// Samples, and real maps beside them.
const COUNT: usize = 16;
/// Nats of divergence from N(0, 1) above which a latent dimension says something about the map.
const ACTIVE: f64 = 0.01;

/// Kullback-Leibler divergence of the posterior from N(0, 1), nats, mean over the rows of `mean` and
/// `logvar` `[rows, latent]`, of each dimension: 0 in a dimension that has collapsed.
pub fn divergences(mean: Tensor<2>, logvar: Tensor<2>) -> Vec<f64> {
    let each = (mean.square() + logvar.clone().exp() - logvar - 1.0) * 0.5;
    let values = each.mean_dim(0).into_data().convert::<f32>();
    let values: Vec<f32> = values.try_into_vec().expect("converted to f32");
    values.into_iter().map(f64::from).collect()
}

/// Dimensions that have not collapsed.
pub fn active(divergences: &[f64]) -> f64 {
    divergences.iter().filter(|&&d| d > ACTIVE).count() as f64
}

/// Figures of sampled maps beside those of the real maps of `items`: their mean pairwise MS-SSIM, and
/// what the structure filter (algorithm 3) asks, the score of D_s and the error of the contour.
pub fn figures(
    stage: &StructureStage,
    items: &[&Item],
    configuration: &Configuration,
    device: &Device,
) -> anyhow::Result<Vec<(String, f64)>> {
    let (size, latent) = (configuration.geometry.size, configuration.geometry.latent);
    let z = noise(
        configuration.seed,
        Purpose::Latent,
        u64::MAX >> 10,
        [COUNT, latent],
        device,
    );
    let soft = stage.averaged().decoder.forward(z);
    let sampled = soft
        .greater_elem(configuration.study.line_threshold)
        .float();
    let shown = items.iter().take(COUNT);
    let real = binary(shown.map(|i| i.structure.as_slice()), size, device);
    let mut figures = Vec::new();
    for (name, maps) in [("sampled", sampled), ("real", real)] {
        let values = [
            ("score", Some(score(stage, maps.clone()))),
            ("contour error", Some(contour(stage, maps.clone()))),
            (
                "ms-ssim",
                similarity(&images(maps).iter().collect::<Vec<_>>())?,
            ),
        ];
        let known = values.into_iter().filter_map(|(n, v)| Some((n, v?)));
        figures.extend(known.map(|(figure, value)| (format!("{figure} {name}"), value)));
    }
    Ok(figures)
}

fn score(stage: &StructureStage, maps: Tensor<4>) -> f64 {
    let scores = stage.structure_discriminator().score(maps);
    f64::from(scores.mean().into_scalar::<f32>())
}

fn contour(stage: &StructureStage, maps: Tensor<4>) -> f64 {
    let masks = planes(stage.averaged().mask.forward(maps.clone(), None));
    let maps = planes(maps);
    let errors = maps.iter().zip(&masks);
    let errors = errors.map(|(map, mask)| f64::from(contour_error(map, &solid_mask(mask))));
    errors.sum::<f64>() / maps.len() as f64
}

/// Mean MS-SSIM of all pairs; `None` of fewer than two images.
pub fn similarity(images: &[&Image]) -> anyhow::Result<Option<f64>> {
    let pairs: Vec<(usize, usize)> = (0..images.len())
        .flat_map(|b| (0..b).map(move |a| (a, b)))
        .collect();
    let one = |&(a, b): &(usize, usize)| ms_ssim_of_images(images[a], images[b]);
    let values: Vec<f32> = pairs.par_iter().map(one).collect::<Result<_, _>>()?;
    let sum: f64 = values.iter().copied().map(f64::from).sum();
    Ok((!values.is_empty()).then(|| sum / values.len() as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use scanweave::image::Plane;

    #[test]
    fn a_collapsed_dimension_diverges_by_nothing() {
        let device = Device::flex();
        // Dimension 0 is N(0, 1) in both rows; dimension 1 is N(2, 1) and N(0, e), so that the
        // divergences are 2 and (e - 1 - 1) / 2, their mean 1 + (e - 2) / 4.
        let mean = Tensor::from_data([[0.0, 2.0], [0.0, 0.0]], &device);
        let logvar = Tensor::from_data([[0.0, 0.0], [0.0, 1.0]], &device);
        let found = divergences(mean, logvar);
        assert!(found[0].abs() < 1e-6);
        let expected = 1.0 + (std::f64::consts::E - 2.0) / 4.0;
        assert!((found[1] - expected).abs() < 1e-5, "{found:?}");
        assert!((active(&found) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn equal_maps_are_alike() {
        let map = Plane::from_fn(64, 64, |x, y| f32::from(u8::from((x / 4 + y / 4) % 2 == 0)));
        let other = Plane::from_fn(64, 64, |x, _| f32::from(u8::from(x % 9 < 2)));
        let alike = similarity(&[&map.clone().into(), &map.clone().into()])
            .unwrap()
            .unwrap();
        let unlike = similarity(&[&map.clone().into(), &other.into()])
            .unwrap()
            .unwrap();
        assert!(alike > 0.999 && unlike < alike - 0.2, "{alike} {unlike}");
        assert_eq!(similarity(&[&map.into()]).unwrap(), None);
    }
}
