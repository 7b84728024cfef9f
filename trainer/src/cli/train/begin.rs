//! From arguments to a training: the resolved configuration, the run's folder, the stage.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::ensure;
use burn::tensor::Device;
use scanweave::networks::config::LatentForm;
use scanweave::train::{Cadence, Schedule, Trainee};

use super::Args;
use super::foundations::{Sources, restored};
use crate::cli::Usage;
use crate::data::{Prepared, split};
use crate::run::{Checkpoint, Configuration, Directory, Limit, METHOD, Stage};
use crate::stages::{
    Ending, Foundations, Lesion, Synthesis, Translator, lesion_statistics, structure, train,
};
use crate::study::StudyAndRecipe;

/// One stage that is to be trained.
pub struct Job<'a> {
    pub args: &'a Args,
    pub stage: Stage,
    /// The run's folder.
    pub run: PathBuf,
    /// The finished runs that it builds on.
    pub sources: Sources,
    /// Go on where the run stands.
    pub resume: bool,
}

impl<'a> Job<'a> {
    /// The stage that the arguments ask for.
    pub fn of(args: &'a Args, stage: Stage) -> Self {
        Self {
            args,
            stage,
            run: args.run.clone(),
            sources: Sources {
                structure: args.structure.clone(),
                lesion: args.lesion.clone(),
                translator: args.translator.clone(),
            },
            resume: args.resume,
        }
    }

    /// Everything that decides what the run computes.
    pub fn resolve(&self, data: &Prepared) -> anyhow::Result<Configuration> {
        let args = self.args;
        let StudyAndRecipe { study, recipe } = &args.chosen;
        self.sources.check(self.stage, study, recipe)?;
        let preset = args.preset;
        let mut geometry = preset.geometry();
        if let Some(latent) = args.latent {
            if geometry.latent_form == LatentForm::Plane {
                let text = "--latent goes with latents that are vectors: that of --preset paper is an image of 64 x 64 values";
                return Err(Usage(text.into()).into());
            }
            geometry.latent = latent.into();
        }
        if let Some(width) = args.segmenter_width {
            geometry.segmenter_width = width.into();
        }
        check_data(data, args, geometry.size)?;
        self.tell_unlabelled(data);
        let found = self.sources.open(study, geometry.size)?;
        found.warn_of_other_data(&data.fingerprint);
        let fingerprint = |c: &Option<(Configuration, Checkpoint)>| {
            c.as_ref().map(|(_, checkpoint)| checkpoint.fingerprint())
        };
        let statistics = (self.stage == Stage::Synthesis)
            .then(|| lesion_statistics(data, &study.lesion))
            .flatten();
        Ok(Configuration {
            version: env!("CARGO_PKG_VERSION").into(),
            method: METHOD,
            stage: self.stage,
            study: study.clone(),
            recipe: recipe.clone(),
            preset,
            geometry,
            data: data.fingerprint.clone(),
            structure: fingerprint(&found.structure),
            lesion: fingerprint(&found.lesion),
            translator: fingerprint(&found.translator),
            lesions: statistics,
            batch: args.batch.into(),
            rate: self.rate(),
            seed: args.seed,
            pretraining: self.pretraining(),
            augment: args.augment,
            strict: args.strict,
        })
    }

    /// Trains until the limit or until `stop` is set.
    pub fn train(
        &self,
        data: &Prepared,
        configuration: &Configuration,
        stop: &Arc<AtomicBool>,
    ) -> anyhow::Result<Ending> {
        let device = self.args.device.open()?.autodiff();
        match self.stage {
            Stage::Structure => {
                let trainee = structure(data, configuration, &device)?;
                self.start(trainee, configuration, stop)
            }
            Stage::Lesion => {
                let trainee = Lesion::new(data, configuration, &device)?;
                self.start(trainee, configuration, stop)
            }
            Stage::Translator => {
                let trainee = Translator::new(data, configuration, &device)?;
                self.start(trainee, configuration, stop)
            }
            Stage::Synthesis => {
                let foundations = self.foundations(configuration, &device)?;
                let trainee = Synthesis::new(data, configuration, foundations, &device)?;
                self.start(trainee, configuration, stop)
            }
        }
    }

