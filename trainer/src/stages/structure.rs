//! The structure stage over a prepared data set: which of its maps are learned from, and what others ask of it.

use burn::tensor::Device;
use scanweave::image::Plane;
use scanweave::networks::config::NetworkConfig;
use scanweave::networks::tensors::read_tensors;
use scanweave::study::{Geometry, Study};
use scanweave::train::Recipe;
use scanweave::train::steps::{
    StructureNetworks, finished_discriminator, latent_discriminator_configuration,
    structure_configurations,
};
use scanweave::train::structure::{MapItem, StructureSettings, StructureTrainee, UnseenMaps};
use scanweave::weights::{Network, Role};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::items::structure;
use super::memory::{Part, Sizes};
use super::options::{StageOption, Takes};
use super::stage::{Asked, Exported, Stage};
use super::unlabelled;
use crate::data::{Item, Prepared, split};
use crate::run::{self, Configuration, Finished, Pick};

/// The stage, as the registry lists it.
pub static STAGE: Stage = Stage {
    name: "structure",
    about: "Draws structure maps from noise",
    is_needed: |_, _| true,
    builds_upon: &[],
    steps: 2400,
    rate: 6e-4,
    options: &[StageOption {
        name: "augment",
        help: "Every map is mirrored at random, and turned, scaled and shifted a little, so that few subjects go further; not for studies where left differs from right, as a chest does",
        takes: Takes::Nothing,
    }],
    settings,
    check,
    train: |task| task.train(trainee(task.data, task.configuration, &task.device)?),
    networks: sizes,
    advice,
    pick: Pick::Newest,
    export: Some(export),
};

/// What the stage alone asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Maps are seen mirrored, turned, scaled and shifted a little.
    pub augment: bool,
}

/// The decoder draws reconstructions and samples in one pass; both are seen by mask generator and discriminator, which also
/// sees the real maps.
fn sizes(of: &Sizes) -> Vec<Part> {
    let g = of.geometry;
    let size = g.structure_size();
    let (encoder, decoder, mask, patch) = structure_configurations(g);
    let latent = latent_discriminator_configuration(g);
    vec![
        Part::learning("structure encoder", encoder.footprint(), 1),
        Part::learning("structure decoder", decoder.footprint(), 2),
        Part::learning("mask generator", mask.footprint(size), 2),
        Part::learning("structure discriminator", patch.footprint(size), 3),
        Part::learning("latent discriminator", latent.footprint(), 1),
    ]
}

fn settings(asked: &Asked) -> anyhow::Result<Value> {
    run::settings(&Settings {
        augment: asked.options.is_on("augment"),
    })
}

/// There are maps of the classes that the recipe wants.
fn check(data: &Prepared, study: &Study, recipe: &Recipe) -> anyhow::Result<()> {
    if !recipe.structure_classes.is_empty() {
        unlabelled::tell(data, study, STAGE.name);
    }
    anyhow::ensure!(
        !chosen(&split::training(&data.items), study, recipe).is_empty(),
        "the data holds no training image of the classes {:?} that the structure stage learns from",
        recipe.structure_classes
    );
    Ok(())
}

fn advice(recipe: &Recipe, steps: u64) -> Option<String> {
    let sharp = recipe.sharp_from;
    (steps < sharp + sharp / 4).then(|| {
        format!(
            "lines are only drawn sharp from step {sharp} on (`sharp_from` of the recipe): go on with --resume and more --steps, or its maps stay soft"
        )
    })
}

/// The averaged networks of a finished run, on a device without autodiff.
pub fn networks(finished: &Finished, device: &Device) -> anyhow::Result<StructureNetworks> {
    let (geometry, sections) = (
        &finished.configuration.geometry,
        &finished.checkpoint.sections,
    );
    finished.restored(StructureNetworks::finished(geometry, sections, device))
}

fn export(finished: &Finished, device: &Device) -> anyhow::Result<Exported> {
    let (geometry, sections) = (
        &finished.configuration.geometry,
        &finished.checkpoint.sections,
    );
    let networks = networks(finished, device)?;
    let discriminator = finished_discriminator(geometry, sections, device);
    let discriminator = finished.restored(discriminator)?;
    let (_, decoder, mask, patch) = structure_configurations(geometry);
    Ok(Exported {
        networks: vec![
            Network {
                role: Role::StructureDecoder,
                config: NetworkConfig::Decoder(decoder),
                tensors: read_tensors(&networks.decoder),
            },
            Network {
                role: Role::MaskGenerator,
                config: NetworkConfig::Unet(mask),
                tensors: read_tensors(&networks.mask),
            },
            Network {
                role: Role::StructureDiscriminator,
                config: NetworkConfig::Patch(patch),
                tensors: read_tensors(&discriminator),
            },
        ],
        ..Exported::default()
    })
}

/// Fresh networks on an autodiff `device`.
fn trainee<'a>(
    data: &'a Prepared,
    configuration: &'a Configuration,
    device: &Device,
) -> anyhow::Result<StructureTrainee<'a>> {
    let (study, recipe) = (&configuration.study, &configuration.recipe);
    let geometry = &configuration.geometry;
    let parts = split::parts(&data.items, configuration.seed, |rest, validation| {
        [rest, validation]
            .iter()
            .all(|part| !chosen(part, study, recipe).is_empty())
    });
    let maps = |part: &[&'a Item]| {
        let chosen = chosen(part, study, recipe).into_iter();
        chosen.map(|item| seen(item, geometry)).collect()
    };
    let settings = StructureSettings {
        recipe,
        geometry: *geometry,
        line_threshold: study.line_threshold,
        line_reach: study.line_reach,
        batch: configuration.batch,
        rate: configuration.rate,
        seed: configuration.seed,
        augment: configuration.settings_as::<Settings>()?.augment,
    };
    let unseen = UnseenMaps {
        validation: maps(&parts.validation),
        test: maps(&parts.test),
    };
    Ok(StructureTrainee::new(
        maps(&parts.training),
        unseen,
        settings,
        device,
    )?)
}

/// An item's map and mask at the size that the structure networks see.
fn seen<'a>(item: &'a Item, geometry: &Geometry) -> MapItem<'a> {
    if geometry.structure_size() == geometry.size {
        return MapItem {
            map: (&item.structure).into(),
            mask: (&item.mask).into(),
        };
    }
    let small = structure(item, geometry.size).reduced(geometry.structure_size());
    let bytes = |plane: &Plane| plane.values().iter().map(|&v| v as u8).collect();
    MapItem {
        map: bytes(&small.map),
        mask: bytes(&small.mask),
    }
}

/// Those of the items that are of the classes that the structure stage learns from, where it chooses by class, with
/// maps of the source modality where there are any.
fn chosen<'a>(items: &[&'a Item], study: &Study, recipe: &Recipe) -> Vec<&'a Item> {
    let (wanted, kind) = (&recipe.structure_classes, &study.lesion);
    let fits = |item: &&Item| {
        let class = item.label.class().and_then(|c| kind.classes().get(c));
        wanted.is_empty() || class.map_or(kind.trains(&item.label), |name| wanted.contains(name))
    };
    let (own, foreign): (Vec<_>, Vec<_>) = items
        .iter()
        .copied()
        .filter(fits)
        .partition(|item| item.has(study.source_place()));
    if own.is_empty() { foreign } else { own }
}
