//! The structure stage over a prepared data set: which of its maps are learned from.

use anyhow::ensure;
use burn::tensor::Device;
use scanweave::train::structure::{MapItem, StructureSettings, StructureTrainee};

use crate::data::{Item, Prepared, Split};
use crate::run::Configuration;

/// Fresh networks on an autodiff `device`.
pub fn structure<'a>(
    data: &'a Prepared,
    configuration: &'a Configuration,
    device: &Device,
) -> anyhow::Result<StructureTrainee<'a>> {
    let items = items(data, configuration, Split::Train);
    ensure!(
        !items.is_empty(),
        "the data holds no training image of the classes {:?} that the structure stage learns from",
        configuration.recipe.structure_classes
    );
    let settings = StructureSettings {
        recipe: &configuration.recipe,
        geometry: configuration.geometry,
        line_threshold: configuration.study.line_threshold,
        batch: configuration.batch,
        rate: configuration.rate,
        seed: configuration.seed,
        augment: configuration.augment,
    };
    let unseen = self::items(data, configuration, Split::Test);
    Ok(StructureTrainee::new(items, unseen, settings, device)?)
}

/// Maps of the classes that the structure stage learns from, where it chooses by class, with maps of the source modality
/// where there are any.
fn items<'a>(data: &'a Prepared, configuration: &Configuration, split: Split) -> Vec<MapItem<'a>> {
    let wanted = &configuration.recipe.structure_classes;
    let kind = &configuration.study.lesion;
    let fits = |item: &&Item| {
        let class = item.label.class().and_then(|c| kind.classes().get(c));
        wanted.is_empty() || class.map_or(kind.trains(&item.label), |name| wanted.contains(name))
    };
    let all = data.items.iter().filter(|item| item.split == split);
    let (own, foreign): (Vec<_>, Vec<_>) = all
        .filter(fits)
        .partition(|item| item.has(configuration.study.source_place()));
    let chosen = if own.is_empty() { foreign } else { own };
    let map = |item: &'a Item| MapItem {
        map: &item.structure,
        mask: &item.mask,
    };
    chosen.into_iter().map(map).collect()
}
