//! Synthetic structure maps for the synthesis stage: drawn once, from the finished structure run.

use burn::tensor::Device;
use scanweave::random::{Purpose, Random};
use scanweave::structure::Structure;
use scanweave::synthesis::StructureSampler;
use scanweave::train::reading::planes;
use scanweave::train::steps::StructureNetworks;
use scanweave::train::structure::seen;

use super::items::structure;
use crate::data::Item;
use crate::run::Configuration;

/// Draws `count` structure maps with their masks; map k depends on the seed and k alone.
pub fn draw(
    networks: &StructureNetworks,
    configuration: &Configuration,
    count: usize,
    device: &Device,
) -> anyhow::Result<Vec<Structure>> {
    let sampler = sampler(networks, configuration, device);
    let latents = (0..count as u64)
        .map(|k| Random::nth(configuration.seed, Purpose::Latent, k).normals(sampler.latent()));
    let maps = latents.map(|z| pollster::block_on(sampler.structure(&z)));
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
    let sampler = sampler(networks, configuration, device);
    let geometry = &configuration.geometry;
    let size = geometry.structure_size();
    let maps = items.iter().map(|item| {
        let own = structure(item, geometry.size).reduced(size).map.to_u8();
        let own = std::iter::once(own.as_slice());
        let (mean, _) =
            networks
                .encoder
                .forward(seen(own, size, configuration.study.line_reach, device));
        let soft = pollster::block_on(planes(networks.decoder.decode(mean)))?.remove(0);
        anyhow::Ok(pollster::block_on(sampler.lines(&soft))?)
    });
    maps.collect()
}

fn sampler(
    networks: &StructureNetworks,
    configuration: &Configuration,
    device: &Device,
) -> StructureSampler {
    StructureSampler::of_networks(
        networks.decoder.clone(),
        networks.mask.clone(),
        &configuration.study,
        &configuration.geometry,
        device,
    )
}
