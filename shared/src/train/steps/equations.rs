//! Equations (6)-(11) and (13)-(22) as the steps put them together, against the same sums written out
//! on the host in double precision. What the networks answer is taken from the networks; everything
//! that an equation does with it is computed here again, by nothing that the steps use. (12) is no
//! loss: see `structure::fuse`.

use burn::tensor::{Tensor, TensorData};

use super::tests::*;
use super::*;
use crate::label::LabelKind;
use crate::networks::PatchDiscriminator;
use crate::networks::tensors::read_tensors;
use crate::structure::distance_field;
use crate::study::Study;
use crate::train::guides::{Guide, Painted, Target};
use crate::train::{
    ModalityHead, Recipe, SegmenterWeights, StructureWeights, SynthesisWeights, TranslatorWeights,
};

/// The values of a tensor, in double precision.
fn host<const D: usize>(tensor: &Tensor<D>) -> Vec<f64> {
    let data = tensor.clone().inner().into_data();
    let values = data.try_into_vec::<f32>().unwrap();
    values.into_iter().map(f64::from).collect()
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, n), v| (sum + v, n + 1.0));
    sum / count
}

/// `||a - b||^2`, a mean over all elements.
fn square(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    mean(a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)))
}

/// `|a - b|`, a mean over all elements.
fn magnitude(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    mean(a.iter().zip(b).map(|(a, b)| (a - b).abs()))
}

/// `||d - target||^2`.
fn distance<const D: usize>(verdict: &Tensor<D>, target: f64) -> f64 {
    let values = host(verdict);
    square(&values, &vec![target; values.len()])
}

