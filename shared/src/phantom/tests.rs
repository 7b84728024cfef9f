//! The truth is consistent, contrasts are in their physical order, seeds differ and repeat.

use super::*;

const SIZE: usize = 64;

fn seeds() -> impl Iterator<Item = u64> {
    0..200
}

fn mean(image: &Plane, tissue: &[u8], code: u8) -> f32 {
    let inside = image
        .values()
        .iter()
        .zip(tissue)
        .filter(|&(_, &t)| t == code);
    let (sum, count) = inside.fold((0.0, 0), |(sum, count), (v, _)| (sum + v, count + 1));
    sum / count.max(1) as f32
}

fn share(tissue: &[u8], code: u8) -> f32 {
    let hits: usize = tissue.iter().map(|&t| usize::from(t == code)).sum();
    hits as f32 / tissue.len() as f32
}

fn picture(phantom: &Phantom, sequence: Sequence) -> &Plane {
    let mut images = phantom.images.iter();
    let found = images.find(|(m, _)| *m == sequence.name());
    &found.expect("rendered").1.planes()[0]
}

fn check_truth(phantom: &Phantom, outside: u8) {
    for (i, (&code, &mask)) in phantom.tissue.iter().zip(phantom.mask.values()).enumerate() {
        assert_eq!(mask == 1.0, code == outside, "mask is the outside");
        let sick = phantom.label.iter().filter(|l| l.values()[i] > 0.0).count();
        assert!(
            sick <= 1 && (sick == 0 || mask == 0.0),
            "lesions are disjoint and inside"
        );
    }
    for (_, image) in &phantom.images {
        let mut values = image.planes().iter().flat_map(Plane::values);
        assert!(values.all(|v| (0.0..=1.0).contains(v)), "values are 0..=1");
    }
}

#[test]
fn golden_pictures_are_unchanged() {
    golden::check().unwrap();
}

#[test]
fn two_hundred_thoraxes_are_whole() {
    for seed in seeds() {
        let phantom = draw(Anatomy::Thorax, seed, SIZE, seed % 2 == 1);
        check_truth(&phantom, ThoraxTissue::Outside as u8);
        for (tissue, least) in [
            (ThoraxTissue::Lung, 0.08),
            (ThoraxTissue::Heart, 0.01),
            (ThoraxTissue::Bone, 0.1),
            (ThoraxTissue::Abdomen, 0.01),
            (ThoraxTissue::SoftTissue, 0.05),
        ] {
            assert!(
                share(&phantom.tissue, tissue as u8) > least,
                "seed {seed}: {tissue:?}"
            );
        }
        let sick = phantom.label[0].mean();
        assert_eq!(sick > 0.0, seed % 2 == 1, "seed {seed}: consolidation");
        assert_eq!(phantom.class, Some((seed % 2) as usize));
    }
}

#[test]
fn two_hundred_brains_are_whole() {
    for seed in seeds() {
        let phantom = draw(Anatomy::Brain, seed, SIZE, seed % 2 == 1);
        check_truth(&phantom, BrainTissue::Outside as u8);
        for (tissue, least) in [
            (BrainTissue::Skull, 0.01),
            (BrainTissue::Csf, 0.01),
            (BrainTissue::Grey, 0.05),
            (BrainTissue::White, 0.05),
            (BrainTissue::Ventricle, 0.002),
        ] {
            assert!(
                share(&phantom.tissue, tissue as u8) > least,
                "seed {seed}: {tissue:?}"
            );
        }
        for (class, label) in phantom.label.iter().enumerate() {
            assert_eq!(
                label.mean() > 0.0,
                seed % 2 == 1,
                "seed {seed}: lesion class {class}"
            );
        }
    }
}

