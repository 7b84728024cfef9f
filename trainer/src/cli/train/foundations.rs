//! The finished runs that the synthesis stage builds on.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use burn::tensor::Device;
use scanweave::study::Study;
use scanweave::train::Recipe;
use scanweave::train::steps::{
    LesionNetworks, LesionStage, StructureNetworks, StructureStage, TranslatorNetworks,
    TranslatorStage,
};

use crate::cli::Usage;
use crate::run::{Checkpoint, Configuration, Directory, Stage};

/// Folders of runs.
#[derive(Default)]
pub struct Sources {
    pub structure: Option<PathBuf>,
    pub lesion: Option<PathBuf>,
    pub translator: Option<PathBuf>,
}

/// What the folders hold.
pub struct Found {
    pub structure: Option<(Configuration, Checkpoint)>,
    pub lesion: Option<(Configuration, Checkpoint)>,
    pub translator: Option<(Configuration, Checkpoint)>,
}

impl Found {
    /// Says which runs have learnt from other data than `fingerprint`: their training subjects may be
    /// the test subjects of this one.
    pub fn warn_of_other_data(&self, fingerprint: &str) {
        let found = [&self.structure, &self.lesion, &self.translator];
        for (configuration, _) in found.into_iter().flatten() {
            if configuration.data != fingerprint {
                eprintln!(
                    "warning: the {} run has learnt from another data file than this one: what it was trained on may be in this file's test split",
                    configuration.stage
                );
            }
        }
    }
}

/// The averaged networks of the checkpoints, outside the autodiff graph.
pub struct Networks {
    pub structure: Option<StructureNetworks>,
    pub lesion: Option<LesionNetworks>,
    pub translator: Option<TranslatorNetworks>,
}

/// Whether the study's label guides the generator (15).
pub fn needs_lesion(study: &Study, recipe: &Recipe) -> bool {
    study.lesion.is_segmented() && recipe.lesion_guides()
}

/// Whether several modalities are held in register (16).
pub fn needs_translator(study: &Study, recipe: &Recipe) -> bool {
    study.modalities.len() > 1 && recipe.registers()
}

impl Sources {
    /// The synthesis stage gets what it needs, and no other stage gets anything.
    pub fn check(&self, stage: Stage, study: &Study, recipe: &Recipe) -> anyhow::Result<()> {
        let synthesis = stage == Stage::Synthesis;
        let runs = [
            ("structure", &self.structure, synthesis),
            (
                "lesion",
                &self.lesion,
                synthesis && needs_lesion(study, recipe),
            ),
            (
                "translator",
                &self.translator,
                synthesis && needs_translator(study, recipe),
            ),
        ];
        for (name, given, needed) in runs {
            if given.is_some() && !synthesis {
                return Err(Usage(format!("--{name} belongs to `train synthesis`")).into());
            }
            if given.is_none() && needed {
                return Err(Usage(format!(
                    "`train synthesis` needs --{name} RUN, a finished `train {name}` run"
                ))
                .into());
            }
        }
        Ok(())
    }

    /// Reads the checkpoints: the best of lesion and translator runs, the newest of the structure run.
    pub fn open(&self, study: &Study, size: usize) -> anyhow::Result<Found> {
        let read = |run: &Option<PathBuf>, stage| {
            let run = run.as_deref();
            run.map(|run| checkpoint(run, stage, study, size))
                .transpose()
        };
        Ok(Found {
            structure: read(&self.structure, Stage::Structure)?,
            lesion: read(&self.lesion, Stage::Lesion)?,
            translator: read(&self.translator, Stage::Translator)?,
        })
    }
}

fn checkpoint(
    run: &Path,
    stage: Stage,
    study: &Study,
    size: usize,
) -> anyhow::Result<(Configuration, Checkpoint)> {
    let (directory, configuration) = Directory::open(run)?;
    let name = run.display();
    ensure!(
        configuration.stage == stage,
        "{name} is a {} run, not a {stage} run",
        configuration.stage
    );
    ensure!(
        configuration.study.name == study.name && configuration.geometry.size == size,
        "{name} is of another study or preset"
    );
    let chosen = directory.chosen(stage)?;
    let chosen = chosen.with_context(|| format!("{name} has no checkpoint yet: train it first"))?;
    Ok((configuration, chosen))
}

/// The networks of what was found.
pub fn restored(found: Found, device: &Device) -> anyhow::Result<Networks> {
    let structure = found.structure.map(|(c, checkpoint)| {
        let fresh = StructureStage::new(&c.geometry, c.rate, device);
        let loaded = fresh.load_finished(&checkpoint.sections)?;
        anyhow::Ok(loaded.averaged().clone())
    });
    let lesion = found.lesion.map(|(c, checkpoint)| {
        let fresh = LesionStage::new(&c.study, &c.geometry, c.rate, device);
        let loaded = fresh.load_finished(&checkpoint.sections)?;
        anyhow::Ok(loaded.averaged().clone())
    });
    let translator = found.translator.map(|(c, checkpoint)| {
        let fresh = TranslatorStage::new(&c.study, &c.recipe, &c.geometry, c.rate, device);
        let loaded = fresh.load_finished(&checkpoint.sections)?;
        anyhow::Ok(loaded.averaged().clone())
    });
    Ok(Networks {
        structure: structure.transpose()?,
        lesion: lesion.transpose()?,
        translator: translator.transpose()?,
    })
}
