//! Where a network is computed: on a device of the tensor library, or on one core without it.
//!
//! Both take and give tensors, so that the pipeline reads the same. On one core they are tensors of the
//! CPU, whose values are at hand.

use burn::tensor::{Device, Tensor, TensorData};

use crate::networks::{self, StructureDecoder, Unet, cpu};

/// Where to compute.
pub(super) enum Place {
    /// Through the tensor library.
    Device(Device),
    /// On one core.
    Core,
}

/// A U-Net.
#[derive(Clone)]
#[allow(clippy::large_enum_variant, reason = "a few per model")]
pub(super) enum Network {
    Library(Unet),
    Core(cpu::Unet),
}

/// What a U-Net's downsampling half made of an input.
#[allow(clippy::large_enum_variant, reason = "one at a time")]
pub(super) enum Encoded {
    Library(networks::Encoded),
    Core {
        encoded: cpu::Encoded,
        side: usize,
        device: Device,
    },
}

/// A structure decoder.
#[allow(clippy::large_enum_variant, reason = "a few per model")]
pub(super) enum Decoder {
    Library(StructureDecoder),
    Core(cpu::Decoder),
}

impl Network {
    /// As [`Unet::forward`], of one image.
    pub fn forward(&self, x: Tensor<4>, condition: Option<Tensor<2>>) -> Tensor<4> {
        self.decode(&self.encode(x), condition)
    }

    /// As [`Unet::encode`], of one image.
    pub fn encode(&self, x: Tensor<4>) -> Encoded {
        match self {
            Self::Library(network) => Encoded::Library(network.encode(x)),
            Self::Core(network) => {
                let (side, device) = (x.dims()[3], x.device());
                let encoded = network.encode(&values(x), side);
                Encoded::Core {
                    encoded,
                    side,
                    device,
                }
            }
        }
    }

    /// As [`Unet::decode`].
    pub fn decode(&self, encoded: &Encoded, condition: Option<Tensor<2>>) -> Tensor<4> {
        self.decode_each(encoded, vec![condition]).remove(0)
    }

    /// One image per condition, all in one pass.
    pub fn decode_each(
        &self,
        encoded: &Encoded,
        conditions: Vec<Option<Tensor<2>>>,
    ) -> Vec<Tensor<4>> {
        match (self, encoded) {
            (Self::Library(network), Encoded::Library(encoded)) => {
                let known: Option<Vec<_>> = conditions.iter().cloned().collect();
                match known {
                    Some(known) if known.len() > 1 => network.decode_all(encoded, known),
                    _ => {
                        let each = conditions.into_iter();
                        each.map(|condition| network.decode(encoded, condition))
                            .collect()
                    }
                }
            }
            (Self::Core(_), _) if conditions.is_empty() => Vec::new(),
            (
                Self::Core(network),
                Encoded::Core {
                    encoded,
                    side,
                    device,
                },
            ) => {
                let count = conditions.len();
                let known: Vec<_> = conditions.into_iter().flatten().map(values).collect();
                let painted = network.decode(encoded, &known);
                let each = painted.chunks_exact(painted.len() / count);
                each.map(|image| images(image, *side, device)).collect()
            }
            _ => unreachable!("a network decodes what it encoded"),
        }
    }

    /// As [`Unet::logits`], of one image.
    pub fn logits(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Library(network) => network.logits(x),
            Self::Core(network) => {
                let (side, device) = (x.dims()[3], x.device());
                let logits = network.logits(&network.encode(&values(x), side), &[]);
                images(&logits, side, &device)
            }
        }
    }
}

impl Decoder {
    /// As [`StructureDecoder::forward`], of one latent.
    pub fn forward(&self, z: Tensor<2>) -> Tensor<4> {
        match self {
            Self::Library(network) => network.forward(z),
            Self::Core(network) => {
                let device = z.device();
                let map = network.forward(&values(z));
                images(&map, map.len().isqrt(), &device)
            }
        }
    }
}

/// The values of a tensor of the CPU.
fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    let data = tensor.into_data().convert::<f32>();
    data.try_into_vec().expect("converted to single precision")
}

/// `[output, side, side]` as `[1, output, side, side]`.
fn images(values: &[f32], side: usize, device: &Device) -> Tensor<4> {
    let shape = [1, values.len() / (side * side), side, side];
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}
