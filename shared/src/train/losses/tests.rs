//! Each term against a case computed by hand, and against the gradient that it must give.

use burn::tensor::{Device, Tensor};

use super::*;

fn value(loss: Tensor<1>) -> f32 {
    loss.into_scalar::<f32>()
}

fn plane(values: [f32; 4]) -> Tensor<4> {
    Tensor::<1>::from_floats(values, &Device::flex()).reshape([1, 1, 2, 2])
}

fn close(found: f32, expected: f32) {
    assert!(
        (found - expected).abs() < 1e-5,
        "found {found}, expected {expected}"
    );
}

#[test]
fn squared_is_the_mean_of_squares() {
    // (1 + 0 + 0.25 + 4) / 4
    close(
        value(mse(plane([1.0, 0.0, 0.5, 2.0]), plane([0.0; 4]))),
        1.3125,
    );
}

#[test]
fn absolute_is_the_mean_of_magnitudes() {
    // (1 + 0 + 0.5 + 2) / 4
    close(
        value(l1(plane([1.0, 0.0, -0.5, 2.0]), plane([0.0; 4]))),
        0.875,
    );
}

#[test]
fn balance_weighs_each_element() {
    let (a, weight) = (plane([1.0, 0.0, -0.5, 2.0]), plane([3.0, 5.0, 1.0, 1.0]));
    // (3 + 0 + 0.25 + 4) / 4 and (3 + 0 + 0.5 + 2) / 4
    let squared = weighted_mse(a.clone(), plane([0.0; 4]), weight.clone());
    close(value(squared), 1.8125);
    let absolute = weighted_l1(a, plane([0.0; 4]), weight);
    close(value(absolute), 1.375);
}

#[test]
fn outside_counts_lines_on_the_background_alone() {
    // lines of 0.5 and 1 lie on the background: (0.25 + 1) / 4
    close(
        value(outside_loss(
            plane([1.0, 1.0, 0.0, 0.0]),
            plane([0.5, 1.0, 1.0, 1.0]),
        )),
        0.3125,
    );
}

#[test]
fn masked_counts_differences_under_the_mask_alone() {
    // differences 1, 2, 3, 4; the mask keeps the second and fourth: (4 + 16) / 4
    let (x, mask) = (plane([0.0; 4]), plane([0.0, 1.0, 0.0, 1.0]));
    close(
        value(masked_loss(plane([1.0, 2.0, 3.0, 4.0]), x, mask)),
        5.0,
    );
}

#[test]
fn least_squares_measures_the_distance_from_its_target() {
    let verdict = Tensor::<1>::from_floats([1.0, 0.0, 0.5], &Device::flex());
    // (0 + 1 + 0.25) / 3 and (1 + 0 + 0.25) / 3: this verdict is symmetric
    close(value(least_squares_loss(verdict.clone(), 1.0)), 1.25 / 3.0);
    close(value(least_squares_loss(verdict, 0.0)), 1.25 / 3.0);
    let sure = Tensor::<1>::from_floats([1.0, 1.0], &Device::flex());
    close(value(least_squares_loss(sure.clone(), 1.0)), 0.0);
    close(value(least_squares_loss(sure, 0.0)), 1.0);
}

#[test]
fn moments_of_two_values() {
    // 3 and 5: mean 4, variance 1: 16 + 0
    let f = Tensor::<1>::from_floats([3.0, 5.0], &Device::flex()).reshape([2, 1]);
    close(value(moments_loss(f)), 16.0);
    // -1 and 1: mean 0, variance 1
    let f = Tensor::<1>::from_floats([-1.0, 1.0], &Device::flex()).reshape([1, 2]);
    close(value(moments_loss(f)), 0.0);
}

#[test]
fn divergence_is_nought_at_the_prior_and_the_textbook_value_elsewhere() {
    let zeros = Tensor::<2>::zeros([3, 4], &Device::flex());
    close(value(kl_divergence(zeros.clone(), zeros.clone())), 0.0);
    // mean 2, variance 1, in 4 dimensions: 4 x 2^2 / 2
    close(
        value(kl_divergence(zeros.clone() + 2.0, zeros.clone())),
        8.0,
    );
    // mean 0, variance e, in 4 dimensions: 4 x (e - 1 - 1) / 2
    close(
        value(kl_divergence(zeros.clone(), zeros + 1.0)),
        2.0 * (core::f32::consts::E - 2.0),
    );
}

#[test]
fn features_average_over_layers_and_leave_the_real_ones_alone() {
    let device = Device::flex().autodiff();
    let real = Tensor::<4>::ones([1, 1, 2, 2], &device).require_grad();
    let synthetic = Tensor::<4>::zeros([1, 1, 2, 2], &device).require_grad();
    let loss = feature_matching(
        vec![real.clone(), real.clone() * 3.0],
        vec![synthetic.clone(), synthetic.clone()],
    );
    close(value(loss.clone().inner()), 2.0);
    let gradients = loss.backward();
    assert!(
        real.grad(&gradients).is_none(),
        "the real activations get no gradient"
    );
    assert!(synthetic.grad(&gradients).is_some());
}

#[test]
fn modality_is_the_cross_entropy() {
    // equal logits of four modalities: ln 4
    let logits = Tensor::<2>::zeros([2, 4], &Device::flex());
    let one_hot =
        Tensor::<1>::from_floats([1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0], &Device::flex())
            .reshape([2, 4]);
    close(value(modality_loss(logits, one_hot)), libm::logf(4.0));
}

#[test]
fn the_modality_regression_is_the_squared_distance() {
    // (0.5^2 + 0.5^2 + 0 + 1) / 4
    let verdict = Tensor::<1>::from_floats([0.5, 0.5, 0.0, 0.0], &Device::flex()).reshape([2, 2]);
    let one_hot = Tensor::<1>::from_floats([1.0, 0.0, 0.0, 1.0], &Device::flex()).reshape([2, 2]);
    close(value(modality_regression_loss(verdict, one_hot)), 0.375);
}

/// Background and one lesion class over four pixels.
fn classes(lesion: [f32; 4]) -> Tensor<4> {
    let lesion = Tensor::<1>::from_floats(lesion, &Device::flex()).reshape([1, 1, 2, 2]);
    Tensor::cat(vec![lesion.clone().neg() + 1.0, lesion], 1)
}

#[test]
fn dice_counts_the_lesion_classes_alone() {
    // 1 - (2 x 1 + 1) / (2 + 2 + 1)
    let found = dice_loss(classes([1.0, 1.0, 0.0, 0.0]), classes([0.0, 1.0, 1.0, 0.0]));
    close(value(found), 0.4);
    let nothing = dice_loss(classes([0.0; 4]), classes([0.0; 4]));
    close(value(nothing), 0.0);
    let perfect = dice_loss(classes([1.0, 0.0, 0.0, 1.0]), classes([1.0, 0.0, 0.0, 1.0]));
    close(value(perfect), 0.0);
}

#[test]
fn segmentation_weighs_the_classes() {
    // Equal logits cost ln 2 a pixel: three background pixels of weight 1, one lesion pixel of 5.
    let logits = Tensor::<4>::zeros([1, 2, 2, 2], &Device::flex());
    let weights = Tensor::<1>::from_floats([1.0, 5.0], &Device::flex()).reshape([1, 2, 1, 1]);
    let loss = segmentation_loss(logits, classes([0.0, 0.0, 1.0, 0.0]), weights);
    close(value(loss), libm::logf(2.0) * 8.0 / 4.0);
}
