//! The terms of the method's equations, unweighted: tensors in, a scalar out. `docs/method.md` has them all.
//!
//! Norms are means over all elements, so that a weight means the same at every size. Weighting and
//! summing belongs to [`crate::train::steps`].

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

/// Pixels added to both halves of the Dice fraction, so that nothing found where nothing is counts as
/// right.
const DICE_SMOOTHING: f64 = 1.0;

/// `||a - b||^2`, the mean over all elements: (6), (7), (18).
pub fn mse<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<1> {
    (a - b).square().mean()
}

/// `|a - b|`, the mean over all elements.
pub fn l1<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> Tensor<1> {
    (a - b).abs().mean()
}

/// [`mse`] with a weight per element: `(weight (a - b)^2).mean()`.
pub fn weighted_mse<const D: usize>(a: Tensor<D>, b: Tensor<D>, weight: Tensor<D>) -> Tensor<1> {
    ((a - b).square() * weight).mean()
}

/// [`l1`] with a weight per element: `(weight |a - b|).mean()`.
pub fn weighted_l1<const D: usize>(a: Tensor<D>, b: Tensor<D>, weight: Tensor<D>) -> Tensor<1> {
    ((a - b).abs() * weight).mean()
}

/// `||m * s||^2` of (7) and (11): nothing may be drawn on the background (`m` = 1).
/// Both `[batch, 1, height, width]`.
pub fn outside_loss(mask: Tensor<4>, structure: Tensor<4>) -> Tensor<1> {
    (mask * structure).square().mean()
}

/// `||(x_g - x) * m||^2` of (18). Images `[batch, channels, height, width]`, mask `[batch, 1, height, width]`.
pub fn masked_loss(synthetic: Tensor<4>, real: Tensor<4>, mask: Tensor<4>) -> Tensor<1> {
    ((synthetic - real) * mask).square().mean()
}

/// `||d - target||^2` of the least-squares discriminators (8)-(11), (13), (14): target 1 for real,
/// 0 for fake.
pub fn least_squares_loss<const D: usize>(verdict: Tensor<D>, target: f32) -> Tensor<1> {
    (verdict - target).square().mean()
}

/// Distance of the latents' mean and variance (over batch and dimensions) from 0 and 1:
/// what the thesis's code adds to (7). `f` `[batch, latent]`.
pub fn moments_loss(f: Tensor<2>) -> Tensor<1> {
    let mean = f.clone().mean();
    let variance = f.square().mean() - mean.clone().square();
    mean.square() + (variance - 1.0).square()
}

/// Kullback-Leibler divergence of N(mean, exp(logvar)) from N(0, 1): summed over the latent, mean
/// over the batch, nats. Both `[batch, latent]`.
pub fn kl_divergence(mean: Tensor<2>, logvar: Tensor<2>) -> Tensor<1> {
    let terms = mean.square() + logvar.clone().exp() - logvar - 1.0;
    terms.sum_dim(1).mean() * 0.5
}

/// Mean absolute difference of a discriminator's activations, mean over its layers (VAE/GAN,
/// Larsen 2016; pix2pixHD, Wang 2018). The first list is the real one and gets no gradient.
///
/// # Panics
/// When the lists are empty or of different lengths.
pub fn feature_matching(real: Vec<Tensor<4>>, synthetic: Vec<Tensor<4>>) -> Tensor<1> {
    assert_eq!(
        real.len(),
        synthetic.len(),
        "the activations of one network"
    );
    let layers = real.len() as f32;
    let terms = real
        .into_iter()
        .zip(synthetic)
        .map(|(r, s)| l1(s, r.detach()));
    terms.reduce(|a, b| a + b).expect("at least one layer") / layers
}

/// Cross-entropy of the modality head, `logits` and `one_hot` `[batch, modalities]`: the class
/// terms of (13), (14), (20) and (21).
pub fn modality_loss(logits: Tensor<2>, one_hot: Tensor<2>) -> Tensor<1> {
    (log_softmax(logits, 1) * one_hot).sum_dim(1).mean().neg()
}

/// The modality head as a regression, `||c - i||^2` with i as a one-hot vector: the class terms as
/// the thesis prints them, but without putting the modalities in an order.
pub fn modality_regression_loss(verdict: Tensor<2>, one_hot: Tensor<2>) -> Tensor<1> {
    mse(verdict, one_hot)
}

/// `1 - Dice`, mean over the lesion classes (the background, first, is left out): (15), (22).
/// `probabilities` and `one_hot` `[batch, 1 + classes, height, width]`; sums run over the batch, so
/// that slices without a lesion count too. Both empty is a loss of 0.
pub fn dice_loss(probabilities: Tensor<4>, one_hot: Tensor<4>) -> Tensor<1> {
    let classes = one_hot.dims()[1] - 1;
    let per_class = |t: Tensor<4>| {
        let lesions = t.narrow(1, 1, classes).swap_dims(0, 1);
        lesions.flatten::<2>(1, 3).sum_dim(1)
    };
    let both = per_class(probabilities.clone() * one_hot.clone());
    let sum = per_class(probabilities) + per_class(one_hot);
    let dice = (both * 2.0 + DICE_SMOOTHING) / (sum + DICE_SMOOTHING);
    dice.mean().neg() + 1.0
}

/// Weighted cross-entropy of a segmentation, mean over all pixels: (15), (22). `logits` and `one_hot`
/// `[batch, 1 + classes, height, width]`, `weights` `[1, 1 + classes, 1, 1]`.
pub fn segmentation_loss(logits: Tensor<4>, one_hot: Tensor<4>, weights: Tensor<4>) -> Tensor<1> {
    let terms = log_softmax(logits, 1) * one_hot * weights;
    terms.sum_dim(1).mean().neg()
}

#[cfg(test)]
mod tests;
