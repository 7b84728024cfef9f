//! What a step of the synthesis stage sees: inputs, and one or two modalities of each, its views.

use burn::tensor::Tensor;

/// What one step learns from.
pub struct SynthesisBatch {
    /// Fused structure map and label planes `[batch, 1 + label planes, size, size]`.
    pub input: Tensor<4>,
    /// The label as one-hot classes, the background first, `[batch, 1 + classes, size, size]`, for
    /// studies whose lesions guide the generator.
    pub label: Option<Tensor<4>>,
    /// Background masks m of the paired inputs `[paired, 1, size, size]`.
    pub mask: Tensor<4>,
    /// How many inputs come first whose own images are at hand in some view.
    pub paired: usize,
    /// One or two modalities.
    pub views: Vec<View>,
    /// Where the part of the images begins that the discriminators see, from the top and from the
    /// left, each 0..=[`MARGIN`](super::MARGIN); they see all of them without.
    pub corner: Option<[usize; 2]>,
    /// What the discriminators see changed of the images of all views, the real ones first.
    pub changed: Changed,
}

/// How images change before a discriminator sees them.
#[derive(Default)]
pub struct Changed {
    /// Normal noise of deviation 1 for the gradient penalty, `[2 x views x batch, channels, size, size]`.
    pub noise: Option<Tensor<4>>,
    /// Added to each image, and what its distance from its mean is multiplied with: brightness and contrast,
    /// `[2 x views x batch, 2]`.
    pub tones: Option<Tensor<2>>,
}

/// One modality of a batch.
pub struct View {
    /// Index of the modality in the study.
    pub modality: usize,
    /// The modality as one-hot `[batch, modalities]`, for more than one modality.
    pub condition: Option<Tensor<2>>,
    /// The style that each image is to have `[batch, `[`LENGTH`](crate::style::LENGTH)`]`, where the generator is told.
    pub style: Option<Tensor<2>>,
    /// Real images x of this modality `[batch, channels, size, size]`, 0..=1.
    pub image: Tensor<4>,
    /// 1 where a paired input's image is its own, 0 where the subject lacks this modality and the
    /// image is another's: `[paired, 1, 1, 1]`.
    pub own: Tensor<4>,
}

impl View {
    /// What the generator is told of the images it is to paint: modality and style.
    pub(super) fn told(&self) -> Option<Tensor<2>> {
        match (self.condition.clone(), self.style.clone()) {
            (Some(modality), Some(style)) => Some(Tensor::cat(vec![modality, style], 1)),
            (modality, style) => modality.or(style),
        }
    }
}

/// Something of every view, one view after the other.
pub(super) fn each(views: &[View], part: impl Fn(&View) -> Tensor<4>) -> Tensor<4> {
    Tensor::cat(views.iter().map(part).collect(), 0)
}

/// The modalities of all views, one view after the other; none where there is one modality alone.
pub(super) fn conditions(views: &[View]) -> Option<Tensor<2>> {
    let conditions: Option<Vec<_>> = views.iter().map(|view| view.condition.clone()).collect();
    conditions.map(|all| Tensor::cat(all, 0))
}
