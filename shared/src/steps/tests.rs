//! Gradients reach exactly the networks they should, and a saved stage goes on as if it had not
//! been interrupted.

use burn::module::Module;
use burn::tensor::{Device, Distribution, Tensor};

use super::*;
use crate::networks::tensors::read_tensors;
use crate::profile::{Geometry, Profile};

const GEOMETRY: Geometry = Geometry {
    size: 16,
    latent: 4,
    structure_width: 2,
    mask_width: 2,
    generator_width: 2,
    depth: 3,
    segmenter_width: 2,
    translator_width: 2,
    discriminator_width: 2,
};

fn device() -> Device {
    Device::flex().autodiff()
}

fn planes(value: f32, batch: usize) -> Tensor<4> {
    let ramp: Vec<f32> = (0..batch * 256)
        .map(|i| ((i * 37 % 101) as f32 / 101.0 * value).round())
        .collect();
    Tensor::<1>::from_floats(ramp.as_slice(), &device()).reshape([batch, 1, 16, 16])
}

fn structure_batch(step: usize) -> StructureBatch {
    let noise = |salt: usize| {
        let values: Vec<f32> = (0..8)
            .map(|i| ((i * 31 + salt * 17 + step * 7) % 13) as f32 / 6.0 - 1.0)
            .collect();
        Tensor::<1>::from_floats(values.as_slice(), &device()).reshape([2, 4])
    };
    StructureBatch {
        structure: planes(1.0, 2),
        mask: planes(0.7, 2),
        latent: noise(1),
        posterior: noise(2),
    }
}

fn synthesis_batch(profile: &Profile) -> SynthesisBatch {
    let extra = Tensor::zeros([2, profile.label_planes(), 16, 16], &device());
    SynthesisBatch {
        input: Tensor::cat(vec![planes(1.0, 2), extra], 1),
        condition: None,
        image: planes(1.0, 2) * 0.5,
        mask: planes(0.7, 1),
        paired: 1,
    }
}

#[test]
fn the_structure_stage_resumes_bit_for_bit() {
    let weights = Profile::named("chest-xray").unwrap().structure;
    let fresh = || {
        device().seed(5);
        StructureStage::new(&GEOMETRY, 1e-3, &device())
    };
    let go = |mut stage: StructureStage, steps: core::ops::Range<usize>| {
        for step in steps {
            (stage, _) = stage.step(structure_batch(step), &weights);
            stage.refresh_affine();
        }
        stage
    };
    let weights_of = |stage: &StructureStage| {
        let networks = stage.averaged();
        let discriminator = read_tensors(&stage.structure_discriminator());
        [
            read_tensors(&networks.encoder),
            read_tensors(&networks.decoder),
            read_tensors(&networks.mask),
            discriminator,
        ]
    };
    let straight = go(fresh(), 0..4);
    let half = go(fresh(), 0..2).save();
    let resumed = go(fresh().load(&half).unwrap(), 2..4);
    assert_eq!(weights_of(&straight), weights_of(&resumed));
    assert_ne!(
        weights_of(&straight),
        weights_of(&fresh()),
        "the steps changed something"
    );
}

#[test]
fn the_synthesis_stage_resumes_bit_for_bit() {
    let profile = Profile::named("chest-xray").unwrap();
    let fresh = || {
        device().seed(5);
        SynthesisStage::new(&profile, &GEOMETRY, 1e-3, &device())
    };
    let go = |mut stage: SynthesisStage, steps: usize| {
        for _ in 0..steps {
            (stage, _) = stage.step(&synthesis_batch(&profile), &profile.synthesis);
        }
        stage
    };
    let weights_of = |stage: &SynthesisStage| read_tensors(&stage.averaged().generator);
    let straight = go(fresh(), 4);
    let resumed = go(fresh().load(&go(fresh(), 2).save()).unwrap(), 2);
    assert_eq!(weights_of(&straight), weights_of(&resumed));
    assert_ne!(
        weights_of(&straight),
        weights_of(&fresh()),
        "the steps changed something"
    );
}

#[test]
fn a_missing_or_foreign_section_is_named() {
    let stage = || StructureStage::new(&GEOMETRY, 1e-3, &device());
    let mut sections = stage().save();
    sections.retain(|(name, _)| name != "decoder");
    let missing = stage().load(&sections).err().unwrap();
    assert!(missing.to_string().contains("decoder"));
    sections.push(("decoder".into(), b"not a record".to_vec()));
    assert!(
        stage()
            .load(&sections)
            .err()
            .unwrap()
            .to_string()
            .contains("decoder")
    );
}

#[test]
fn the_affine_map_takes_noise_onto_the_encoded_distribution() {
    let device = Device::flex();
    let mut moments = LatentMoments::new(2, 1.0, &device);
    // A distribution with mean (1, -2), variances 4 and 1.25, covariance 1: f = mean + L z.
    for _ in 0..50 {
        let z = Tensor::<2>::random([400, 2], Distribution::Normal(0.0, 1.0), &device);
        let factor = Tensor::<1>::from_floats([2.0, 0.5, 0.0, 1.0], &device).reshape([2, 2]);
        let mean = Tensor::<1>::from_floats([1.0, -2.0], &device).reshape([1, 2]);
        moments.add(z.matmul(factor) + mean);
    }
    let affine = moments.affine().unwrap();
    let expected = [2.0, 0.0, 0.5, 1.0];
    for (found, expected) in affine.factor.iter().zip(expected) {
        assert!((found - expected).abs() < 0.05, "{:?}", affine.factor);
    }
    assert!((affine.mean[0] - 1.0).abs() < 0.05 && (affine.mean[1] + 2.0).abs() < 0.05);
}

#[test]
fn an_average_moves_by_its_share() {
    let old = crate::networks::config::UnetConfig {
        inputs: 1,
        outputs: 1,
        width: 2,
        depth: 3,
        condition: 0,
    }
    .init(&device());
    let frozen = old.valid();
    let first = |m: &crate::networks::Unet| read_tensors(m)[0].values[0];
    let before = first(&frozen);
    let moved = old.clone().map(&mut AddOne);
    let after = first(&average(frozen, &moved, 0.75));
    assert!(
        (after - (before + 0.25)).abs() < 1e-5,
        "{before} -> {after}"
    );
}

struct AddOne;

impl burn::module::ModuleMapper for AddOne {
    fn map_float<const D: usize>(
        &mut self,
        param: burn::module::Param<Tensor<D>>,
    ) -> burn::module::Param<Tensor<D>> {
        param.map(|t| (t + 1.0).detach())
    }
}

#[test]
fn sharpening_keeps_black_white_and_the_middle() {
    let soft =
        Tensor::<1>::from_floats([0.0, 0.5, 1.0, 0.2], &Device::flex()).reshape([1, 1, 2, 2]);
    let values = |times| {
        let sharp = structure::sharpened(soft.clone(), times);
        sharp.into_data().try_into_vec::<f32>().unwrap()
    };
    assert_eq!(values(0), [0.0, 0.5, 1.0, 0.2]);
    // odds 1 : 4, squared twice: 1 : 256
    let twice = values(2);
    assert_eq!(twice[..3], [0.0, 0.5, 1.0]);
    assert!((twice[3] - 1.0 / 257.0).abs() < 1e-6);
}