#[test]
fn ventricles_and_lesions_lie_inside_the_brain() {
    let bony = [
        BrainTissue::Outside,
        BrainTissue::Scalp,
        BrainTissue::Fat,
        BrainTissue::Skull,
    ];
    let inner = [
        BrainTissue::Ventricle,
        BrainTissue::Enhancing,
        BrainTissue::Necrosis,
    ];
    for seed in 0..60 {
        let tissue = draw(Anatomy::Brain, seed, SIZE, true).tissue;
        for i in 0..tissue.len() {
            if inner.iter().all(|&t| t as u8 != tissue[i]) {
                continue;
            }
            for neighbour in [i - 1, i + 1, i - SIZE, i + SIZE] {
                let touches = bony.iter().any(|&t| t as u8 == tissue[neighbour]);
                assert!(
                    !touches,
                    "seed {seed}: {} beside {}",
                    tissue[i], tissue[neighbour]
                );
            }
        }
    }
}

#[test]
fn consolidation_lies_in_the_lung_fields_and_is_brighter_than_the_same_lung() {
    for seed in 0..40 {
        let sick = draw(Anatomy::Thorax, seed, SIZE, true);
        let well = draw(Anatomy::Thorax, seed, SIZE, false);
        assert_eq!(
            sick.tissue, well.tissue,
            "one anatomy with and without the lesion"
        );
        let at = |p: &Phantom| mean(&p.images[0].1.planes()[0], &sick.label[0].to_u8(), 255);
        assert!(
            at(&sick) > at(&well) + 0.03,
            "seed {seed}: {} {}",
            at(&sick),
            at(&well)
        );
    }
}

#[test]
fn brain_contrasts_are_in_their_physical_order() {
    use BrainTissue::{Enhancing, Grey, Necrosis, Oedema, Ventricle, White};
    for seed in 0..30 {
        let phantom = draw(Anatomy::Brain, seed, 128, true);
        let of =
            |modality, t: BrainTissue| mean(picture(&phantom, modality), &phantom.tissue, t as u8);
        assert!(
            of(Sequence::T1, White) > of(Sequence::T1, Grey),
            "seed {seed}"
        );
        assert!(
            of(Sequence::T1, Grey) > of(Sequence::T1, Ventricle),
            "seed {seed}"
        );
        assert!(
            of(Sequence::T2, Grey) > of(Sequence::T2, White),
            "seed {seed}"
        );
        assert!(
            of(Sequence::T2, Ventricle) > 1.3 * of(Sequence::T2, Grey),
            "seed {seed}"
        );
        assert!(
            of(Sequence::Flair, Ventricle) < 0.6 * of(Sequence::Flair, White),
            "seed {seed}"
        );
        assert!(
            of(Sequence::T1c, Enhancing) > 1.2 * of(Sequence::T1, Enhancing),
            "seed {seed}"
        );
        assert!(
            of(Sequence::Flair, Oedema) > 1.1 * of(Sequence::Flair, White),
            "seed {seed}"
        );
        assert!(
            of(Sequence::T2, Oedema) > 1.2 * of(Sequence::T2, White),
            "seed {seed}"
        );
        assert!(
            of(Sequence::T1, Necrosis) < of(Sequence::T1, White),
            "seed {seed}"
        );
    }
}

#[test]
fn a_perfect_scanner_shows_the_same_anatomy_without_noise() {
    for seed in seeds().take(5) {
        let phantom = draw(Anatomy::Brain, seed, SIZE, true);
        let signals = signals(Anatomy::Brain, seed, SIZE, true);
        assert_eq!(signals.len(), phantom.images.len());
        for ((modality, signal), (of, image)) in signals.iter().zip(&phantom.images) {
            assert_eq!(modality, of);
            let air = signal.at(0, 0).abs() + signal.at(SIZE - 1, SIZE - 1).abs();
            assert_eq!(air, 0.0, "{modality}: air gives no signal");
            let difference = signal.zip(&image.planes()[0], |a, b| (a - b).abs()).mean();
            assert!(difference < 0.1, "{modality}: {difference}");
        }
    }
    assert!(signals(Anatomy::Thorax, 1, SIZE, true).is_empty());
}

