//! From prepared items to tensors: which items a step sees follows from the seed and its number.

use burn::tensor::{Device, Tensor, TensorData};
use scanweave::image::{Image, Plane};
use scanweave::label::ClassMap;
use scanweave::random::{Purpose, Random};
use scanweave::structure::Structure;

use crate::data::Item;

/// The order in which items are seen: every epoch is a fresh permutation.
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

    /// The items of step number `step`.
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

/// Binary planes `[batch, 1, size, size]` on the host.
pub fn binary_data<'a>(planes: impl Iterator<Item = &'a [u8]>, size: usize) -> TensorData {
    stack_data(
        planes
            .flat_map(|p| p.iter().map(|&v| f32::from(v)))
            .collect(),
        1,
        size,
    )
}

/// Binary planes `[batch, 1, size, size]`.
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

/// The images of `[batch, channels, height, width]`: reads the device.
pub fn images(tensor: Tensor<4>) -> Vec<Image> {
    let [_, channels, height, width] = tensor.dims();
    let values: Vec<f32> = tensor
        .into_data()
        .convert::<f32>()
        .try_into_vec()
        .expect("converted to f32");
    let each = values.chunks_exact(channels * width * height);
    let image = |values| Image::of_values(width, height, values).expect("a whole image");
    each.map(image).collect()
}

/// The planes of `[batch, 1, height, width]`: reads the device.
pub fn planes(tensor: Tensor<4>) -> Vec<Plane> {
    let images = images(tensor).into_iter();
    images.flat_map(Image::into_planes).collect()
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

/// An item's structure map and mask as planes.
pub fn structure(item: &Item, size: usize) -> Structure {
    let plane = |bytes: &[u8]| {
        let values = bytes.iter().map(|&v| f32::from(v)).collect();
        Plane::new(size, size, values).expect("prepared planes have the working size")
    };
    Structure {
        map: plane(&item.structure),
        mask: plane(&item.mask),
    }
}

/// An item's 8-bit image.
pub fn image(bytes: &[u8], size: usize) -> Image {
    Image::of_u8(size, size, bytes).expect("prepared images have the working size")
}

/// An item's lesions pixel by pixel; empty where it has none.
pub fn class_map(item: &Item, size: usize) -> ClassMap {
    let map = item.label.class_map(size);
    map.unwrap_or_else(|| ClassMap::empty(size, size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grey_image_beside_colours_becomes_equal_planes() {
        let (grey, colour) = (
            [51, 255, 0, 102],
            [0, 0, 0, 0, 51, 51, 51, 51, 255, 255, 255, 255],
        );
        let data = image_data([&grey[..], &colour[..]].into_iter(), 3, 2);
        assert_eq!(data.shape()[..], [2, 3, 2, 2]);
        let tensor = Tensor::from_data(data, &Device::flex());
        let found = images(tensor);
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
