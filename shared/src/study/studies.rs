//! The built-in studies.

use super::{Extraction, Input, LocalContrast, MaskSettings, Modality, Study};
use crate::label::LabelKind;

/// Names of the built-in studies.
pub const NAMES: [&str; 8] = [
    "chest-xray",
    "phantom-thorax",
    "phantom-brain",
    "phantom-fundus",
    "brain-mri",
    "brats",
    "retina",
    "lung-ct",
];

/// The study of this name.
pub fn named(name: &str) -> Option<Study> {
    match name {
        "chest-xray" => Some(chest_xray()),
        "phantom-thorax" => Some(phantom_thorax()),
        "phantom-brain" => Some(phantom_brain()),
        "phantom-fundus" => Some(phantom_fundus()),
        "brain-mri" => Some(brain_mri()),
        "brats" => Some(brats()),
        "retina" => Some(retina()),
        "lung-ct" => Some(lung_ct()),
        _ => None,
    }
}

fn values(
    size: usize,
    sigma1: f32,
    alpha: f32,
    sigma2: f32,
    beta: f32,
    median: usize,
) -> Extraction {
    Extraction {
        size,
        scale: 1,
        smoothing: 0.0,
        contrast: None,
        sigma1,
        alpha,
        sigma2,
        beta,
        median,
        headroom: None,
        shortest: 0.0,
    }
}

/// No modality, the plain values of every other field.
pub fn plain() -> Study {
    plain_study("", "", &[], "")
}

fn plain_study(name: &str, title: &str, modalities: &[&str], source: &str) -> Study {
    let built_in = |name: &&str| Modality::named(name).expect("a built-in modality");
    Study {
        name: name.into(),
        title: title.into(),
        modalities: modalities.iter().map(built_in).collect(),
        source: source.into(),
        source_weights: Vec::new(),
        lesion: LabelKind::None,
        extraction: vec![
            values(64, 0.5, 0.06, 0.4, 0.2, 1),
            values(128, 0.7, 0.055, 0.45, 0.2, 3),
            values(512, 1.0, 0.03, 0.8, 0.2, 5),
        ],
        mask: MaskSettings {
            threshold: 0.15,
            grow: 2,
            median: 5,
            fill: true,
        },
        noise: (0.5, 0.6),
        line_threshold: 0.5,
        line_reach: 0,
        lesion_margin: 0,
        input: Input::default(),
        style: false,
    }
}

fn classes(names: &[&str]) -> Vec<String> {
    names.iter().map(|&n| n.into()).collect()
}

/// Chosen by eye on 40 normal radiographs: a mild contrast normalisation over a window of a third of
/// the side brings out ribs and heart beside the far steeper body wall, whose thick line it thins.
fn chest_extraction() -> Vec<Extraction> {
    let contrast = |size| {
        Some(LocalContrast {
            radius: size * 3 / 16,
            floor: 0.1,
            limit: None,
        })
    };
    let chosen = [
        values(64, 0.6, 0.12, 0.4, 0.2, 1),
        values(128, 0.9, 0.095, 0.45, 0.2, 3),
        values(512, 1.2, 0.04, 0.8, 0.3, 5),
    ];
    chosen
        .map(|v| Extraction {
            contrast: contrast(v.size),
            ..v
        })
        .to_vec()
}

/// With a scale that markers, lettering, metal and other devices' greys do not move. The headroom is the median of how many
/// times the span of 99 % of the organ's gradients the greatest ones have in 40 clean pictures.
fn robust(headroom: f32, extraction: Vec<Extraction>) -> Vec<Extraction> {
    let robust = |values| Extraction {
        headroom: Some(headroom),
        ..values
    };
    extraction.into_iter().map(robust).collect()
}

fn chest_xray() -> Study {
    Study {
        lesion: LabelKind::Class(classes(&["normal", "bacteria", "virus"])),
        extraction: robust(1.8, chest_extraction()),
        ..plain_study("chest-xray", "Chest X-ray", &["xray"], "xray")
    }
}

fn phantom_thorax() -> Study {
    Study {
        lesion: LabelKind::Class(classes(&["normal", "consolidation"])),
        extraction: chest_extraction(),
        ..plain_study("phantom-thorax", "Phantom thorax", &["xray"], "xray")
    }
}

const BRAIN: [&str; 4] = ["t1", "t1c", "t2", "flair"];

