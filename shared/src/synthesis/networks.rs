//! Networks of a weights file on a device.

use burn::tensor::Device;

use super::SynthesisError;
use crate::networks::config::NetworkConfig;
use crate::networks::tensors::load_tensors;
use crate::networks::{PatchDiscriminator, StructureDecoder, Unet};
use crate::weights::{Model, Role};

pub(super) fn unet(
    model: &Model,
    role: Role,
    name: &'static str,
    device: &Device,
) -> Result<Option<Unet>, SynthesisError> {
    let Some(network) = model.network(role) else {
        return Ok(None);
    };
    let NetworkConfig::Unet(config) = &network.config else {
        return Err(SynthesisError::Kind(name));
    };
    let loaded = load_tensors(config.init(device), &network.tensors);
    loaded.map(Some).map_err(|source| SynthesisError::Load {
        network: name,
        source,
    })
}

pub(super) fn decoder(
    model: &Model,
    device: &Device,
) -> Result<Option<(StructureDecoder, usize)>, SynthesisError> {
    let name = "structure decoder";
    let Some(network) = model.network(Role::StructureDecoder) else {
        return Ok(None);
    };
    let NetworkConfig::Decoder(config) = &network.config else {
        return Err(SynthesisError::Kind(name));
    };
    let loaded = load_tensors(config.init(device), &network.tensors);
    loaded
        .map(|d| Some((d, config.latent)))
        .map_err(|source| SynthesisError::Load {
            network: name,
            source,
        })
}

pub(super) fn discriminator(
    model: &Model,
    device: &Device,
) -> Result<Option<PatchDiscriminator>, SynthesisError> {
    let name = "structure discriminator";
    let Some(network) = model.network(Role::StructureDiscriminator) else {
        return Ok(None);
    };
    let NetworkConfig::Patch(config) = &network.config else {
        return Err(SynthesisError::Kind(name));
    };
    let loaded = load_tensors(config.init(device), &network.tensors);
    loaded.map(Some).map_err(|source| SynthesisError::Load {
        network: name,
        source,
    })
}
