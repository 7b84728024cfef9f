//! Batches of structure maps from plain bytes in memory, wherever they came from.

use std::borrow::Cow;

use burn::tensor::{Device, Tensor, TensorData};

use super::{StructureSettings, seen_data};
use crate::random::{Purpose, Random};
use crate::train::batch::{Order, binary_data, noise_data};
use crate::train::steps::StructureBatch;
use crate::train::trainee::Loader;
use crate::train::warp::Warp;

/// One structure map with its mask, as many values each as the structure networks see, row by row.
#[derive(Debug, Clone)]
pub struct MapItem<'a> {
    /// 1 on a line, 0 elsewhere.
    pub map: Cow<'a, [u8]>,
    /// 1 on the background, 0 on the organ.
    pub mask: Cow<'a, [u8]>,
}

/// Chooses the items of a step and draws its noise.
pub struct StructureLoader<'a> {
    pub(super) items: Vec<MapItem<'a>>,
    order: Order,
    settings: StructureSettings<'a>,
}

/// A [`StructureBatch`] on the host.
pub struct StructureValues {
    structure: TensorData,
    field: Option<TensorData>,
    mask: TensorData,
    latent: TensorData,
    posterior: TensorData,
}

impl<'a> StructureLoader<'a> {
    pub(super) fn new(items: Vec<MapItem<'a>>, settings: StructureSettings<'a>) -> Self {
        Self {
            order: Order::new(items.len(), settings.batch, settings.seed),
            items,
            settings,
        }
    }
}

impl Loader for StructureLoader<'_> {
    type Batch = StructureValues;

    fn batch(&self, step: u64) -> StructureValues {
        let (seed, size) = (self.settings.seed, self.settings.geometry.structure_size());
        let chosen = self.order.items(step);
        let shape = [chosen.len(), self.settings.geometry.latent];
        let mut random = Random::nth(seed, Purpose::Augmentation, step);
        let seen = chosen.iter().map(|&i| {
            let MapItem { map, mask } = &self.items[i];
            if self.settings.augment {
                let warp = Warp::of_maps(size, &mut random);
                (warp.binary(map, size), warp.binary(mask, size))
            } else {
                (map.to_vec(), mask.to_vec())
            }
        });
        let (maps, masks): (Vec<_>, Vec<_>) = seen.unzip();
        let reach = self.settings.line_reach;
        let seen = maps.iter().map(Vec::as_slice);
        StructureValues {
            field: (reach > 0).then(|| seen_data(seen, size, reach)),
            structure: binary_data(maps.iter().map(Vec::as_slice), size),
            mask: binary_data(masks.iter().map(Vec::as_slice), size),
            latent: noise_data(seed, Purpose::Latent, step, shape),
            posterior: noise_data(seed, Purpose::Posterior, step, shape),
        }
    }
}

impl StructureValues {
    pub(super) fn upload(self, device: &Device) -> StructureBatch {
        StructureBatch {
            structure: Tensor::from_data(self.structure, device),
            field: self.field.map(|field| Tensor::from_data(field, device)),
            mask: Tensor::from_data(self.mask, device),
            latent: Tensor::from_data(self.latent, device),
            posterior: Tensor::from_data(self.posterior, device),
        }
    }
}