fn product(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

/// `-log softmax` of the entry that is 1, mean over the rows.
fn cross_entropy(logits: &Tensor<2>, one_hot: &Tensor<2>) -> f64 {
    let width = logits.dims()[1];
    let (logits, one_hot) = (host(logits), host(one_hot));
    let rows = logits.chunks(width).zip(one_hot.chunks(width));
    mean(rows.map(|(row, hot)| {
        let all = row.iter().map(|v| v.exp()).sum::<f64>().ln();
        let asked: f64 = row.iter().zip(hot).map(|(v, h)| v * h).sum();
        all - asked
    }))
}

/// Means over the pixels of square planes that are at most `radius` away in both directions.
fn windows(planes: &[f64], side: usize, radius: usize) -> Vec<f64> {
    let near = |at: usize| at.saturating_sub(radius)..(at + radius + 1).min(side);
    let of = |plane: &[f64]| {
        let around = |y, x| near(y).flat_map(move |y| near(x).map(move |x| y * side + x));
        let all = (0..side).flat_map(|y| (0..side).map(move |x| (y, x)));
        let means = all.map(|(y, x)| mean(around(y, x).map(|at| plane[at])));
        means.collect::<Vec<_>>()
    };
    planes.chunks(side * side).flat_map(of).collect()
}

/// The class term of either head.
fn class(head: ModalityHead, verdict: Option<Tensor<2>>, one_hot: &Tensor<2>) -> f64 {
    let verdict = verdict.unwrap();
    match head {
        ModalityHead::CrossEntropy => cross_entropy(&verdict, one_hot),
        ModalityHead::Regression => square(&host(&verdict), &host(one_hot)),
    }
}

/// Weighted cross-entropy and `1 - Dice` of a segmentation, (22).
fn segmentation(logits: &Tensor<4>, label: &Tensor<4>, weights: &SegmenterWeights) -> [f64; 2] {
    let [batch, classes, height, width] = logits.dims();
    let pixels = height * width;
    let (logits, label) = (host(logits), host(label));
    let at = |image: usize, class: usize, pixel: usize| (image * classes + class) * pixels + pixel;
    let weight = |class: usize| weights.classes.get(class).map_or(1.0, |w| f64::from(*w));
    let mut entropy = 0.0;
    // Per class: what both say, and the sum of what each says.
    let mut overlap = vec![[0.0; 2]; classes];
    for image in 0..batch {
        for pixel in 0..pixels {
            let all: f64 = (0..classes)
                .map(|c| logits[at(image, c, pixel)].exp())
                .sum();
            for (class, [both, sum]) in overlap.iter_mut().enumerate() {
                let place = at(image, class, pixel);
                let probability = logits[place].exp() / all;
                entropy -= weight(class) * label[place] * probability.ln();
                *both += probability * label[place];
                *sum += probability + label[place];
            }
        }
    }
    let dice = |[both, sum]: &[f64; 2]| (2.0 * both + 1.0) / (sum + 1.0);
    [
        1.0 - mean(overlap[1..].iter().map(dice)),
        entropy / (batch * pixels) as f64,
    ]
}

/// The named losses of a step are these, and no others.
fn check(losses: &NamedLosses, expected: &[(&str, f64)]) {
    let found: Vec<_> = losses.iter().map(|(name, _)| *name).collect();
    let names: Vec<_> = expected.iter().map(|(name, _)| *name).collect();
    assert_eq!(found, names);
    for ((name, loss), (_, expected)) in losses.iter().zip(expected) {
        let found = host(loss)[0];
        let tolerance = 1e-4 * expected.abs().max(1e-2);
        assert!(
            (found - expected).abs() < tolerance,
            "{name}: {found}, by hand {expected}"
        );
        assert!(*expected > 0.0, "{name} says something");
    }
}

/// A head of either kind, and weights by which no two terms can be mistaken for each other.
/// Either head over grey images, and images in colour.
fn cases() -> [(Study, ModalityHead); 3] {
    use ModalityHead::{CrossEntropy, Regression};
    [
        (brain(), CrossEntropy),
        (brain(), Regression),
        (colours(), CrossEntropy),
    ]
}

#[test]
fn the_structure_stage_is_equations_6_to_11() {
    the_structure_stage_is_equations_6_to_11_of(false);
}

#[test]
fn of_distance_fields_the_structure_stage_is_equations_6_to_11_too() {
    the_structure_stage_is_equations_6_to_11_of(true);
}

/// Encoder, decoder and D_s see lines, or their distance fields; G_m always sees lines.
fn the_structure_stage_is_equations_6_to_11_of(fields: bool) {
    let weights = StructureWeights {
        mask: 2.0,
        mse: 3.0,
        l1: 5.0,
        balance: 4.0,
        outside: 7.0,
        moments: 11.0,
        kl_divergence: 13.0,
        latent_adversarial: 17.0,
        adversarial: 19.0,
        feature_matching: 23.0,
        ..StructureWeights::OFF
    };
    let mut stage = StructureStage::new(&GEOMETRY, 1e-3, &device());
    let mut batch = structure_batch(0);
    let mut t = batch.structure.clone();
    if fields {
        let lines = host(&t);
        let maps = lines.chunks(GEOMETRY.size * GEOMETRY.size);
        let seen = maps.flat_map(|map| distance_field(|at| map[at] > 0.5, GEOMETRY.size, 3));
        t = Tensor::from_data(TensorData::new(seen.collect(), t.dims()), &device());
        batch.field = Some(t.clone());
    }
    let (s, m) = (batch.structure.clone(), batch.mask.clone());
    let before = stage.networks();
    // f = f_mean + exp(0.5 f_logvar) z, s_r = G_s(f), s_g = G_s(z)
    let (f_mean, logvar) = before.encoder.forward(t.clone());
    let f = f_mean.clone() + (logvar.clone() * 0.5).exp() * batch.posterior.clone();
    let s_r = before.decoder.decode(f.clone());
    let s_g = before.decoder.forward(batch.latent.clone());
    let fakes = Tensor::cat(vec![s_r.clone(), s_g], 0);
    let m_0 = before.mask.forward(s.clone(), None);
    let (d_s, d_z) = (
        &before.structure_discriminator,
        &before.latent_discriminator,
    );
    let d_s = distance(&d_s.forward(t.clone()).real, 1.0)
        + distance(&d_s.forward(fakes.clone()).real, 0.0);
    let d_z =
        distance(&d_z.forward(batch.latent.clone()), 1.0) + distance(&d_z.forward(f.clone()), 0.0);

    let losses = stage.step(batch, &weights);
    let after = stage.networks();
    // Odds squared three times: to the eighth power.
    let lines = if fields {
        let line = fakes.clone().powi_scalar(8);
        let none = (fakes.clone().neg() + 1.0).powi_scalar(8);
        line.clone() / (line + none)
    } else {
        fakes.clone()
    };
    let m_fakes = after.mask.forward(lines.clone(), None);
    let verdict = after.structure_discriminator.forward(fakes.clone());
    let real = after.structure_discriminator.forward(t.clone());
    let layers = real.features.iter().zip(&verdict.features);
    let features = mean(layers.map(|(r, v)| {
        let v = host(v);
        magnitude(&host(r), &v[..v.len() / 2])
    }));
    // A line counts `balance` times as much as an empty pixel.
    let (s, t, s_r, f) = (host(&s), host(&t), host(&s_r), host(&f));
    let emphasis = |s: &f64| if *s > 0.5 { 4.0 } else { 1.0 };
    let emphases = || s.iter().map(emphasis);
    let terms = || emphases().zip(t.iter().zip(&s_r).map(|(t, r)| t - r));
    let moment = mean(f.iter().copied());
    let variance = mean(f.iter().map(|v| (v - moment) * (v - moment)));
    let logvar = host(&logvar);
    let kl = host(&f_mean).into_iter().zip(&logvar);
    let kl = kl.map(|(m, v)| 0.5 * (m * m + v.exp() - v - 1.0));
    let verdict_z = after.latent_discriminator.forward(
        Tensor::<1>::from_floats(
            f.iter().map(|v| *v as f32).collect::<Vec<_>>().as_slice(),
            &device(),
        )
        .reshape([2, 4]),
    );
    check(
        &losses,
        &[
            ("mask", 2.0 * square(&host(&m), &host(&m_0))),
            ("D_s", d_s),
            ("D_z", d_z),
            ("mse", 3.0 * mean(terms().map(|(w, d)| w * d * d))),
            ("l1", 5.0 * mean(terms().map(|(w, d)| w * d.abs()))),
            (
                "outside",
                7.0 * mean(
                    product(&host(&m_fakes), &host(&lines))
                        .iter()
                        .map(|v| v * v),
                ),
            ),
            (
                "moments",
                11.0 * (moment * moment + (variance - 1.0) * (variance - 1.0)),
            ),
            ("KL divergence", 13.0 * kl.sum::<f64>() / 2.0),
            ("E_s", 17.0 * distance(&verdict_z, 1.0)),
            ("G_s", 19.0 * distance(&verdict.real, 1.0)),
            ("feature matching", 23.0 * features),
        ],
    );
}

/// (13) and (20) of real and fake images, which are judged in one pass: least squares and class term.
fn verdicts(
    discriminator: &PatchDiscriminator,
    real: &Tensor<4>,
    fake: &Tensor<4>,
    one_hot: &Tensor<2>,
    head: ModalityHead,
) -> [f64; 2] {
    let [real, fake] = [real, fake].map(|x| discriminator.forward(x.clone()));
    let least = 0.5 * (distance(&real.real, 1.0) + distance(&fake.real, 0.0));
    let class = 0.5 * (class(head, real.modality, one_hot) + class(head, fake.modality, one_hot));
    [least, class]
}

#[test]
fn the_synthesis_stage_is_equations_13_to_18() {
    for (low_pass, (study, head)) in (0..).zip(cases()) {
        let recipe = Recipe::of(&study);
        let weights = SynthesisWeights {
            adversarial: 2.0,
            modality: 3.0,
            head,
            lesion: 5.0,
            registration: 7.0,
            mse: 11.0,
            l1: 13.0,
            low_pass,
            masked: 17.0,
            feature_matching: 19.0,
            ..SynthesisWeights::OFF
        };
        let guiding = Guiding::new(&study, &recipe);
        let guides = guiding.guides(&weights);
        let mut stage = SynthesisStage::new(&study, &recipe, &GEOMETRY, guides, 1e-3, &device());
        let batch = synthesis_batch(&study);
        let before = stage.networks();
        let conditions: Vec<_> = batch.views.iter().map(|v| v.condition.clone()).collect();
        let encoded = before.0.encode(batch.input.clone());
        let views: Vec<_> = conditions
            .iter()
            .map(|c| before.0.decode(&encoded, c.clone()))
            .collect();
        let both = |parts: Vec<Tensor<4>>| Tensor::cat(parts, 0);
        let x = both(batch.views.iter().map(|v| v.image.clone()).collect());
        let x_g = both(views.clone());
        let i = Tensor::cat(conditions.iter().flatten().cloned().collect(), 0);
        let [d, d_class] = verdicts(&before.1, &x, &x_g, &i, head);

        let losses = stage.step(&batch, &weights);
        let (_, discriminator) = stage.networks();
        let verdict = discriminator.forward(x_g.clone());
        // (15), a mean over the views.
        let label = batch.label.clone().unwrap();
        let lesion = mean(batch.views.iter().zip(&views).map(|(view, image)| {
            let segmenter = &guiding.segmenters[view.modality];
            let logits = segmenter.logits(image.clone().inner());
            let [dice, entropy] = segmentation(&logits, &label, &recipe.segmenter);
            let s = &recipe.segmenter;
            f64::from(s.dice) * dice + f64::from(s.cross_entropy) * entropy
        }));
        // (16): the first view against the translated second.
        let condition = conditions[0].clone().map(Tensor::inner);
        let translated = guiding
            .translator
            .forward(views[1].clone().inner(), condition);
        // (18): the first input alone has its own images.
        let first = |t: &Tensor<4>| host(&t.clone().narrow(0, 0, 1));
        let own = |parts: Vec<Vec<f64>>| parts.concat();
        let real = own(batch.views.iter().map(|v| first(&v.image)).collect());
        let fake = own(views.iter().map(first).collect());
        let mask = host(&batch.mask).repeat(2 * study.channels());
        let coarse = |x: &[f64]| {
            let mut x = x.to_vec();
            for _ in 0..2 {
                x = windows(&x, GEOMETRY.size, low_pass as usize);
            }
            x
        };
        let differences: Vec<f64> = real.iter().zip(&fake).map(|(r, f)| f - r).collect();
        let real_features = discriminator.forward(both(
            batch
                .views
                .iter()
                .map(|v| v.image.clone().narrow(0, 0, 1))
                .collect(),
        ));
        let pairs = real_features.features.iter().zip(&verdict.features);
        let features = mean(pairs.map(|(r, v)| {
            let [two, ..] = r.dims();
            assert_eq!((two, v.dims()[0]), (2, 4), "own images, all images");
            let v = both(vec![v.clone().narrow(0, 0, 1), v.clone().narrow(0, 2, 1)]);
            magnitude(&host(r), &host(&v))
        }));
        check(
            &losses,
            &[
                ("D", d),
                ("D modality", 3.0 * d_class),
                ("G", 2.0 * distance(&verdict.real, 1.0)),
                ("G modality", 3.0 * class(head, verdict.modality, &i)),
                ("mse", 11.0 * square(&coarse(&fake), &coarse(&real))),
                ("l1", 13.0 * magnitude(&coarse(&fake), &coarse(&real))),
                (
                    "masked",
                    17.0 * mean(product(&differences, &mask).iter().map(|v| v * v)),
                ),
                ("feature matching", 19.0 * features),
                ("lesion", 5.0 * lesion),
                (
                    "registration",
                    7.0 * square(&host(&views[0]), &host(&translated)),
                ),
            ],
        );
    }
}

/// Says how far the label's planes are from zero, whatever is painted.
struct Planes;

impl Guide for Planes {
    fn loss(&self, _painted: &[Painted], target: &Target) -> Option<(&'static str, Tensor<1>)> {
        let planes = target.planes.clone()?;
        Some(("planes", planes.square().mean()))
    }
}

#[test]
fn guides_are_told_the_label_that_the_generator_is_given() {
    let told = |study: &Study| {
        let recipe = Recipe::of(study);
        let guides: Vec<Box<dyn Guide>> = vec![Box::new(Planes)];
        let mut stage = SynthesisStage::new(study, &recipe, &GEOMETRY, guides, 1e-3, &device());
        let mut batch = synthesis_batch(&brain());
        batch.input = batch.input.narrow(1, 0, 1 + study.label_planes());
        let losses = stage.step(&batch, &SynthesisWeights::OFF);
        let found = losses.into_iter().find(|(name, _)| *name == "planes");
        found.map(|(_, loss)| host(&loss)[0])
    };
    let brain = brain();
    let label = host(&planes(0.8, 2));
    let count = (label.len() * brain.label_planes()) as f64;
    let expected = label.iter().map(|v| v * v).sum::<f64>() / count;
    let found = told(&brain).expect("a label");
    assert!(
        expected > 0.0 && (found - expected).abs() < 1e-6,
        "{found}, by hand {expected}"
    );
    let unlabelled = Study {
        lesion: LabelKind::default(),
        ..brain
    };
    assert_eq!(told(&unlabelled), None);
}

/// The 8 x 8 part of 16 x 16 images that begins at this row and column.
fn part_of(x: &Tensor<4>, [top, left]: [usize; 2]) -> Tensor<4> {
    let [batch, channels, height, width] = x.dims();
    let values = host(x);
    let mut seen = Vec::new();
    for plane in values.chunks(height * width) {
        let pixels = (top..top + 8).flat_map(|y| (left..left + 8).map(move |x| (y, x)));
        seen.extend(pixels.map(|(y, x)| plane[y * width + x] as f32));
    }
    Tensor::from_data(TensorData::new(seen, [batch, channels, 8, 8]), &device())
}

/// Local contrast of 8 x 8 images over 3 x 3 pixels, or as many of them as there are.
fn contrast_of(x: &Tensor<4>) -> Tensor<4> {
    let around = |x: usize| x.saturating_sub(1)..=(x + 1).min(7);
    let window_mean = |plane: &[f64]| -> Vec<f64> {
        let pixels = (0..8).flat_map(|y| (0..8).map(move |x| (y, x)));
        let at = |(y, x): (usize, usize)| {
            mean(around(y).flat_map(|v| around(x).map(move |u| plane[v * 8 + u])))
        };
        pixels.map(at).collect()
    };
    let mut found = Vec::new();
    for plane in host(x).chunks(64) {
        let means = window_mean(plane);
        let away: Vec<f64> = plane.iter().zip(&means).map(|(x, m)| x - m).collect();
        let squares = window_mean(&product(&away, &away));
        let normed = away.iter().zip(squares);
        found.extend(normed.map(|(a, s)| (a / (s.sqrt() + 0.03)) as f32));
    }
    Tensor::from_data(TensorData::new(found, x.dims()), &device())
}

#[test]
fn strict_discriminators_see_a_part_of_the_images_and_its_local_contrast() {
    let study = colours();
    let recipe = Recipe::of(&study);
    let (head, weights) = (recipe.synthesis.head, recipe.synthesis);
    let mut stage = SynthesisStage::new(&study, &recipe, &GEOMETRY, Vec::new(), 1e-3, &device())
        .with_strict_discriminators(&study, &recipe, &GEOMETRY, 1e-3, &device());
    let corner = [3, 6];
    let batch = SynthesisBatch {
        corner: Some(corner),
        ..synthesis_batch(&study)
    };
    let (generator, _) = stage.networks();
    let encoded = generator.encode(batch.input.clone());
    let views = batch.views.iter();
    let views: Vec<_> = views
        .map(|v| generator.decode(&encoded, v.condition.clone()))
        .collect();
    let both = |parts: Vec<Tensor<4>>| Tensor::cat(parts, 0);
    let x = both(batch.views.iter().map(|v| v.image.clone()).collect());
    let x_g = both(views);
    let conditions = batch.views.iter().filter_map(|v| v.condition.clone());
    let i = Tensor::cat(conditions.collect(), 0);
    let (x, x_g) = (part_of(&x, corner), part_of(&x_g, corner));
    let contrasts = (contrast_of(&x), contrast_of(&x_g));
    let seen = [(x, x_g), contrasts];
    let before: Vec<[f64; 2]> = stage
        .adversaries()
        .iter()
        .zip(&seen)
        .map(|(discriminator, (x, x_g))| verdicts(discriminator, x, x_g, &i, head))
        .collect();

    let losses = stage.step(&batch, &weights);
    let said = stage.adversaries().into_iter().zip(&seen);
    let fooled: f64 = said
        .map(|(discriminator, (_, x_g))| distance(&discriminator.forward(x_g.clone()).real, 1.0))
        .sum();
    let expected = [
        ("D", before[0][0] + before[1][0]),
        (
            "D modality",
            f64::from(weights.modality) * (before[0][1] + before[1][1]),
        ),
        ("G", f64::from(weights.adversarial) * fooled),
    ];
    for (name, expected) in expected {
        let (_, loss) = losses.iter().find(|(n, _)| *n == name).unwrap();
        let found = host(loss)[0];
        assert!(
            (found - expected).abs() < 1e-4 * expected,
            "{name}: {found}, by hand {expected}"
        );
    }
    // What is saved brings the same adversaries back, and the generator alone does not need them.
    let again = SynthesisStage::new(&study, &recipe, &GEOMETRY, Vec::new(), 1e-3, &device());
    let both = again.with_strict_discriminators(&study, &recipe, &GEOMETRY, 1e-3, &device());
    let both = both.load(&stage.save()).unwrap();
    for (found, expected) in both.adversaries().iter().zip(&stage.adversaries()) {
        assert!(read_tensors(found) == read_tensors(expected));
    }
    let plain = SynthesisStage::new(&study, &recipe, &GEOMETRY, Vec::new(), 1e-3, &device());
    assert!(plain.load(&stage.save()).is_ok());
    let plain = SynthesisStage::new(&study, &recipe, &GEOMETRY, Vec::new(), 1e-3, &device());
    assert!(
        both.load(&plain.save()).is_err(),
        "a discriminator is missing from the checkpoint"
    );
}

/// Other brightness and contrast, pixel by pixel.
fn toned_of(x: &Tensor<4>, tones: &[[f32; 2]]) -> Tensor<4> {
    let values = host(x);
    let images = values.chunks(values.len() / tones.len()).zip(tones);
    let toned = images.flat_map(|(image, [more, times])| {
        let middle = mean(image.iter().copied());
        let tone = move |v: &f64| (v - middle) * f64::from(*times) + middle + f64::from(*more);
        image.iter().map(tone).collect::<Vec<_>>()
    });
    let toned: Vec<f32> = toned.map(|v| v as f32).collect();
    Tensor::from_data(TensorData::new(toned, x.dims()), &device())
}

#[test]
fn discriminators_see_other_tones_and_are_held_flat_around_them() {
    let study = colours();
    let recipe = Recipe::of(&study);
    let weights = SynthesisWeights {
        gradient_penalty: 100.0,
        ..recipe.synthesis
    };
    let mut stage = SynthesisStage::new(&study, &recipe, &GEOMETRY, Vec::new(), 1e-3, &device());
    let plain = synthesis_batch(&study);
    let (generator, discriminator) = stage.networks();
    let encoded = generator.encode(plain.input.clone());
    let painted = |v: &View| generator.decode(&encoded, v.condition.clone());
    let x = Tensor::cat(plain.views.iter().map(|v| v.image.clone()).collect(), 0);
    let x_g = Tensor::cat(plain.views.iter().map(painted).collect(), 0);
    let count = x.dims()[0];
    let tones: Vec<[f32; 2]> = (0..2 * count)
        .map(|i| [0.02 * i as f32 - 0.1, 1.3 - 0.1 * i as f32])
        .collect();
    let noise = images(&study, 1.0, 2 * count) - 0.5;
    let batch = SynthesisBatch {
        changed: Changed {
            noise: Some(noise.clone()),
            tones: Some(Tensor::from_data(
                TensorData::new(tones.concat(), [2 * count, 2]),
                &device(),
            )),
        },
        ..plain
    };
    let (x, x_g) = (
        toned_of(&x, &tones[..count]),
        toned_of(&x_g, &tones[count..]),
    );
    let seen = Tensor::cat(vec![x.clone(), x_g.clone()], 0);
    let said = |x: Tensor<4>| host(&discriminator.forward(x).real);
    let steep = square(&said(seen.clone() + noise * 0.01), &said(seen));
    let real = distance(&discriminator.forward(x).real, 1.0);
    let fake = distance(&discriminator.forward(x_g.clone()).real, 0.0);

    let losses = stage.step(&batch, &weights);
    let fooled = distance(&stage.networks().1.forward(x_g).real, 1.0);
    for (name, expected) in [
        ("D", 0.5 * (real + fake)),
        ("D gradient penalty", 100.0 * steep),
        ("G", f64::from(weights.adversarial) * fooled),
    ] {
        let (_, loss) = losses.iter().find(|(n, _)| *n == name).unwrap();
        let found = host(loss)[0];
        assert!(
            expected > 0.0 && (found - expected).abs() < 1e-2 * expected,
            "{name}: {found}, by hand {expected}"
        );
    }
}

#[test]
fn the_translator_stage_is_equations_19_to_21() {
    for (study, head) in cases() {
        let recipe = Recipe::of(&study);
        let weights = TranslatorWeights {
            cycle: 2.0,
            cycle_l1: 3.0,
            adversarial: 5.0,
            modality: 7.0,
            supervised: 11.0,
        };
        let mut stage = TranslatorStage::new(&study, &recipe, &GEOMETRY, 1e-3, &device());
        let batch = translator_batch(&study);
        let before = stage.networks();
        let there = before
            .0
            .forward(batch.image.clone(), Some(batch.to.clone()));
        let back = before.0.forward(there.clone(), Some(batch.from.clone()));
        let same = before
            .0
            .forward(batch.target.clone(), Some(batch.to.clone()));
        let [d, d_class] = verdicts(&before.1, &batch.target, &there, &batch.to, head);
        let losses = stage.step(&batch, &weights, head);
        let verdict = stage.networks().1.forward(there.clone());
        // The first image has its pair, the second has none.
        let first = |t: &Tensor<4>| host(&t.clone().narrow(0, 0, 1));
        let second = |t: &Tensor<4>| host(&t.clone().narrow(0, 1, 1));
        check(
            &losses,
            &[
                ("D_t", d),
                ("D_t modality", 7.0 * d_class),
                ("cycle", 2.0 * square(&host(&back), &host(&batch.image))),
                (
                    "cycle l1",
                    3.0 * magnitude(&host(&back), &host(&batch.image)),
                ),
                ("G_t", 5.0 * distance(&verdict.real, 1.0)),
                (
                    "G_t modality",
                    7.0 * class(head, verdict.modality, &batch.to),
                ),
                (
                    "identity",
                    0.5 * 3.0 * magnitude(&second(&same), &second(&batch.target)),
                ),
                (
                    "supervised",
                    11.0 * magnitude(&first(&there), &first(&batch.target)),
                ),
            ],
        );
    }
}

/// Without pairs every target image, asked for in its own modality, is to stay: half the weight of the cycle.
#[test]
fn an_unpaired_translator_leaves_what_is_translated_already() {
    let study = brain();
    let recipe = Recipe::of(&study);
    let weights = TranslatorWeights {
        cycle_l1: 3.0,
        supervised: 0.0,
        ..recipe.translator
    };
    let mut stage = TranslatorStage::new(&study, &recipe, &GEOMETRY, 1e-3, &device());
    let batch = translator_batch(&study);
    let to = Some(batch.to.clone());
    let same = host(&stage.networks().0.forward(batch.target.clone(), to));
    let losses = stage.step(&batch, &weights, recipe.synthesis.head);
    let (_, found) = losses.iter().find(|(n, _)| *n == "identity").unwrap();
    let expected = 1.5 * magnitude(&same, &host(&batch.target));
    let found = f64::from(found.clone().into_scalar::<f32>());
    assert!(
        (found - expected).abs() < 1e-4 * expected,
        "{found}, {expected}"
    );
}

#[test]
fn the_lesion_stage_is_equation_22() {
    let study = colours();
    let mut stage = LesionStage::new(&study, &GEOMETRY, 1e-3, &device());
    let weights = SegmenterWeights {
        dice: 2.0,
        cross_entropy: 3.0,
        classes: vec![0.5, 4.0],
    };
    let (image, label) = (images(&study, 1.0, 2), label(planes(0.8, 2)));
    let logits = stage.averaged().segmenters[1].logits(image.clone().inner());
    let logits = Tensor::from_inner(logits);
    let [dice, entropy] = segmentation(&logits, &label, &weights);
    let batch = LesionBatch {
        modality: 1,
        image,
        label,
    };
    let losses = stage.step(batch, &weights);
    check(
        &losses,
        &[("dice", 2.0 * dice), ("cross-entropy", 3.0 * entropy)],
    );
}
