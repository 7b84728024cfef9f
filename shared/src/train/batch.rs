//! From items in memory to tensors: which items a step sees follows from the seed and its number.
//!
//! Batches are laid out on the host, so that a thread that never touches a device can make them ahead.

use burn::tensor::{Device, Tensor, TensorData};

use crate::label::ClassMap;
use crate::random::{Purpose, Random};

/// The order in which items are seen: every epoch is a fresh permutation.
#[derive(Debug, Clone)]
pub struct Order {
    count: usize,
    batch: usize,
    seed: u64,
}

impl Order {
    /// `count` items, `batch` per step.
    pub fn new(count: usize, batch: usize, seed: u64) -> Self {
        Self { count, batch, seed }
    }

    /// The items of step number `step` (from 0), by their place in `0..count`.
    pub fn items(&self, step: u64) -> Vec<usize> {
        let first = step * self.batch as u64;
        (first..first + self.batch as u64)
            .map(|position| self.item(position))
            .collect()
    }

    fn item(&self, position: u64) -> usize {
        let (epoch, place) = (
            position / self.count as u64,
            (position % self.count as u64) as usize,
        );
        let mut random = Random::nth(self.seed, Purpose::Batch, epoch);
        let mut order: Vec<usize> = (0..self.count).collect();
        for i in 0..=place {
            let other = i + random.below(self.count - i);
            order.swap(i, other);
        }
        order[place]
    }
}

/// Binary planes of `size * size` bytes, 0 or 1, as `[batch, 1, size, size]` on the host.
pub fn binary_data<'a>(planes: impl Iterator<Item = &'a [u8]>, size: usize) -> TensorData {
    stack_data(
        planes
            .flat_map(|p| p.iter().map(|&v| f32::from(v)))
            .collect(),
        1,
        size,
    )
}

/// Binary planes of `size * size` bytes, 0 or 1, as `[batch, 1, size, size]`.
pub fn binary<'a>(
    planes: impl Iterator<Item = &'a [u8]>,
    size: usize,
    device: &Device,
) -> Tensor<4> {
    Tensor::from_data(binary_data(planes, size), device)
}

/// 8-bit images as `[batch, channels, size, size]`, 0..=1, on the host; a grey one as equal planes.
pub fn image_data<'a>(
    images: impl Iterator<Item = &'a [u8]>,
    channels: usize,
    size: usize,
) -> TensorData {
    let whole = channels * size * size;
    let values = images.flat_map(|bytes| bytes.iter().cycle().take(whole));
    let values = values.map(|&v| f32::from(v) / 255.0);
    stack_data(values.collect(), channels, size)
}

/// Row-major values as `[batch, channels, size, size]` on the host.
pub fn stack_data(values: Vec<f32>, channels: usize, size: usize) -> TensorData {
    let batch = values.len() / (channels * size * size);
    TensorData::new(values, [batch, channels, size, size])
}

/// One-hot rows `[rows, count]` on the host.
pub fn one_hot_rows(indices: impl Iterator<Item = usize>, count: usize) -> TensorData {
    let row = |index: usize| (0..count).map(move |i| f32::from(u8::from(i == index)));
    let values: Vec<f32> = indices.flat_map(row).collect();
    let rows = values.len() / count;
    TensorData::new(values, [rows, count])
}

/// Labels as one-hot planes, the background first, `[batch, 1 + classes, height, width]` on the host.
pub fn one_hot_data(labels: &[ClassMap], classes: usize) -> TensorData {
    let (width, height) = labels.first().map_or((0, 0), |l| (l.width(), l.height()));
    let plane = |label: &ClassMap, class: usize| {
        let one = |&v: &u8| f32::from(u8::from(usize::from(v) == class));
        label.values().iter().map(one).collect::<Vec<_>>()
    };
    let values: Vec<f32> = labels
        .iter()
        .flat_map(|label| (0..=classes).flat_map(|class| plane(label, class)))
        .collect();
    TensorData::new(values, [labels.len(), 1 + classes, height, width])
}

/// Standard normal noise `[rows, columns]` of a step, on the host.
pub fn noise_data(seed: u64, purpose: Purpose, step: u64, shape: [usize; 2]) -> TensorData {
    let values = Random::nth(seed, purpose, step).normals(shape[0] * shape[1]);
    TensorData::new(values, shape)
}

/// Standard normal noise `[rows, columns]` of a step.
pub fn noise(
    seed: u64,
    purpose: Purpose,
    step: u64,
    shape: [usize; 2],
    device: &Device,
) -> Tensor<2> {
    Tensor::from_data(noise_data(seed, purpose, step, shape), device)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::reading::images;

    #[test]
    fn a_grey_image_beside_colours_becomes_equal_planes() {
        let grey = [51, 255, 0, 102];
        let colour = [[0; 4], [51; 4], [255; 4]].concat();
        let data = image_data([&grey[..], &colour].into_iter(), 3, 2);
        assert_eq!(data.shape()[..], [2, 3, 2, 2]);
        let tensor = Tensor::from_data(data, &Device::flex());
        let found = pollster::block_on(images(tensor)).expect("values");
        assert_eq!(found[0].to_u8(), grey.repeat(3));
        assert_eq!(found[1].to_u8(), colour);
    }

    #[test]
    fn an_epoch_sees_every_item_once() {
        let order = Order::new(10, 5, 3);
        for epoch in 0..3 {
            let mut seen: Vec<usize> = (2 * epoch..2 * epoch + 2)
                .flat_map(|step| order.items(step))
                .collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..10).collect::<Vec<_>>());
        }
        assert_ne!(order.items(0), order.items(2), "epochs differ");
    }
}
