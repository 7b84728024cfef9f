//! Means over windows of images: local contrast, and images without their finest detail.

use burn::tensor::Tensor;
use burn::tensor::module::avg_pool2d;
use burn::tensor::ops::AvgPoolOptions;

/// The mean over the square window that reaches `radius` pixels each way, of what of it lies inside the image, in each
/// channel by itself.
pub(super) fn window_mean(x: Tensor<4>, radius: usize) -> Tensor<4> {
    let [_, _, height, width] = x.dims();
    // A window cannot hold more than the image, however far a recipe has it reach.
    let radius = radius.min(height.max(width));
    let side = 2 * radius + 1;
    let along = |kernel, padding| {
        AvgPoolOptions::new(kernel)
            .with_stride([1, 1])
            .with_padding(padding)
            .with_count_include_pad(false)
    };
    let down = avg_pool2d(x, along([side, 1], [radius, 0]));
    avg_pool2d(down, along([1, side], [0, radius]))
}

/// Images without what is finer than some `2 radius + 1` pixels: [`window_mean`] twice, a triangle as a filter, which
/// turns no frequency round as a single box does. The images themselves with a `radius` of 0.
pub(super) fn low_pass(x: Tensor<4>, radius: usize) -> Tensor<4> {
    if radius == 0 {
        return x;
    }
    window_mean(window_mean(x, radius), radius)
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn point_at(device: &Device) -> Tensor<4> {
        let mut point = [0.0; 81];
        point[40] = 1.0;
        Tensor::<1>::from_floats(point, device).reshape([1, 1, 9, 9])
    }

    #[test]
    fn a_point_becomes_a_triangle() {
        let device = Device::flex();
        let x = point_at(&device);
        let same = low_pass(x.clone(), 0).sub(x.clone()).abs().max();
        assert_eq!(same.into_scalar::<f32>(), 0.0);
        let found: Vec<f32> = low_pass(x, 1).into_data().try_to_vec().unwrap();
        let all = low_pass(point_at(&device), usize::MAX);
        let all = all.sub_scalar(1.0 / 81.0).abs().max();
        assert!(all.into_scalar::<f32>() < 1e-6, "the mean of the image");
        // The box (1 1 1) / 3 with itself: (1 2 3 2 1) / 9, across and down.
        for (place, value) in found.iter().enumerate() {
            let along = |at: usize| [0.0, 0.0, 1.0, 2.0, 3.0, 2.0, 1.0, 0.0, 0.0][at] / 9.0;
            assert!((value - along(place / 9) * along(place % 9)).abs() < 1e-6);
        }
    }
}
