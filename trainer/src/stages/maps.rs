//! Synthetic structure maps for the synthesis stage: drawn once, from the finished structure run.

use burn::tensor::Device;
use scanweave::networks::Unet;
use scanweave::random::{Purpose, Random};
use scanweave::structure::Structure;
use scanweave::study::Study;
use scanweave::synthesis::Synthesiser;
use scanweave::train::batch::binary;
use scanweave::train::reading::planes;
use scanweave::train::steps::StructureNetworks;

use super::synthesis::fresh_generator;
use crate::data::Item;
use crate::run::Configuration;

/// Draws `count` structure maps with their masks; map k depends on the seed and k alone.
pub fn draw(
    networks: &StructureNetworks,
    configuration: &Configuration,
    count: usize,
    device: &Device,
) -> anyhow::Result<Vec<Structure>> {
    let pipeline = pipeline(networks, configuration, device);
    let latents = (0..count as u64)
        .map(|k| Random::nth(configuration.seed, Purpose::Latent, k).normals(pipeline.latent()));
    let maps = latents.map(|z| pollster::block_on(pipeline.structure(&z)));
    maps.collect::<Result<_, _>>().map_err(Into::into)
}

/// What the structure networks make of the items' own maps: the map that goes with the item's images,
/// with the faults of a drawn one.
pub fn redraw(
    networks: &StructureNetworks,
    configuration: &Configuration,
    items: &[&Item],
    device: &Device,
) -> anyhow::Result<Vec<Structure>> {
    let pipeline = pipeline(networks, configuration, device);
    let size = configuration.geometry.size;
    let maps = items.iter().map(|item| {
        let own = std::iter::once(item.structure.as_slice());
        let (mean, _) = networks.encoder.forward(binary(own, size, device));
        let soft = pollster::block_on(planes(networks.decoder.decode(mean)))?.remove(0);
        anyhow::Ok(pollster::block_on(pipeline.lines(&soft))?)
    });
    maps.collect()
}

/// The pipeline with trained structure networks and a generator that is not used.
fn pipeline(
    networks: &StructureNetworks,
    configuration: &Configuration,
    device: &Device,
) -> Synthesiser {
    let unused = fresh_generator(configuration, device);
    of(
        networks,
        unused,
        &configuration.study,
        configuration,
        device,
    )
}

/// The synthesis pipeline over the given networks.
pub fn of(
    networks: &StructureNetworks,
    generator: Unet,
    study: &Study,
    configuration: &Configuration,
    device: &Device,
) -> Synthesiser {
    Synthesiser::of_networks(
        study.clone(),
        configuration.geometry.size,
        device,
        Some((networks.decoder.clone(), configuration.geometry.latent)),
        Some(networks.mask.clone()),
        generator,
    )
}
