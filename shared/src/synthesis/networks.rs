//! The networks of a model, on one core of the processor or, with the feature `nn`, on a device of the tensor
//! library.
//!
//! Both take and give plain values, so that the pipeline reads the same and needs no tensor library.
#![cfg_attr(
    not(feature = "nn"),
    allow(clippy::unused_async, reason = "only a device is waited for")
)]

use super::SynthesisError;
#[cfg(feature = "nn")]
use super::library::Library;
use crate::networks::config::NetworkConfig;
use crate::networks::{LoadError, Tensor, cpu};
#[cfg(feature = "nn")]
use crate::networks::{PatchDiscriminator, StructureDecoder, Unet, tensors::load_tensors};
use crate::weights::{Model, Role};

/// Where networks are computed.
pub(super) enum Place {
    /// On one core.
    Core,
    /// Through the tensor library.
    #[cfg(feature = "nn")]
    Device(burn::tensor::Device),
}

/// A U-Net.
#[allow(clippy::large_enum_variant, reason = "a few per model")]
pub(super) enum Network {
    Core(cpu::Unet),
    #[cfg(feature = "nn")]
    Library(Library<Unet>),
}

/// What a U-Net's downsampling half made of an input.
#[allow(clippy::large_enum_variant, reason = "one at a time")]
pub(super) enum Encoded {
    Core(cpu::Encoded),
    #[cfg(feature = "nn")]
    Library(crate::networks::Encoded),
}

/// A structure decoder.
#[allow(clippy::large_enum_variant, reason = "a few per model")]
pub(super) enum Decoder {
    Core(cpu::Decoder),
    #[cfg(feature = "nn")]
    Library(Library<StructureDecoder>),
}

/// D_s, for the structure filter.
#[allow(clippy::large_enum_variant, reason = "a few per model")]
pub(super) enum StructureDiscriminator {
    Core(cpu::Patches),
    #[cfg(feature = "nn")]
    Library(Library<PatchDiscriminator>),
}

type Values = Result<Vec<f32>, SynthesisError>;

impl Network {
    /// The downsampling half, of one square image `[input, y, x]`.
    pub fn encode(&self, image: &[f32], side: usize) -> Encoded {
        match self {
            Self::Core(network) => Encoded::Core(network.encode(image, side)),
            #[cfg(feature = "nn")]
            Self::Library(network) => Encoded::Library(network.encode(image, side)),
        }
    }

    /// The upsampling half, one image per condition (one for networks without), all in one pass:
    /// `[image, output, y, x]`, 0..=1.
    pub async fn decode(&self, encoded: &Encoded, conditions: &[Vec<f32>]) -> Values {
        match (self, encoded) {
            (Self::Core(network), Encoded::Core(encoded)) => {
                Ok(network.decode(encoded, conditions))
            }
            #[cfg(feature = "nn")]
            (Self::Library(network), Encoded::Library(encoded)) => {
                network.decode(encoded, conditions).await
            }
            #[cfg(feature = "nn")]
            _ => unreachable!("a network decodes what it encoded"),
        }
    }

    /// One image without condition, 0..=1.
    pub async fn forward(&self, image: &[f32], side: usize) -> Values {
        self.decode(&self.encode(image, side), &[]).await
    }

    /// As [`Network::forward`], before the sigmoid.
    pub async fn logits(&self, image: &[f32], side: usize) -> Values {
        match self {
            Self::Core(network) => Ok(network.logits(&network.encode(image, side), &[])),
            #[cfg(feature = "nn")]
            Self::Library(network) => network.logits(image, side).await,
        }
    }
}

impl Decoder {
    /// s_g = G_s(z) of one latent: the soft structure map, 0..=1.
    pub async fn forward(&self, z: &[f32]) -> Values {
        match self {
            Self::Core(network) => Ok(network.forward(z)),
            #[cfg(feature = "nn")]
            Self::Library(network) => network.forward(z).await,
        }
    }
}

impl StructureDiscriminator {
    /// The mean verdict on a square map: 1 real, 0 fake.
    pub async fn score(&self, map: &[f32], side: usize) -> Result<f32, SynthesisError> {
        match self {
            Self::Core(network) => Ok(network.score(map, side)),
            #[cfg(feature = "nn")]
            Self::Library(network) => network.score(map, side).await,
        }
    }
}

pub(super) fn unet(
    model: &Model,
    role: &Role,
    name: &'static str,
    place: &Place,
) -> Result<Option<Network>, SynthesisError> {
    loaded(model, role, name, |config, tensors| {
        let NetworkConfig::Unet(config) = config else {
            return None;
        };
        Some(match place {
            Place::Core => cpu::Unet::new(config, tensors).map(Network::Core),
            #[cfg(feature = "nn")]
            Place::Device(device) => load_tensors(config.init(device), tensors)
                .map(|network| Network::Library(Library::new(network, device))),
        })
    })
}

/// The structure decoder and the values of its latent.
pub(super) fn decoder(
    model: &Model,
    place: &Place,
) -> Result<Option<(Decoder, usize)>, SynthesisError> {
    loaded(
        model,
        &Role::StructureDecoder,
        "structure decoder",
        |config, tensors| {
            let NetworkConfig::Decoder(config) = config else {
                return None;
            };
            let decoder = match place {
                Place::Core => cpu::Decoder::new(config, tensors).map(Decoder::Core),
                #[cfg(feature = "nn")]
                Place::Device(device) => load_tensors(config.init(device), tensors)
                    .map(|network| Decoder::Library(Library::new(network, device))),
            };
            Some(decoder.map(|decoder| (decoder, config.latent)))
        },
    )
}

pub(super) fn structure_discriminator(
    model: &Model,
    place: &Place,
) -> Result<Option<StructureDiscriminator>, SynthesisError> {
    loaded(
        model,
        &Role::StructureDiscriminator,
        "structure discriminator",
        |config, tensors| {
            let NetworkConfig::Patch(config) = config else {
                return None;
            };
            Some(match place {
                Place::Core => cpu::Patches::new(config, tensors).map(StructureDiscriminator::Core),
                #[cfg(feature = "nn")]
                Place::Device(device) => load_tensors(config.init(device), tensors)
                    .map(|network| StructureDiscriminator::Library(Library::new(network, device))),
            })
        },
    )
}

/// The network of a role, if the model holds it; `load` returns `None` for a configuration of another kind.
fn loaded<N>(
    model: &Model,
    role: &Role,
    name: &'static str,
    load: impl FnOnce(&NetworkConfig, &[Tensor]) -> Option<Result<N, LoadError>>,
) -> Result<Option<N>, SynthesisError> {
    let Some(network) = model.network(role) else {
        return Ok(None);
    };
    match load(&network.config, &network.tensors) {
        None => Err(SynthesisError::Kind(name)),
        Some(Ok(network)) => Ok(Some(network)),
        Some(Err(source)) => Err(SynthesisError::Load {
            network: name,
            source,
        }),
    }
}