/// Lines of an axial slice of the head, at twice the working size where that is small: those of 256 px are the ones
/// that those of 128 px are averaged from. The contrast is normalised in windows of `radius` 64ths of the side, with this floor and
/// limit. `fine` holds smoothing, sigma1 and median for lines found at 128, 256 and 512 px.
fn head_extraction(
    (radius, floor, limit): (usize, f32, f32),
    alpha: f32,
    fine: [(f32, f32, usize); 3],
) -> Vec<Extraction> {
    let [coarse, middle, finest] = fine;
    let sizes = [
        ((64, 2), coarse),
        ((128, 2), middle),
        ((256, 1), middle),
        ((512, 1), finest),
    ];
    let at = |((size, scale), (smoothing, sigma1, median))| Extraction {
        scale,
        smoothing,
        contrast: Some(LocalContrast {
            radius: size * scale * radius / 64,
            floor,
            limit: Some(limit),
        }),
        ..values(size, sigma1, alpha, 0.45, 0.2, median)
    };
    sizes.map(at).to_vec()
}

/// As fine as it goes without speckle: ventricles, sulci and gyri stand out like the outline.
fn brain_extraction() -> Vec<Extraction> {
    let fine = [(0.7, 0.8, 3), (1.4, 1.2, 5), (2.4, 2.0, 9)];
    head_extraction((3, 0.03, 0.8), 0.13, fine)
}

fn brain(name: &str, title: &str, modalities: &[&str], lesion: &[&str]) -> Study {
    Study {
        lesion: LabelKind::Mask(classes(lesion)),
        extraction: brain_extraction(),
        mask: MaskSettings {
            threshold: 0.1,
            grow: 0,
            median: 5,
            fill: true,
        },
        lesion_margin: 8,
        ..plain_study(name, title, modalities, "flair")
    }
}

/// The folds of a phantom's cortex are random, and no structure decoder can learn where the next ones
/// run: its maps would be speckled where they lie. Its lines are therefore taken from a smoother picture
/// of T1, which keeps the skull and the ventricles; the folds are the generator's to paint,
/// from the noise that is fused into the map.
fn phantom_brain() -> Study {
    let lesion = ["oedema", "enhancing", "necrosis"];
    Study {
        source: "t1".into(),
        extraction: head_extraction(
            (8, 0.12, 1.2),
            0.16,
            [(1.2, 0.8, 3), (2.4, 1.2, 5), (4.8, 2.4, 9)],
        ),
        ..brain("phantom-brain", "Phantom brain", &BRAIN, &lesion)
    }
}

/// Whole-head MRI with the abnormality seen in Flair as one class.
fn brain_mri() -> Study {
    let modalities = ["t1", "t1c", "flair"];
    Study {
        extraction: robust(
            1.35,
            head_extraction(
                (4, 0.04, 0.8),
                0.14,
                [(1.1, 0.7, 3), (2.2, 1.0, 5), (4.4, 2.0, 9)],
            ),
        ),
        ..brain("brain-mri", "Brain MRI", &modalities, &["tumour"])
    }
}

/// BRATS 2015: skull-stripped, four modalities, the classes of its labels.
fn brats() -> Study {
    let lesion = ["necrosis", "oedema", "non-enhancing", "enhancing"];
    Study {
        lesion_margin: 2,
        extraction: robust(1.35, brain_extraction()),
        ..brain("brats", "Brain MRI (BRATS)", &BRAIN, &lesion)
    }
}

/// Green shows the vessels best: blood is dark in it, and unlike blue it is not lost in noise.
fn fundus(name: &str, title: &str) -> Study {
    let mut study = Study {
        source_weights: vec![0.0, 1.0, 0.0],
        ..plain_study(name, title, &["fundus"], "fundus")
    };
    for values in &mut study.extraction {
        values.contrast = Some(LocalContrast {
            radius: values.size / 16,
            floor: 0.02,
            limit: None,
        });
    }
    study
}

fn retina() -> Study {
    fundus("retina", "Retina")
}

fn phantom_fundus() -> Study {
    Study {
        lesion: LabelKind::Mask(classes(&["retinopathy"])),
        ..fundus("phantom-fundus", "Phantom fundus")
    }
}

fn lung_ct() -> Study {
    let plain = plain_study("lung-ct", "Lung CT", &["ct"], "ct");
    Study {
        extraction: robust(1.3, plain.extraction),
        ..plain
    }
}