    /// Says how many images are left out because nobody knows their class.
    fn tell_unlabelled(&self, data: &Prepared) {
        let study = &self.args.chosen.study;
        let needed = match self.stage {
            Stage::Structure => !self.args.chosen.recipe.structure_classes.is_empty(),
            Stage::Synthesis => true,
            Stage::Lesion | Stage::Translator => false,
        };
        let training = split::training(&data.items);
        let unlabelled = training.iter().filter(|i| !study.lesion.trains(&i.label));
        let count = unlabelled.count();
        if needed && count > 0 {
            eprintln!(
                "note: {count} of {} training images have no class that the study knows; the {} stage leaves them out",
                training.len(),
                self.stage
            );
        }
    }

    fn foundations(
        &self,
        configuration: &Configuration,
        device: &Device,
    ) -> anyhow::Result<Foundations> {
        let size = configuration.geometry.size;
        let found = self.sources.open(&configuration.study, size)?;
        let networks = restored(found, device)?;
        let structure = networks
            .structure
            .expect("checked when the run was resolved");
        let plain = device.clone().inner();
        Foundations::new(
            structure,
            networks.lesion,
            networks.translator,
            configuration,
            &plain,
        )
    }

    fn start<T: Trainee>(
        &self,
        trainee: T,
        configuration: &Configuration,
        stop: &Arc<AtomicBool>,
    ) -> anyhow::Result<Ending>
    where
        anyhow::Error: From<T::Error>,
    {
        let (directory, from) = self.open(configuration)?;
        let limit = self.limit();
        let schedule = Schedule {
            steps: limit.steps(),
            losses: Cadence(20),
            sheet: Cadence(self.args.sheet_every),
            checkpoint: Cadence(self.args.save_every),
        };
        let batch = self.args.batch.into();
        train(trainee, &directory, from, schedule, limit, batch, stop)
    }

    /// What each stage has learnt fastest with, and without its losses going astray.
    fn rate(&self) -> f64 {
        self.args.rate.unwrap_or(match self.stage {
            Stage::Structure => 6e-4,
            Stage::Lesion => 1e-3,
            Stage::Translator => 4e-4,
            Stage::Synthesis => 2e-4,
        })
    }

    /// The ablation of the thesis does without.
    fn pretraining(&self) -> u64 {
        let usual = if self.args.ablation.is_some() {
            0
        } else {
            1000
        };
        self.args.pretraining.unwrap_or(usual)
    }

    /// When the stage ends.
    pub fn limit(&self) -> Limit {
        let minutes = |m: f64| Limit::Time(Duration::from_secs_f64(m * 60.0));
        let steps = self.args.steps.unwrap_or(match self.stage {
            Stage::Structure => 2400,
            Stage::Lesion | Stage::Translator => 900,
            Stage::Synthesis => 2000,
        });
        self.args.minutes.map_or(Limit::Steps(steps), minutes)
    }

    fn open(
        &self,
        configuration: &Configuration,
    ) -> anyhow::Result<(Directory, Option<Checkpoint>)> {
        let device = self.args.device.to_string();
        if !self.resume {
            let directory = Directory::create(&self.run, configuration)?;
            directory.begin(&device, None)?;
            return Ok((directory, None));
        }
        let directory = Directory::resume(&self.run, configuration)?;
        let newest = directory.newest()?;
        if newest.is_none() {
            eprintln!(
                "no checkpoint in {} yet: beginning at step 0",
                self.run.display()
            );
        }
        directory.begin(&device, newest.as_ref())?;
        Ok((directory, newest))
    }
}

/// The data is of this study and size, and there is somebody to test on.
fn check_data(data: &Prepared, args: &Args, size: usize) -> anyhow::Result<()> {
    let (header, file, study) = (&data.header, args.data.display(), &args.chosen.study);
    ensure!(
        header.study == study.name,
        "{file} was prepared for the study {}, not {}: prepare it again",
        header.study,
        study.name
    );
    ensure!(
        header.modalities == study.modalities && header.label == study.lesion,
        "{file} was prepared for other modalities or labels than the study {} has now: prepare it again",
        study.name
    );
    ensure!(
        header.size == size,
        "{file} holds images of {} px, the preset works at {size} px: prepare it again with --size {size}",
        header.size
    );
    let subjects: std::collections::BTreeSet<_> = data.items.iter().map(|i| &i.subject).collect();
    ensure!(
        subjects.len() > 1,
        "{file} holds one subject only, so nothing could be tested on another: add subjects"
    );
    Ok(())
}

/// Where a stage's run lies below the folder of `train all`.
pub fn below(folder: &Path, stage: Stage) -> PathBuf {
    folder.join(stage.to_string())
}
