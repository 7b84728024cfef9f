//! The truth is consistent, vessels are where anatomy has them, colours in their order.

use super::*;

const SIZE: usize = 64;
const WELL: FundusOptions = FundusOptions { retinopathy: false };
const SICK: FundusOptions = FundusOptions { retinopathy: true };

fn drawn(seed: u64, options: FundusOptions, size: usize) -> FundusImages {
    Fundus::random(seed, options).render(size)
}

/// Mean of the values of `image` where `of` holds for the pixel's number.
fn mean(image: &Plane, of: impl Fn(usize) -> bool) -> f32 {
    let inside = image.values().iter().enumerate().filter(|&(i, _)| of(i));
    let (sum, count) = inside.fold((0.0, 0), |(sum, count), (_, v)| (sum + v, count + 1));
    assert!(count > 0, "no such pixel");
    sum / count as f32
}

fn share(images: &FundusImages, tissue: FundusTissue) -> f32 {
    let code = tissue as u8;
    let hits: usize = images.tissue.iter().map(|&t| usize::from(t == code)).sum();
    hits as f32 / images.tissue.len() as f32
}

/// Numbers of the pixels around pixel `i`, itself included.
fn around(i: usize, size: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (i % size, i / size);
    let rows = y.saturating_sub(1)..=(y + 1).min(size - 1);
    rows.flat_map(move |y| (x.saturating_sub(1)..=(x + 1).min(size - 1)).map(move |x| y * size + x))
}

#[test]
fn a_hundred_eyes_are_whole() {
    for seed in 0..100 {
        let options = [WELL, SICK][(seed % 2) as usize];
        let images = drawn(seed, options, SIZE);
        for (tissue, least) in [
            (FundusTissue::Outside, 0.1),
            (FundusTissue::Retina, 0.25),
            (FundusTissue::Macula, 0.01),
            (FundusTissue::Disc, 0.002),
            (FundusTissue::Cup, 0.0),
            (FundusTissue::Vein, 0.012),
            (FundusTissue::Artery, 0.006),
        ] {
            let found = share(&images, tissue);
            assert!(found > least, "seed {seed}: {tissue:?} {found}");
        }
        for i in 0..SIZE * SIZE {
            let outside = images.mask.values()[i] == 1.0;
            assert_eq!(outside, images.tissue[i] == FundusTissue::Outside as u8);
            for label in [&images.artery, &images.vein, &images.lesion, &images.mask] {
                let value = label.values()[i];
                assert!(value == 0.0 || value == 1.0, "labels are 0 or 1");
            }
            let labels = [&images.artery, &images.vein, &images.lesion];
            assert!(!outside || labels.iter().all(|l| l.values()[i] == 0.0));
            for channel in &images.rgb {
                assert!((0.0..=1.0).contains(&channel.values()[i]));
            }
        }
        assert_eq!(
            images.lesion.mean() > 0.0,
            options.retinopathy,
            "seed {seed}"
        );
    }
}

#[test]
fn disc_and_fovea_are_where_the_truth_says() {
    for seed in 0..40 {
        let images = drawn(seed, WELL, SIZE);
        let at = |(x, y): (f32, f32)| images.tissue[y as usize * SIZE + x as usize];
        let on_disc = [
            FundusTissue::Disc,
            FundusTissue::Cup,
            FundusTissue::Artery,
            FundusTissue::Vein,
        ];
        assert!(
            on_disc.iter().any(|&t| t as u8 == at(images.disc)),
            "seed {seed}"
        );
        assert_eq!(at(images.fovea), FundusTissue::Macula as u8, "seed {seed}");
    }
}

#[test]
fn no_vessel_crosses_the_fovea() {
    for seed in 0..40 {
        let fundus = Fundus::random(seed, WELL);
        let fovea = fundus.backdrop.fovea;
        for piece in fundus.vessels.arteries.iter().chain(&fundus.vessels.veins) {
            let gap = growth::distance(piece.to.0, fovea) - piece.to.1;
            assert!(gap > 0.055, "seed {seed}: {gap}");
        }
    }
}

/// A vessel may leave the field and come back; every other labelled pixel hangs together with the
/// disc.
#[test]
fn vessels_come_from_the_disc() {
    for (seed, size) in [(0, 64), (1, 64), (2, 128), (3, 128), (4, 256), (5, 256)] {
        let images = drawn(seed, WELL, size);
        for label in [&images.artery, &images.vein] {
            let mut reached = vec![false; size * size];
            let near = |i: usize| {
                let (dx, dy) = (
                    (i % size) as f32 - images.disc.0,
                    (i / size) as f32 - images.disc.1,
                );
                libm::sqrtf(dx * dx + dy * dy) < 0.05 * size as f32
            };
            let edge = |i: usize| around(i, size).any(|j| images.mask.values()[j] == 1.0);
            let starts = (0..size * size).filter(|&i| near(i) || edge(i));
            let mut open: Vec<usize> = starts.filter(|&i| label.values()[i] == 1.0).collect();
            while let Some(i) = open.pop() {
                if !std::mem::replace(&mut reached[i], true) {
                    open.extend(around(i, size).filter(|&j| label.values()[j] == 1.0));
                }
            }
            for (i, reached) in reached.into_iter().enumerate() {
                assert_eq!(reached, label.values()[i] == 1.0, "seed {seed}: pixel {i}");
            }
        }
    }
}