#[test]
fn an_eye_is_a_colour_photograph_with_its_signs_of_retinopathy() {
    for seed in 0..20 {
        let phantom = draw(Anatomy::Fundus, seed, SIZE, seed % 2 == 1);
        check_truth(&phantom, FundusTissue::Outside as u8);
        let (name, image) = &phantom.images[0];
        assert_eq!((*name, image.channels()), ("fundus", 3));
        let [red, green, blue] = image.planes() else {
            panic!("three channels")
        };
        assert!(red.mean() > green.mean() && green.mean() > blue.mean());
        assert_eq!(phantom.label[0].mean() > 0.0, seed % 2 == 1, "seed {seed}");
        assert_eq!(phantom.class, Some((seed % 2) as usize));
    }
}

#[test]
fn a_study_is_drawn_from_the_anatomy_that_has_its_modalities() {
    let of = |name: &str| {
        let study = crate::study::Study::named(name).expect("built in");
        Anatomy::showing(&study.modality_names())
    };
    assert_eq!(of("phantom-thorax"), Some(Anatomy::Thorax));
    assert_eq!(of("phantom-brain"), Some(Anatomy::Brain));
    assert_eq!(
        of("brain-mri"),
        Some(Anatomy::Brain),
        "some of its modalities"
    );
    assert_eq!(of("phantom-fundus"), Some(Anatomy::Fundus));
    assert_eq!(of("lung-ct"), None);
    for anatomy in Anatomy::ALL {
        let drawn = draw(anatomy, 1, 16, false).images;
        assert!(drawn.iter().map(|(name, _)| name).eq(anatomy.modalities()));
    }
}

#[test]
fn radiograph_shows_dark_lungs_and_a_bright_middle() {
    for seed in 0..60 {
        let phantom = draw(Anatomy::Thorax, seed, SIZE, false);
        let of = |t: ThoraxTissue| mean(&phantom.images[0].1.planes()[0], &phantom.tissue, t as u8);
        assert!(
            of(ThoraxTissue::Outside) < of(ThoraxTissue::Lung),
            "seed {seed}"
        );
        assert!(
            of(ThoraxTissue::Lung) + 0.15 < of(ThoraxTissue::Heart),
            "seed {seed}"
        );
        assert!(
            of(ThoraxTissue::Lung) + 0.15 < of(ThoraxTissue::Abdomen),
            "seed {seed}"
        );
    }
}

#[test]
fn seeds_differ_and_repeat() {
    for anatomy in Anatomy::ALL {
        for seed in 0..12 {
            let first = draw(anatomy, seed, SIZE, false);
            assert_eq!(first, draw(anatomy, seed, SIZE, false));
            let other = draw(anatomy, seed + 1, SIZE, false);
            let [first, other] = [&first, &other].map(|p| p.images[0].1.to_grey());
            let gap = first.zip(&other, |a, b| (a - b).abs()).mean();
            assert!(gap > 0.02, "{anatomy:?} {seed}: {gap}");
        }
    }
}

#[test]
fn another_size_shows_the_same_anatomy() {
    for anatomy in Anatomy::ALL {
        for seed in 0..6 {
            let small = draw(anatomy, seed, 96, true);
            let large = draw(anatomy, seed, 192, true);
            let same = |i: usize| {
                small.tissue[i] == large.tissue[(2 * (i / 96) + 1) * 192 + 2 * (i % 96) + 1]
            };
            let share = (0..96 * 96).filter(|&i| same(i)).count() as f32 / (96.0 * 96.0);
            assert!(share > 0.85, "{anatomy:?} {seed}: {share}");
        }
    }
}

#[test]
fn the_smallest_sizes_do_not_fail() {
    for size in [1, 2, 3, 5] {
        for anatomy in Anatomy::ALL {
            assert_eq!(draw(anatomy, 3, size, true).tissue.len(), size * size);
        }
    }
}
