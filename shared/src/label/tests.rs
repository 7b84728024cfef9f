//! Every kind answers the same questions: read, kept, encoded, scored, and where it may lie.

use super::*;
use crate::image::Plane;
use crate::phantom::{self, Anatomy};
use crate::random::{Purpose, Random};

const SIZE: usize = 4;

fn names() -> Vec<String> {
    vec!["normal".into(), "virus".into()]
}

/// One label of each kind, in the order none, class, mask, boxes.
fn kinds() -> [(LabelKind, Label); 4] {
    let map = ClassMap::new(SIZE, SIZE, (0..16).map(|i| u8::from(i == 5) * 2).collect());
    let one = LabelBox {
        class: 1,
        left: 1.0,
        top: 1.0,
        right: 2.0,
        bottom: 2.0,
    };
    [
        (LabelKind::None, Label::None),
        (LabelKind::Class(names()), Label::Class(1)),
        (
            LabelKind::Mask(names()),
            Label::Mask(map.expect("16 pixels")),
        ),
        (LabelKind::Boxes(names()), Label::Boxes(vec![one])),
    ]
}

/// A data set that holds everything.
struct All;

impl Source for All {
    type Error = std::convert::Infallible;

    fn class(&self) -> Option<usize> {
        Some(1)
    }

    fn mask(&self) -> Result<Option<ClassMap>, Self::Error> {
        Ok(kinds()[2].1.picture().cloned())
    }

    fn boxes(&self) -> Result<Option<Vec<LabelBox>>, Self::Error> {
        Ok(kinds()[3].1.boxes().map(<[_]>::to_vec))
    }
}

#[test]
fn each_kind_reads_its_own() {
    for (kind, label) in kinds() {
        assert_eq!(kind.read(&All), Ok(label.clone()));
        assert_eq!(kind.check(&label, SIZE), Ok(()));
    }
}

#[test]
fn labels_of_other_kinds_are_refused() {
    for (i, (kind, _)) in kinds().into_iter().enumerate() {
        for (j, (_, label)) in kinds().into_iter().enumerate() {
            let known = i == j || (j == 0 && i != 1);
            assert_eq!(
                kind.check(&label, SIZE).is_ok(),
                known,
                "{kind:?}, {label:?}"
            );
        }
    }
    let (mask, label) = &kinds()[2];
    let error = mask.check(label, 8).expect_err("another size").to_string();
    assert!(
        error.contains("8 x 8") && error.contains("4 x 4"),
        "{error}"
    );
}

#[test]
fn labels_survive_the_data_set() {
    for (kind, label) in kinds() {
        let (kept, pixels) = label.kept();
        assert_eq!(kept.pixels(SIZE * SIZE), pixels.len());
        assert_eq!(kept.restored(&kind, SIZE, pixels), Ok(label));
    }
    let unknown = Kept::Class(2);
    assert!(unknown.restored(&kinds()[1].0, SIZE, &[]).is_err());
    assert!(Kept::Mask.restored(&kinds()[2].0, SIZE, &[0; 3]).is_err());
}

#[test]
fn planes_show_the_class_and_nothing_else() {
    let ones = |index: usize| {
        let (kind, label) = &kinds()[index];
        let planes = kind.planes(label, SIZE).expect("its own label");
        let sum = |plane: &Plane| plane.values().iter().sum::<f32>();
        planes.iter().map(sum).collect::<Vec<_>>()
    };
    assert!(ones(0).is_empty());
    assert_eq!(ones(1), [0.0, 16.0], "the whole image");
    assert_eq!(ones(2), [0.0, 1.0]);
    assert_eq!(ones(3), [0.0, 1.0]);
}

#[test]
fn an_unknown_class_trains_nothing_and_an_empty_mask_does() {
    let trains = kinds().map(|(kind, _)| kind.trains(&Label::None));
    assert_eq!(trains, [true, false, true, true]);
    assert!(kinds().iter().all(|(kind, label)| kind.trains(label)));
}

#[test]
fn healthy_subjects_have_the_first_class_or_no_lesion() {
    for (kind, _) in kinds() {
        let healthy = kind.healthy(SIZE);
        assert!(healthy.is_empty());
        let planes = kind.planes(&healthy, SIZE).expect("it fits");
        let first = if healthy.class().is_some() { 1.0 } else { 0.0 };
        assert!(planes.iter().take(1).all(|p| p.mean() == first));
        assert!(planes.iter().skip(1).all(|p| p.mean() == 0.0));
    }
}

