//! Discriminators: patches of images (D, D_s) and whole latents (D_z).

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor};

use super::blocks::{Block, rectify};
use super::config::{LatentDiscriminatorConfig, LatentForm, PatchConfig};
use super::convolution::{conv, convolve};
use super::spectral::{self, Vector};

/// What a discriminator says of a batch.
pub struct Verdict {
    /// 1 real, 0 fake, per patch: `[batch, 1, height / 8, width / 8]`.
    pub real: Tensor<4>,
    /// Logits of the modality head, mean over the patches: `[batch, modalities]`.
    pub modality: Option<Tensor<2>>,
    /// Activations of the layers before the heads, for feature matching.
    pub features: Vec<Tensor<4>>,
}

/// A patch discriminator with least-squares output (no sigmoid) and an optional modality head.
#[derive(Module, Debug)]
pub struct PatchDiscriminator {
    stem: Conv2d,
    down: Vec<Block>,
    real: Conv2d,
    modality: Option<Conv2d>,
    /// One per convolution, in the order of [`PatchDiscriminator::convolutions`]; none without
    /// spectral normalisation.
    vectors: Vec<Vector>,
}

impl PatchConfig {
    /// Fresh weights on `device`.
    pub fn init(&self, device: &Device) -> PatchDiscriminator {
        let w = self.width;
        let mut fresh = PatchDiscriminator {
            stem: conv(self.inputs, w, 5, 2, device),
            down: vec![
                Block::new(w, 2 * w, 2, device),
                Block::new(2 * w, 4 * w, 2, device),
                Block::new(4 * w, 4 * w, 1, device),
            ],
            real: conv(4 * w, 1, 3, 1, device),
            modality: (self.modalities > 0).then(|| conv(4 * w, self.modalities, 3, 1, device)),
            vectors: Vec::new(),
        };
        if self.spectral {
            let convolutions = fresh.convolutions().into_iter();
            fresh.vectors = convolutions.map(|c| spectral::vector(c, device)).collect();
        }
        fresh
    }
}

impl PatchDiscriminator {
    /// Stem, blocks, verdict, modality head.
    fn convolutions(&self) -> Vec<&Conv2d> {
        let blocks = self.down.iter().map(|block| &block.conv);
        let heads = std::iter::once(&self.real).chain(&self.modality);
        std::iter::once(&self.stem)
            .chain(blocks)
            .chain(heads)
            .collect()
    }

    fn convolved(&self, place: usize, x: Tensor<4>) -> Tensor<4> {
        spectral::convolved(self.convolutions()[place], self.vectors.get(place), x)
    }

    /// The same discriminator with its spectral norms one power iteration further: to be called after
    /// each step of its optimizer. Without spectral normalisation nothing changes.
    #[must_use]
    pub fn advanced(mut self) -> Self {
        let vectors = std::mem::take(&mut self.vectors).into_iter();
        let moved = vectors.zip(self.convolutions());
        self.vectors = moved.map(|(v, c)| spectral::advanced(c, v)).collect();
        self
    }

    /// Judges `x` `[batch, inputs, height, width]`.
    pub fn forward(&self, x: Tensor<4>) -> Verdict {
        let mut features = vec![rectify(self.convolved(0, x))];
        for (place, block) in self.down.iter().enumerate() {
            let before = features[place].clone();
            features.push(block.finish(self.convolved(place + 1, before)));
        }
        let heads = features.len();
        let last = features[heads - 1].clone();
        let modality = self.modality.as_ref().map(|_| {
            let logits = self.convolved(heads + 1, last.clone());
            logits.flatten::<3>(2, 3).mean_dim(2).squeeze_dim::<2>(2)
        });
        Verdict {
            real: self.convolved(heads, last),
            modality,
            features,
        }
    }

    /// One score per image, `[batch]`: the mean verdict over its patches.
    pub fn score(&self, x: Tensor<4>) -> Tensor<1> {
        self.forward(x)
            .real
            .flatten::<2>(1, 3)
            .mean_dim(1)
            .squeeze_dim::<1>(1)
    }
}

/// D_z: does a latent come from N(0, 1) or from the encoder?
#[derive(Module, Debug)]
pub struct LatentDiscriminator {
    /// Of a vector.
    layers: Vec<Linear>,
    /// Of a plane.
    convolutions: Vec<Conv2d>,
}

impl LatentDiscriminatorConfig {
    /// Fresh weights on `device`.
    pub fn init(&self, device: &Device) -> LatentDiscriminator {
        let (mut layers, mut convolutions) = (Vec::new(), Vec::new());
        let w = self.width;
        match self.form {
            LatentForm::Vector => {
                let sizes = [self.latent, w, w, 1];
                let pairs = sizes.windows(2);
                layers.extend(pairs.map(|p| LinearConfig::new(p[0], p[1]).init(device)));
            }
            LatentForm::Plane => convolutions.extend([
                conv(1, w, 3, 2, device),
                conv(w, 2 * w, 3, 2, device),
                conv(2 * w, 1, 3, 1, device),
            ]),
        }
        LatentDiscriminator {
            layers,
            convolutions,
        }
    }
}

impl LatentDiscriminator {
    /// `f` `[batch, latent]` to `[batch, 1]`: 1 normal noise, 0 encoded; of a plane the mean over its patches.
    pub fn forward(&self, f: Tensor<2>) -> Tensor<2> {
        if self.convolutions.is_empty() {
            let steps = self.layers.iter().map(|l| move |x| l.forward(x));
            return rectified_between(f, steps);
        }
        let [batch, latent] = f.dims();
        let side = latent.isqrt();
        let square: Tensor<4> = f.reshape([batch, 1, side, side]);
        let steps = self.convolutions.iter().map(|c| move |x| convolve(c, x));
        let patches = rectified_between(square, steps);
        patches.flatten::<2>(1, 3).mean_dim(1)
    }
}

/// The layers one after the other, with a rectifier between each two.
fn rectified_between<const D: usize>(
    x: Tensor<D>,
    layers: impl Iterator<Item = impl Fn(Tensor<D>) -> Tensor<D>>,
) -> Tensor<D> {
    let layers = layers.enumerate();
    layers.fold(x, |x, (place, layer)| {
        layer(if place == 0 { x } else { rectify(x) })
    })
}
