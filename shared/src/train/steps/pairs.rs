//! The pre-training (18): images painted from the maps of real ones, beside these.

use burn::tensor::Tensor;

use super::NamedLosses;
use super::views::{SynthesisBatch, each};
use super::window::low_pass;
use crate::train::SynthesisWeights;
use crate::train::losses::{feature_matching, l1, masked_loss, mse};

/// The real images of the paired inputs, view after view.
pub(super) fn paired_images(batch: &SynthesisBatch) -> Tensor<4> {
    each(&batch.views, |view| {
        view.image.clone().narrow(0, 0, batch.paired)
    })
}

/// (18): squared and absolute distance from the own image, of both without their finest detail where the weights ask for
/// it, its mask term, and each discriminator's
/// `features` of the `real` paired images and of everything painted, over the paired inputs of every
/// view that have an own image.
pub(super) fn paired_losses(
    batch: &SynthesisBatch,
    real: Tensor<4>,
    painted: &[Tensor<4>],
    features: Vec<(Vec<Tensor<4>>, Vec<Tensor<4>>)>,
    weights: &SynthesisWeights,
) -> NamedLosses {
    let (paired, count) = (batch.paired, batch.input.dims()[0]);
    // The first `paired` of each view, of anything that lists the views one after the other.
    let of_pairs = |t: &Tensor<4>| {
        let views = 0..painted.len();
        let parts = views.map(|v| t.clone().narrow(0, v * count, paired));
        Tensor::cat(parts.collect(), 0)
    };
    let own = each(&batch.views, |view| view.own.clone());
    let only_own = |t: Tensor<4>| t * own.clone();
    let synthetic = of_pairs(&Tensor::cat(painted.to_vec(), 0));
    let terms = features.into_iter().map(|(real, synthetic)| {
        feature_matching(
            real.into_iter().map(only_own).collect(),
            synthetic.iter().map(of_pairs).map(only_own).collect(),
        )
    });
    let features = terms
        .reduce(|a, b| a + b)
        .expect("at least one discriminator");
    let (real, synthetic) = (only_own(real), only_own(synthetic));
    let mask = Tensor::cat(vec![batch.mask.clone(); painted.len()], 0);
    let masked = masked_loss(synthetic.clone(), real.clone(), mask);
    let coarse = |t| low_pass(t, weights.low_pass as usize);
    let (real, synthetic) = (coarse(real), coarse(synthetic));
    vec![
        ("mse", mse(synthetic.clone(), real.clone()) * weights.mse),
        ("l1", l1(synthetic, real) * weights.l1),
        ("masked", masked * weights.masked),
        ("feature matching", features * weights.feature_matching),
    ]
}
