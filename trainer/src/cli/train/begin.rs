//! From arguments to a training: the resolved configuration, the run's folder, the stage.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::ensure;
use scanweave::networks::config::LatentForm;
use scanweave::study::Geometry;
use scanweave::train::{Cadence, Schedule};

use super::Args;
use super::foundations::{Sources, warn_of_other_data};
use crate::cli::Usage;
use crate::data::Prepared;
use crate::run::{Configuration, Limit, METHOD};
use crate::stages::memory::{self, Machine, Sizes};
use crate::stages::stage::Asked;
use crate::stages::task::Task;
use crate::stages::{Ending, Stage};
use crate::study::StudyAndRecipe;

/// One stage that is to be trained.
pub struct Job<'a> {
    pub args: &'a Args,
    pub stage: &'static Stage,
    /// The run's folder.
    pub run: PathBuf,
    /// The finished runs that it builds on.
    pub sources: Sources,
    /// Go on where the run stands.
    pub resume: bool,
}

impl<'a> Job<'a> {
    /// The stage that the arguments ask for.
    pub fn of(args: &'a Args, stage: &'static Stage) -> Self {
        Self {
            args,
            stage,
            run: args.run.clone(),
            sources: args.of_stage.sources.clone(),
            resume: args.resume,
        }
    }

    /// Everything that decides what the run computes.
    pub fn resolve(&self, data: &Prepared) -> anyhow::Result<Configuration> {
        let args = self.args;
        let StudyAndRecipe { study, recipe } = &args.chosen;
        self.sources.check(self.stage, study, recipe)?;
        let geometry = geometry(args)?;
        let found = self.sources.open(study, geometry.size)?;
        warn_of_other_data(&found, &data.fingerprint);
        let fingerprints = found
            .iter()
            .map(|(name, run)| (name.clone(), run.checkpoint.fingerprint()));
        let asked = Asked {
            options: &args.of_stage.options,
            ablation: args.ablation.is_some(),
            data,
            study,
            seed: args.seed,
        };
        Ok(Configuration {
            version: env!("CARGO_PKG_VERSION").into(),
            method: METHOD,
            stage: self.stage.name.into(),
            study: study.clone(),
            recipe: recipe.clone(),
            preset: args.preset,
            geometry,
            data: data.fingerprint.clone(),
            foundations: fingerprints.collect(),
            batch: args.batch.into(),
            rate: args.rate.unwrap_or(self.stage.rate),
            seed: args.seed,
            settings: (self.stage.settings)(&asked)?,
        })
    }

    /// What its networks take of memory.
    ///
    /// # Errors
    /// When the machine that would train has less.
    pub fn memory(&self) -> anyhow::Result<String> {
        let StudyAndRecipe { study, recipe } = &self.args.chosen;
        let parts = (self.stage.networks)(&Sizes {
            study,
            recipe,
            geometry: &geometry(self.args)?,
            options: &self.args.of_stage.options,
        });
        let batch = self.args.batch.into();
        let table = memory::table(&parts, batch);
        let machine = self
            .args
            .device
            .is_processor()
            .then(Machine::here)
            .flatten();
        match memory::check(&parts, batch, machine) {
            Ok(()) => Ok(table),
            Err(error) => Err(error.context(table)),
        }
    }

    /// Trains until the limit or until `stop` is set.
    pub fn train(
        &self,
        data: &Prepared,
        configuration: &Configuration,
        stop: &Arc<AtomicBool>,
    ) -> anyhow::Result<Ending> {
        let size = configuration.geometry.size;
        let limit = self.limit();
        let task = Task {
            data,
            configuration,
            found: self.sources.open(&configuration.study, size)?,
            device: self.args.device.open()?.autodiff(),
            device_name: self.args.device.to_string(),
            run: &self.run,
            resume: self.resume,
            limit,
            schedule: Schedule {
                steps: limit.steps(),
                losses: Cadence(20),
                sheet: Cadence(self.args.sheet_every),
                checkpoint: Cadence(self.args.save_every),
            },
            stop,
        };
        (self.stage.train)(&task)
    }

    /// When the stage ends.
    pub fn limit(&self) -> Limit {
        let minutes = |m: f64| Limit::Time(Duration::from_secs_f64(m * 60.0));
        let steps = Limit::Steps(self.args.steps.unwrap_or(self.stage.steps));
        self.args.minutes.map_or(steps, minutes)
    }
}

/// The sizes of the networks.
fn geometry(args: &Args) -> anyhow::Result<Geometry> {
    let mut geometry = args.preset.geometry();
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
    Ok(geometry)
}

/// The data is of this study and size, there is somebody to test on, and each of the stages has what it needs.
pub fn check_data(data: &Prepared, args: &Args, stages: &[&Stage]) -> anyhow::Result<()> {
    let StudyAndRecipe { study, recipe } = &args.chosen;
    let (header, file, size) = (&data.header, args.data.display(), geometry(args)?.size);
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
    let mut stages = stages.iter();
    stages.try_for_each(|stage| (stage.check)(data, study, recipe))
}

/// Where a stage's run lies below the folder of `train all`.
pub fn below(folder: &Path, stage: &Stage) -> PathBuf {
    folder.join(stage.name)
}
