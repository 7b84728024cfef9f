//! The recipes of the built-in studies.

use super::{Recipe, SegmenterWeights, StructureWeights, SynthesisWeights, TranslatorWeights};

/// The recipe of the built-in study of this name; of any other the usual one.
pub fn recipe(study: &str) -> Recipe {
    match study {
        "chest-xray" => chest(600),
        "phantom-thorax" => chest(250),
        "phantom-brain" => brain(800),
        "brain-mri" => brain_mri(),
        "brats" => brain(1500),
        _ => usual(),
    }
}

const STRUCTURE: StructureWeights = StructureWeights {
    mask: 1.0,
    mse: 25.0,
    l1: 10.0,
    balance: 1.0,
    outside: 1.0,
    moments: 0.1,
    kl_divergence: 0.001,
    latent_adversarial: 0.05,
    adversarial: 0.5,
    feature_matching: 10.0,
    ..StructureWeights::OFF
};

const STRUCTURE_SHARP: StructureWeights = StructureWeights {
    mse: 8.0,
    l1: 4.0,
    adversarial: 2.0,
    sharpening: 2,
    ..STRUCTURE
};

const TRANSLATOR: TranslatorWeights = TranslatorWeights {
    cycle: 5.0,
    cycle_l1: 10.0,
    adversarial: 1.0,
    modality: 0.5,
    ..TranslatorWeights::OFF
};

const SYNTHESIS: SynthesisWeights = SynthesisWeights {
    adversarial: 1.0,
    modality: 0.5,
    lesion: 2.0,
    registration: 10.0,
    mse: 5.0,
    l1: 10.0,
    masked: 0.1,
    feature_matching: 5.0,
    ..SynthesisWeights::OFF
};

fn usual() -> Recipe {
    Recipe {
        structure_classes: Vec::new(),
        spectral: false,
        structure: STRUCTURE,
        structure_sharp: STRUCTURE_SHARP,
        sharp_from: 600,
        translator: TRANSLATOR,
        segmenter: SegmenterWeights {
            dice: 1.0,
            cross_entropy: 1.0,
            classes: Vec::new(),
        },
        synthesis: SYNTHESIS,
    }
}

/// Structure comes from the images of healthy chests alone.
fn chest(sharp_from: u64) -> Recipe {
    Recipe {
        structure_classes: vec!["normal".into()],
        sharp_from,
        ..usual()
    }
}

fn brain(sharp_from: u64) -> Recipe {
    Recipe {
        structure: StructureWeights {
            balance: 2.0,
            ..STRUCTURE
        },
        structure_sharp: StructureWeights {
            balance: 2.0,
            ..STRUCTURE_SHARP
        },
        sharp_from,
        ..usual()
    }
}

/// Its modalities are registered pairs, and so few heads do not tell an unpaired translator which grey is
/// which: it turns contrast around.
fn brain_mri() -> Recipe {
    Recipe {
        translator: TranslatorWeights {
            supervised: 10.0,
            ..TRANSLATOR
        },
        // Tissue gets its texture from the discriminators; the own image alone would smooth it.
        synthesis: SynthesisWeights {
            adversarial: 2.0,
            feature_matching: 2.5,
            ..SYNTHESIS
        },
        ..brain(1500)
    }
}
