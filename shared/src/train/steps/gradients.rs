//! Which network learns from which term: with every other weight at 0, one term must move its own
//! networks and no other.

use super::tests::*;
use super::*;
use crate::networks::tensors::read_tensors;
use crate::train::{ModalityHead, Recipe, StructureWeights, SynthesisWeights, TranslatorWeights};

/// A term, and how it is switched on.
type Term<W> = (&'static str, fn(&mut W));

#[test]
fn generator_and_discriminator_learn_from_their_own_terms_alone() {
    let study = brain();
    let recipe = Recipe::of(&study);
    let (new, guiding) = (
        synthesis_stages(&study, &recipe),
        Guiding::new(&study, &recipe),
    );
    let after = |weights: &SynthesisWeights| {
        let batch = synthesis_batch(&study);
        let mut stage = new(guiding.guides(weights));
        stage.step(&batch, weights);
        stage.weights()
    };
    let [fresh, fresh_discriminator] = new(Vec::new()).weights();
    let [plain, trained] = after(&SynthesisWeights::OFF);
    assert!(plain == fresh, "(13) does not reach the generator");
    assert!(
        trained != fresh_discriminator,
        "(13) trains the discriminator"
    );
    let terms: [Term<SynthesisWeights>; 7] = [
        ("(14)", |w| w.adversarial = 1.0),
        ("(15)", |w| w.lesion = 1.0),
        ("(16)", |w| w.registration = 1.0),
        ("(18), mse", |w| w.mse = 1.0),
        ("(18), l1", |w| w.l1 = 1.0),
        ("(18), masked", |w| w.masked = 1.0),
        ("(18), features", |w| w.feature_matching = 1.0),
    ];
    for (name, set) in terms {
        let mut weights = SynthesisWeights::OFF;
        set(&mut weights);
        let [generator, other] = after(&weights);
        assert!(generator != plain, "{name} trains the generator");
        assert!(
            other == trained,
            "{name} leaves the discriminator untouched"
        );
    }
    // The one weight that both sides have: each learns from its own half.
    let mut weights = SynthesisWeights::OFF;
    weights.modality = 1.0;
    let [generator, other] = after(&weights);
    assert!(
        generator != plain,
        "the class term of (14) trains the generator"
    );
    assert!(
        other != trained,
        "the class term of (13) trains the discriminator"
    );
}

#[test]
fn translator_and_its_discriminator_learn_from_their_own_terms_alone() {
    let study = brain();
    let recipe = Recipe::of(&study);
    let fresh = translator_stages(&study, &recipe);
    let silent = TranslatorWeights::OFF;
    let after = |weights: TranslatorWeights| {
        let head = ModalityHead::CrossEntropy;
        let mut stage = fresh();
        stage.step(&translator_batch(&study), &weights, head);
        stage.weights()
    };
    let [plain, trained] = after(silent);
    let [translator, discriminator] = fresh().weights();
    assert!(plain == translator, "(20) does not reach the translator");
    assert!(trained != discriminator, "(20) trains the discriminator");
    let terms: [Term<TranslatorWeights>; 4] = [
        ("(19)", |w| w.cycle = 1.0),
        ("(19), l1", |w| w.cycle_l1 = 1.0),
        ("(21)", |w| w.adversarial = 1.0),
        ("supervised", |w| w.supervised = 1.0),
    ];
    for (name, set) in terms {
        let mut weights = silent;
        set(&mut weights);
        let [translator, other] = after(weights);
        assert!(translator != plain, "{name} trains the translator");
        assert!(
            other == trained,
            "{name} leaves the discriminator untouched"
        );
    }
    let mut weights = silent;
    weights.modality = 1.0;
    let [translator, other] = after(weights);
    assert!(
        translator != plain,
        "the class term of (21) trains the translator"
    );
    assert!(
        other != trained,
        "the class term of (20) trains the discriminator"
    );
}

/// Weights of encoder, decoder, mask generator, D_s and D_z.
fn structure_weights(stage: &StructureStage) -> [Vec<crate::weights::Tensor>; 5] {
    let n = stage.networks();
    [
        read_tensors(&n.encoder),
        read_tensors(&n.decoder),
        read_tensors(&n.mask),
        read_tensors(&n.structure_discriminator),
        read_tensors(&n.latent_discriminator),
    ]
}

#[test]
fn each_structure_network_learns_from_its_own_terms_alone() {
    let silent = StructureWeights::OFF;
    let fresh = structure_stages();
    let after = |weights: StructureWeights| {
        let mut stage = fresh();
        stage.step(structure_batch(0), &weights);
        structure_weights(&stage)
    };
    let moved = |a: &[Vec<crate::weights::Tensor>; 5], b: &[Vec<crate::weights::Tensor>; 5]| {
        [0, 1, 2, 3, 4].map(|i| a[i] != b[i])
    };
    let plain = after(silent);
    let verdicts = [false, false, false, true, true];
    assert_eq!(
        moved(&plain, &structure_weights(&fresh())),
        verdicts,
        "(8), (10)"
    );
    // Encoder, decoder and mask generator; never a discriminator.
    let both = [true, true, false];
    let encoder = [true, false, false];
    let terms: [(Term<StructureWeights>, [bool; 3]); 9] = [
        (("(6)", |w| w.mask = 1.0), [false, false, true]),
        (("(7)", |w| w.mse = 1.0), both),
        (("(7), l1", |w| w.l1 = 1.0), both),
        (("(7), outside", |w| w.outside = 1.0), both),
        (("moments", |w| w.moments = 1.0), encoder),
        (("KL divergence", |w| w.kl_divergence = 1.0), encoder),
        (("(9)", |w| w.latent_adversarial = 1.0), encoder),
        (("(11)", |w| w.adversarial = 1.0), both),
        (("features", |w| w.feature_matching = 1.0), both),
    ];
    for ((name, set), [e, d, m]) in terms {
        let mut weights = silent;
        set(&mut weights);
        assert_eq!(
            moved(&after(weights), &plain),
            [e, d, m, false, false],
            "{name}"
        );
    }
}
