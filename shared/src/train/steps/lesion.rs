//! The lesion stage (22): one segmenter per modality, trained on real images before it guides (15).

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::{
    NamedLosses, Optimizer, RestoreError, Section, average, load_module, save_module, sum,
};
use crate::networks::Unet;
use crate::networks::config::UnetConfig;
use crate::study::{Geometry, Study};
use crate::train::SegmenterWeights;
use crate::train::guides::segmentation_terms;

/// Share of the averaged networks kept per step.
const AVERAGE_DECAY: f32 = 0.99;

/// What one step learns from: images of one modality.
pub struct LesionBatch {
    /// Index of the modality in the study.
    pub modality: usize,
    /// `[batch, channels, size, size]`, 0..=1.
    pub image: Tensor<4>,
    /// `[batch, 1 + classes, size, size]`, one-hot, the background first.
    pub label: Tensor<4>,
}

/// The segmenters that are measured and exported, one per modality: averages over the training.
#[derive(Clone)]
pub struct LesionNetworks {
    /// G_l, in the study's order of modalities.
    pub segmenters: Vec<Unet>,
}

impl LesionNetworks {
    /// Those of a finished training, from a checkpoint's sections, on `device`, which has no autodiff.
    ///
    /// # Errors
    /// When the checkpoint lacks one of them or holds other networks.
    pub fn finished(
        study: &Study,
        geometry: &Geometry,
        sections: &[Section],
        device: &Device,
    ) -> Result<Self, RestoreError> {
        let config = configuration(study, geometry);
        let segmenters = study.modalities.iter().map(|_| config.init(device));
        let fresh = Self {
            segmenters: segmenters.collect(),
        };
        fresh.load(sections)
    }

    fn load(mut self, sections: &[Section]) -> Result<Self, RestoreError> {
        for (i, segmenter) in self.segmenters.iter_mut().enumerate() {
            let name = format!("averaged.{}", name(i));
            *segmenter = load_module(&name, segmenter.clone(), sections)?;
        }
        Ok(self)
    }
}

/// Segmenters, optimizers and averages of the lesion stage.
pub struct LesionStage {
    segmenters: Vec<Unet>,
    adam: Vec<Optimizer>,
    averaged: LesionNetworks,
}

/// The configuration of every segmenter of a study at a geometry.
pub fn configuration(study: &Study, geometry: &Geometry) -> UnetConfig {
    UnetConfig {
        inputs: study.channels(),
        outputs: 1 + study.label_planes(),
        width: geometry.segmenter_width,
        depth: geometry.guide_depth(),
        condition: 0,
    }
}

impl LesionStage {
    /// Fresh segmenters on an autodiff device, learning rate `rate`.
    pub fn new(study: &Study, geometry: &Geometry, rate: f64, device: &Device) -> Self {
        let config = configuration(study, geometry);
        let count = study.modalities.len();
        let segmenters: Vec<Unet> = (0..count).map(|_| config.init(device)).collect();
        Self {
            averaged: LesionNetworks {
                segmenters: segmenters.iter().map(Module::valid).collect(),
            },
            segmenters,
            adam: (0..count).map(|i| Optimizer::new(&name(i), rate)).collect(),
        }
    }

    /// One step of the segmenter of the batch's modality. Returns the losses as they were weighted.
    pub fn step(&mut self, batch: LesionBatch, weights: &SegmenterWeights) -> NamedLosses {
        let at = batch.modality;
        let logits = self.segmenters[at].logits(batch.image);
        let [dice, cross_entropy] = segmentation_terms(logits, batch.label, weights);
        let losses = vec![("dice", dice), ("cross-entropy", cross_entropy)];
        let stepped = self.adam[at].step(self.segmenters[at].clone(), &sum(&losses));
        let old = self.averaged.segmenters[at].clone();
        self.averaged.segmenters[at] = average(old, &stepped, AVERAGE_DECAY);
        self.segmenters[at] = stepped;
        losses
    }

    /// The averaged segmenters.
    pub fn averaged(&self) -> &LesionNetworks {
        &self.averaged
    }

    /// Everything that a resumed training needs.
    pub fn save(&self) -> Vec<Section> {
        let of = |prefix: &'static str, networks: &[Unet]| {
            let sections = networks.iter().enumerate();
            sections
                .map(|(i, network)| save_module(&format!("{prefix}{}", name(i)), network))
                .collect::<Vec<_>>()
        };
        let mut sections = of("", &self.segmenters);
        sections.extend(of("averaged.", &self.averaged.segmenters));
        sections.extend(self.adam.iter().map(Optimizer::save));
        sections
    }

    /// Restores what [`LesionStage::save`] gave.
    pub fn load(mut self, sections: &[Section]) -> Result<Self, RestoreError> {
        for (i, adam) in self.adam.iter_mut().enumerate() {
            self.segmenters[i] = load_module(&name(i), self.segmenters[i].clone(), sections)?;
            adam.load(sections)?;
        }
        self.averaged = self.averaged.load(sections)?;
        Ok(self)
    }
}

fn name(modality: usize) -> String {
    format!("segmenter.{modality}")
}
