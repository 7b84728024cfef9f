//! The finished runs that a stage builds upon.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::ensure;
use scanweave::study::Study;
use scanweave::train::Recipe;

use crate::cli::Usage;
use crate::run::{Finished, Foundations};
use crate::stages::{Stage, registry};

/// Folders of runs, by the name of their stage.
#[derive(Debug, Clone, Default)]
pub struct Sources(pub BTreeMap<String, PathBuf>);

impl Sources {
    /// A stage gets what it needs.
    ///
    /// # Errors
    /// [`Usage`], naming the run that lacks.
    pub fn check(&self, stage: &Stage, study: &Study, recipe: &Recipe) -> anyhow::Result<()> {
        for name in stage.builds_upon {
            let upon = registry::named(name).expect("a stage builds upon stages that there are");
            if !self.0.contains_key(*name) && (upon.is_needed)(study, recipe) {
                return Err(Usage(format!(
                    "`train {}` needs --{name} RUN, a finished `train {name}` run",
                    stage.name
                ))
                .into());
            }
        }
        Ok(())
    }

    /// Reads the checkpoints that others build upon.
    ///
    /// # Errors
    /// When a run is not of its stage, of this study and size, or has no checkpoint yet.
    pub fn open(&self, study: &Study, size: usize) -> anyhow::Result<Foundations> {
        let read = |(name, run): (&String, &PathBuf)| {
            let finished = finished(run, name, study, size)?;
            Ok((name.clone(), finished))
        };
        self.0.iter().map(read).collect()
    }
}

/// A finished run of the stage `wanted`, of this study and size.
///
/// # Errors
/// As [`Sources::open`].
pub fn finished(run: &Path, wanted: &str, study: &Study, size: usize) -> anyhow::Result<Finished> {
    let (stage, finished) = registry::finished(run)?;
    let (name, configuration) = (run.display(), &finished.configuration);
    ensure!(
        stage.name == wanted,
        "{name} is a {} run, not a {wanted} run",
        stage.name
    );
    ensure!(
        configuration.study.name == study.name && configuration.geometry.size == size,
        "{name} is of another study or preset"
    );
    Ok(finished)
}

/// Says which runs have learnt from other data than `fingerprint`: their training subjects may be the test
/// subjects of this one.
pub fn warn_of_other_data(found: &Foundations, fingerprint: &str) {
    for (stage, run) in found {
        if run.configuration.data != fingerprint {
            eprintln!(
                "warning: the {stage} run has learnt from another data file than this one: what it was trained on may be in this file's test split"
            );
        }
    }
}
