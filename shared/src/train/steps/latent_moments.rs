//! The distribution of the encoded latents, and the affine map that takes N(0, 1) onto it.

use burn::tensor::{Device, Tensor, TensorData};

use super::{RestoreError, Section, section};
use crate::networks::config::LatentForm;
use crate::train::reading::{DeviceError, values};

/// Added to the diagonal of the covariance, so that its Cholesky factor exists.
const RIDGE: f64 = 1e-4;

/// mean + L z with the covariance L L^T, of a plane with its diagonal alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Affine {
    /// `latent` values.
    pub mean: Vec<f32>,
    /// Lower triangular L, row-major, `latent x latent`; of a plane the `latent` values of its diagonal.
    pub factor: Vec<f32>,
}

/// Running first and second moments of the encoded latents, kept on the device.
#[derive(Debug, Clone)]
pub struct LatentMoments {
    mean: Tensor<2>,
    /// `[latent, latent]`; of a plane the diagonal, `[1, latent]`.
    second: Tensor<2>,
    form: LatentForm,
    weight: f64,
    decay: f64,
}

impl LatentMoments {
    /// Moments that forget with `decay` per batch; 1 keeps every batch alike.
    pub fn new(latent: usize, form: LatentForm, decay: f64, device: &Device) -> Self {
        let rows = match form {
            LatentForm::Vector => latent,
            LatentForm::Plane => 1,
        };
        Self {
            mean: Tensor::zeros([1, latent], device),
            second: Tensor::zeros([rows, latent], device),
            form,
            weight: 0.0,
            decay,
        }
    }

    /// Adds a batch of encoded latents `f` `[batch, latent]`, outside the autodiff graph.
    pub fn add(&mut self, f: Tensor<2>) {
        let batch = f.dims()[0] as f64;
        let second = match self.form {
            LatentForm::Vector => f.clone().transpose().matmul(f.clone()) / batch,
            LatentForm::Plane => f.clone().powi_scalar(2).mean_dim(0),
        };
        self.mean = self.mean.clone() * self.decay + f.mean_dim(0);
        self.second = self.second.clone() * self.decay + second;
        self.weight = self.weight * self.decay + 1.0;
    }

    /// The affine map of what was added so far; `None` before the first batch.
    ///
    /// # Errors
    /// When the device, which is read, has failed.
    pub async fn affine(&self) -> Result<Option<Affine>, DeviceError> {
        if self.weight == 0.0 {
            return Ok(None);
        }
        let n = self.mean.dims()[1];
        let mean: Vec<f64> = self.read(self.mean.clone()).await?;
        let second: Vec<f64> = self.read(self.second.clone()).await?;
        let factor = match self.form {
            LatentForm::Vector => cholesky(n, |i, j| {
                let covariance = second[i * n + j] - mean[i] * mean[j];
                covariance + if i == j { RIDGE } else { 0.0 }
            }),
            LatentForm::Plane => {
                let variances = second.iter().zip(&mean).map(|(s, m)| s - m * m);
                let spreads = variances.map(|v| libm::sqrt((v + RIDGE).max(RIDGE)) as f32);
                spreads.collect()
            }
        };
        Ok(Some(Affine {
            mean: mean.iter().map(|&v| v as f32).collect(),
            factor,
        }))
    }

    async fn read(&self, tensor: Tensor<2>) -> Result<Vec<f64>, DeviceError> {
        let values = values(tensor).await?;
        Ok(values.iter().map(|&v| f64::from(v) / self.weight).collect())
    }

    /// The moments as a checkpoint section.
    pub fn save(&self, name: &str) -> Section {
        let flat = |t: &Tensor<2>| {
            t.clone()
                .into_data()
                .convert::<f32>()
                .try_into_vec::<f32>()
                .expect("converted to f32")
        };
        let mut bytes = self.weight.to_le_bytes().to_vec();
        for value in flat(&self.mean).into_iter().chain(flat(&self.second)) {
            bytes.extend(value.to_le_bytes());
        }
        (name.into(), bytes)
    }

    /// Restores what [`LatentMoments::save`] gave.
    pub fn load(&mut self, name: &str, sections: &[Section]) -> Result<(), RestoreError> {
        let bytes = section(name, sections)?;
        let n = self.mean.dims()[1];
        let rows = self.second.dims()[0];
        if bytes.len() != 8 + 4 * (n + rows * n) {
            return Err(RestoreError::Unfit(name.into(), "wrong length".into()));
        }
        let (head, tail) = bytes.split_at(8);
        self.weight = f64::from_le_bytes(head.try_into().expect("eight bytes"));
        let (chunks, _) = tail.as_chunks::<4>();
        let values: Vec<f32> = chunks.iter().map(|c| f32::from_le_bytes(*c)).collect();
        let device = self.mean.device();
        self.mean = Tensor::from_data(TensorData::new(values[..n].to_vec(), [1, n]), &device);
        self.second = Tensor::from_data(TensorData::new(values[n..].to_vec(), [rows, n]), &device);
        Ok(())
    }
}

/// Lower-triangular factor of a symmetric positive matrix; a pivot that rounding made negative is
/// taken as the ridge.
fn cholesky(n: usize, matrix: impl Fn(usize, usize) -> f64) -> Vec<f32> {
    let mut factor = vec![0.0f64; n * n];
    for i in 0..n {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|k| factor[i * n + k] * factor[j * n + k]).sum();
            let rest = matrix(i, j) - dot;
            factor[i * n + j] = if i == j {
                libm::sqrt(rest.max(RIDGE))
            } else {
                rest / factor[j * n + j]
            };
        }
    }
    factor.into_iter().map(|v| v as f32).collect()
}