#[test]
fn what_lies_somewhere_is_shown_and_searched() {
    let labels = kinds().map(|(_, label)| label);
    let shown = labels
        .each_ref()
        .map(|l| l.shades(2, SIZE).map(|p| p.at(1, 1)));
    assert_eq!(shown, [None, None, Some(1.0), Some(1.0)]);
    let has = |class| labels.each_ref().map(|l| l.has_class(class));
    assert_eq!(has(1), [false, true, true, true]);
    assert_eq!(has(0), [false; 4]);
    let lines = labels.each_ref().map(|l| l.own_lines().is_some());
    assert_eq!(lines, [false, false, true, false], "a box keeps its lines");
    let everywhere = Plane::filled(SIZE, SIZE, 0.0);
    let legal = labels.each_ref().map(|l| l.is_legal(&everywhere));
    assert_eq!(legal, [false, false, true, true]);
    let forbidden = Plane::filled(SIZE, SIZE, 1.0);
    assert!(labels.iter().all(|l| !l.is_legal(&forbidden)));
}

#[test]
fn agreement_is_of_one_kind() {
    let labels = kinds().map(|(_, label)| label);
    for (i, a) in labels.iter().enumerate() {
        for (j, b) in labels.iter().enumerate() {
            let expected = (i == j).then_some(1.0);
            assert_eq!(a.agreement(b), expected, "{a:?}, {b:?}");
        }
    }
    assert_eq!(Label::Class(0).agreement(&Label::Class(1)), Some(0.0));
    let none = Label::Mask(ClassMap::empty(SIZE, SIZE));
    assert_eq!(labels[2].agreement(&none), Some(0.0));
    let other = Label::Mask(ClassMap::empty(8, 8));
    assert_eq!(labels[2].agreement(&other), None, "another size");
}

#[test]
fn statistics_belong_to_their_kind() {
    let of = |index: usize| {
        let (kind, label) = &kinds()[index];
        kind.statistics(&[label], SIZE)
    };
    assert!(of(0).is_none() && of(1).is_none());
    for index in [2, 3] {
        let found = of(index).expect("a lesion");
        let fits = kinds().map(|(kind, _)| kind.is_drawn_by(&found));
        let expected = [0, 1, 2, 3].map(|i| i == index);
        assert_eq!(fits, expected);
        let placed = found.placed(&Plane::filled(64, 64, 0.0), &mut chance(1), TRIES);
        assert_eq!(kinds()[index].0.check(&placed.expect("room"), 64), Ok(()));
    }
}

fn chance(seed: u64) -> Random {
    Random::new(seed, Purpose::Lesion)
}

/// Outside a disc of radius 20 there is background.
fn mask() -> Plane {
    Plane::from_fn(64, 64, |x, y| {
        let (x, y) = (x as f32 - 31.5, y as f32 - 31.5);
        f32::from(u8::from(x * x + y * y > 400.0))
    })
}

fn patients() -> Vec<Label> {
    let of_seed = |seed| phantom::draw(Anatomy::Brain, seed, 64, true).label;
    (0..6)
        .map(|seed| ClassMap::from_planes(&of_seed(seed)).expect("planes"))
        .map(Label::Mask)
        .collect()
}

#[test]
fn lesions_keep_the_margin_or_lie_anywhere() {
    let patients = patients();
    let kind = LabelKind::Mask(vec!["a".into(), "b".into(), "c".into()]);
    let statistics = kind.statistics(&patients.iter().collect::<Vec<_>>(), 64);
    let placing = |margin| Placing {
        margin,
        statistics: statistics.as_ref(),
        patients: &patients,
    };
    let forbidden = crate::structure::forbidden(&mask(), 3);
    let (mut kept, mut outside) = (0, 0);
    for seed in 0..40 {
        if let Some(label) = placing(Some(3)).on(&mask(), &mut chance(seed)) {
            assert!(label.is_legal(&forbidden));
            kept += 1;
        }
        let anywhere = placing(None).on(&mask(), &mut chance(seed));
        outside += usize::from(!anywhere.expect("room").is_legal(&forbidden));
    }
    assert!(kept > 10 && outside > 5, "{kept} placed, {outside} outside");
}

#[test]
fn lesions_come_from_patients_statistics_or_nowhere() {
    let patients = patients();
    let kind = LabelKind::Mask(vec!["a".into(), "b".into(), "c".into()]);
    let statistics = kind.statistics(&patients.iter().collect::<Vec<_>>(), 64);
    let nothing = Placing {
        margin: Some(0),
        statistics: None,
        patients: &[],
    };
    assert_eq!(nothing.on(&mask(), &mut chance(1)), None);
    // Where there is one source alone, nothing is drawn to choose between two.
    let drawn = Placing {
        statistics: statistics.as_ref(),
        ..nothing
    };
    let expected = statistics.as_ref().expect("lesions");
    let expected = expected.placed(&mask(), &mut chance(1), TRIES);
    assert_eq!(drawn.on(&mask(), &mut chance(1)), expected);
    let real = Placing {
        patients: &patients,
        ..nothing
    };
    let mut random = chance(1);
    let source = &patients[random.below(patients.len())];
    let expected = source.placed(&mask(), &mut random, TRIES);
    assert_eq!(real.on(&mask(), &mut chance(1)), expected);
}
