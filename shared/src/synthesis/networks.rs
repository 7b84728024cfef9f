//! Networks of a weights file on a device.

use burn::tensor::Device;

use super::SynthesisError;
use super::place::{Decoder, Network, Place};
use crate::networks::config::NetworkConfig;
use crate::networks::tensors::load_tensors;
use crate::networks::{PatchDiscriminator, cpu};
use crate::weights::{Model, Role};

pub(super) fn unet(
    model: &Model,
    role: Role,
    name: &'static str,
    place: &Place,
) -> Result<Option<Network>, SynthesisError> {
    let Some(network) = model.network(role) else {
        return Ok(None);
    };
    let NetworkConfig::Unet(config) = &network.config else {
        return Err(SynthesisError::Kind(name));
    };
    let loaded = match place {
        Place::Core => cpu::Unet::new(config, &network.tensors).map(Network::Core),
        Place::Device(device) => {
            load_tensors(config.init(device), &network.tensors).map(Network::Library)
        }
    };
    loaded.map(Some).map_err(|source| SynthesisError::Load {
        network: name,
        source,
    })
}

pub(super) fn decoder(
    model: &Model,
    place: &Place,
) -> Result<Option<(Decoder, usize)>, SynthesisError> {
    let name = "structure decoder";
    let Some(network) = model.network(Role::StructureDecoder) else {
        return Ok(None);
    };
    let NetworkConfig::Decoder(config) = &network.config else {
        return Err(SynthesisError::Kind(name));
    };
    let loaded = match place {
        Place::Core => cpu::Decoder::new(config, &network.tensors).map(Decoder::Core),
        Place::Device(device) => {
            load_tensors(config.init(device), &network.tensors).map(Decoder::Library)
        }
    };
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
