//! A network on a device of the tensor library: values in, values out.
//!
//! Whoever waits for a device's values must not hold the thread: in a browser they only come when it is free.

use burn::tensor::{Device, Tensor, TensorData};

use super::SynthesisError;
use crate::networks::{Encoded, PatchDiscriminator, StructureDecoder, Unet};

/// A network and where it computes.
pub(super) struct Library<N> {
    network: N,
    device: Device,
}

type Values = Result<Vec<f32>, SynthesisError>;

impl<N> Library<N> {
    pub fn new(network: N, device: &Device) -> Self {
        Self {
            network,
            device: device.clone(),
        }
    }

    fn tensor<const D: usize>(&self, values: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(values, shape), &self.device)
    }

    /// `[channel, y, x]` as `[1, channel, y, x]`.
    fn image(&self, values: &[f32], side: usize) -> Tensor<4> {
        let shape = [1, values.len() / (side * side), side, side];
        self.tensor(values.to_vec(), shape)
    }
}

impl Library<Unet> {
    pub fn encode(&self, image: &[f32], side: usize) -> Encoded {
        self.network.encode(self.image(image, side))
    }

    pub async fn decode(&self, encoded: &Encoded, conditions: &[Vec<f32>]) -> Values {
        let painted = match conditions {
            [] => self.network.decode(encoded, None),
            [first, ..] => {
                let shape = [conditions.len(), first.len()];
                let all = self.tensor(conditions.concat(), shape);
                self.network.decode_all(encoded, all)
            }
        };
        values(painted).await
    }

    pub async fn logits(&self, image: &[f32], side: usize) -> Values {
        values(self.network.logits(self.image(image, side))).await
    }
}

impl Library<StructureDecoder> {
    pub async fn forward(&self, z: &[f32]) -> Values {
        let z = self.tensor(z.to_vec(), [1, z.len()]);
        values(self.network.forward(z)).await
    }
}

impl Library<PatchDiscriminator> {
    pub async fn score(&self, map: &[f32], side: usize) -> Result<f32, SynthesisError> {
        let score = self.network.score(self.image(map, side));
        Ok(values(score).await?.first().copied().unwrap_or(f32::NAN))
    }
}

async fn values<const D: usize>(tensor: Tensor<D>) -> Values {
    let failed = |problem: String| SynthesisError::Device(problem);
    let data = tensor.into_data_async().await;
    let data = data.map_err(|e| failed(format!("{e:?}")))?;
    let values = data.convert::<f32>().try_into_vec();
    values.map_err(|e| failed(format!("{e:?}")))
}
