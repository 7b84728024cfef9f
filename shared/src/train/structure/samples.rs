//! What the structure stage's log says beside its errors: how much of each latent dimension is used,
//! and what samples look like to the structure filter and beside one another.

use burn::tensor::{Device, Tensor};

use super::{StructureError, StructureTrainee, seen};
use crate::image::Plane;
use crate::metrics::{MetricError, ms_ssim};
use crate::random::Purpose;
use crate::structure::{contour_error, solid_mask};
use crate::train::batch::noise;
use crate::train::reading::{DeviceError, planes, scalar, values};

/// Samples, and real maps beside them.
const COUNT: usize = 16;
/// Nats of divergence from N(0, 1) above which a latent dimension says something about the map.
const ACTIVE: f64 = 0.01;

/// Kullback-Leibler divergence of the posterior from N(0, 1), nats, mean over the rows of `mean` and
/// `logvar` `[rows, latent]`, of each dimension: 0 in a dimension that has collapsed.
pub async fn divergences(mean: Tensor<2>, logvar: Tensor<2>) -> Result<Vec<f64>, DeviceError> {
    let each = (mean.square() + logvar.clone().exp() - logvar - 1.0) * 0.5;
    let values = values(each.mean_dim(0)).await?;
    Ok(values.into_iter().map(f64::from).collect())
}

/// Dimensions that have not collapsed.
pub fn active(divergences: &[f64]) -> f64 {
    divergences.iter().filter(|&&d| d > ACTIVE).count() as f64
}

impl StructureTrainee<'_> {
    /// Figures of sampled maps beside those of unseen real maps: their mean pairwise MS-SSIM, and what
    /// the structure filter (algorithm 3) asks, the score of D_s and the error of the contour.
    pub(super) async fn sampled(
        &self,
        device: &Device,
    ) -> Result<Vec<(String, f64)>, StructureError> {
        let shown = self.unseen.shown();
        let z = noise(
            self.settings.seed,
            Purpose::Latent,
            u64::MAX >> 10,
            [COUNT, self.settings.geometry.latent],
            device,
        );
        let sampled = self.lines(self.stage.averaged().decoder.forward(z));
        let real = self.maps(&shown[..COUNT.min(shown.len())], device);
        let mut figures = Vec::new();
        for (name, maps) in [("sampled", sampled), ("real", real)] {
            let pictures = planes(maps.clone()).await?;
            let values = [
                ("score", Some(self.score(&pictures, device).await?)),
                ("contour error", Some(self.contour(maps, &pictures).await?)),
                ("ms-ssim", similarity(&pictures)?),
            ];
            let known = values.into_iter().filter_map(|(n, v)| Some((n, v?)));
            figures.extend(known.map(|(figure, value)| (format!("{figure} {name}"), value)));
        }
        Ok(figures)
    }

    async fn score(&self, maps: &[Plane], device: &Device) -> Result<f64, DeviceError> {
        let maps: Vec<Vec<u8>> = maps.iter().map(Plane::to_u8).collect();
        let maps = maps.iter().map(Vec::as_slice);
        let seen = seen(maps, self.size(), self.settings.line_reach, device);
        let scores = self.stage.structure_discriminator().score(seen);
        Ok(f64::from(scalar(scores.mean()).await?))
    }

    async fn contour(&self, maps: Tensor<4>, pictures: &[Plane]) -> Result<f64, DeviceError> {
        let masks = planes(self.stage.averaged().mask.forward(maps, None)).await?;
        let errors = pictures.iter().zip(&masks);
        let errors = errors.map(|(map, mask)| f64::from(contour_error(map, &solid_mask(mask))));
        Ok(errors.sum::<f64>() / pictures.len() as f64)
    }
}

/// Mean MS-SSIM of all pairs; `None` of fewer than two planes.
fn similarity(planes: &[Plane]) -> Result<Option<f64>, MetricError> {
    let pairs = (0..planes.len()).flat_map(|b| (0..b).map(move |a| (a, b)));
    let values = pairs.map(|(a, b)| ms_ssim(&planes[a], &planes[b]));
    let values: Vec<f32> = values.collect::<Result<_, _>>()?;
    let sum: f64 = values.iter().copied().map(f64::from).sum();
    Ok((!values.is_empty()).then(|| sum / values.len() as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collapsed_dimension_diverges_by_nothing() {
        let device = Device::flex();
        // Dimension 0 is N(0, 1) in both rows; dimension 1 is N(2, 1) and N(0, e), so that the
        // divergences are 2 and (e - 1 - 1) / 2, their mean 1 + (e - 2) / 4.
        let mean = Tensor::from_data([[0.0, 2.0], [0.0, 0.0]], &device);
        let logvar = Tensor::from_data([[0.0, 0.0], [0.0, 1.0]], &device);
        let found = pollster::block_on(divergences(mean, logvar)).unwrap();
        assert!(found[0].abs() < 1e-6);
        let expected = 1.0 + (std::f64::consts::E - 2.0) / 4.0;
        assert!((found[1] - expected).abs() < 1e-5, "{found:?}");
        assert!((active(&found) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn equal_maps_are_alike() {
        let map = Plane::from_fn(64, 64, |x, y| f32::from(u8::from((x / 4 + y / 4) % 2 == 0)));
        let other = Plane::from_fn(64, 64, |x, _| f32::from(u8::from(x % 9 < 2)));
        let alike = similarity(&[map.clone(), map.clone()]).unwrap().unwrap();
        let unlike = similarity(&[map.clone(), other]).unwrap().unwrap();
        assert!(alike > 0.999 && unlike < alike - 0.2, "{alike} {unlike}");
        assert_eq!(similarity(&[map]).unwrap(), None);
    }
}