#[test]
fn arteries_are_thinner_and_brighter_than_veins() {
    for seed in 0..20 {
        let fundus = Fundus::random(seed, WELL);
        let widest = |pieces: &[growth::Piece]| pieces.iter().map(|p| p.to.1).fold(0.0, f32::max);
        assert!(widest(&fundus.vessels.arteries) < 0.85 * widest(&fundus.vessels.veins));
        let images = fundus.render(256);
        let of = |channel: usize, t: FundusTissue| {
            mean(&images.rgb[channel], |i| images.tissue[i] == t as u8)
        };
        for channel in [0, 1] {
            let (artery, vein) = (
                of(channel, FundusTissue::Artery),
                of(channel, FundusTissue::Vein),
            );
            assert!(
                artery > vein,
                "seed {seed}, channel {channel}: {artery} {vein}"
            );
        }
    }
}

#[test]
fn channels_are_in_the_order_of_photographs() {
    for seed in 0..30 {
        let images = drawn(seed, WELL, 128);
        let of = |channel: usize, t: FundusTissue| {
            mean(&images.rgb[channel], |i| images.tissue[i] == t as u8)
        };
        let [red, green, blue] = [0, 1, 2].map(|c| of(c, FundusTissue::Retina));
        assert!(
            red > 1.5 * green && green > 1.2 * blue,
            "seed {seed}: {red} {green} {blue}"
        );
        let contrast = |c| of(c, FundusTissue::Vein) / of(c, FundusTissue::Retina);
        assert!(
            contrast(1) + 0.05 < contrast(0),
            "seed {seed}: green shows the vessels"
        );
        assert!(
            of(1, FundusTissue::Cup) > 1.4 * green,
            "seed {seed}: the cup is pale"
        );
        let away = |i: usize| {
            let (x, y) = (
                (i % 128) as f32 - images.fovea.0,
                (i / 128) as f32 - images.fovea.1,
            );
            libm::sqrtf(x * x + y * y)
        };
        let retina = |i: usize| images.tissue[i] == FundusTissue::Retina as u8;
        let fovea = mean(&images.rgb[1], |i| away(i) < 4.0);
        let around = mean(&images.rgb[1], |i| away(i) < 28.0 && retina(i));
        assert!(
            fovea < 0.85 * around,
            "seed {seed}: the fovea is dark: {fovea} {around}"
        );
        assert!(
            of(0, FundusTissue::Outside) < 0.02,
            "seed {seed}: outside is black"
        );
    }
}

#[test]
fn retinopathy_changes_the_picture_at_its_label_alone() {
    for seed in 0..20 {
        let (sick, well) = (drawn(seed, SICK, SIZE), drawn(seed, WELL, SIZE));
        assert_eq!(sick.tissue, well.tissue, "one anatomy with and without it");
        let changed = |i: usize| (0..3).any(|c| sick.rgb[c].values()[i] != well.rgb[c].values()[i]);
        let labelled = |i: usize| sick.lesion.values()[i] == 1.0;
        for i in 0..SIZE * SIZE {
            assert!(
                !labelled(i) || changed(i),
                "seed {seed}: a label without a lesion"
            );
            // The point spread carries light one pixel further.
            let beside = around(i, SIZE).any(labelled);
            assert!(
                !changed(i) || beside,
                "seed {seed}: a lesion without a label"
            );
        }
    }
}

#[test]
fn seeds_differ_and_repeat() {
    for seed in 0..12 {
        let first = drawn(seed, SICK, SIZE);
        assert_eq!(first, drawn(seed, SICK, SIZE));
        let other = drawn(seed + 1, SICK, SIZE);
        let gap = first.rgb[1].zip(&other.rgb[1], |a, b| (a - b).abs()).mean();
        assert!(gap > 0.02, "seed {seed}: {gap}");
    }
}

#[test]
fn left_and_right_eyes_are_drawn() {
    let right = (0..40).filter(|&seed| {
        let images = drawn(seed, WELL, 16);
        images.disc.0 > images.fovea.0
    });
    assert!((10..=30).contains(&right.count()));
}

#[test]
fn another_size_shows_the_same_anatomy() {
    for seed in 0..6 {
        let (small, large) = (drawn(seed, SICK, 96), drawn(seed, SICK, 192));
        let same =
            |i: usize| small.tissue[i] == large.tissue[(2 * (i / 96) + 1) * 192 + 2 * (i % 96) + 1];
        let share = (0..96 * 96).filter(|&i| same(i)).count() as f32 / (96.0 * 96.0);
        assert!(share > 0.85, "seed {seed}: {share}");
        for (small, large) in [(small.disc, large.disc), (small.fovea, large.fovea)] {
            assert!((2.0 * small.0 - large.0).abs() < 1e-3);
            assert!((2.0 * small.1 - large.1).abs() < 1e-3);
        }
        let halved = large.rgb[1].resized(96, 96);
        let gap = small.rgb[1].zip(&halved, |a, b| (a - b).abs()).mean();
        assert!(gap < 0.012, "seed {seed}: {gap}");
    }
}

#[test]
fn the_smallest_sizes_do_not_fail() {
    for size in [1, 2, 3, 5] {
        assert_eq!(drawn(3, SICK, size).tissue.len(), size * size);
    }
}
