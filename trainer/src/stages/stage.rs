//! What a stage is to everything around it: the command line, the runs, the export.
//!
//! A stage is one file that fills in one [`Stage`]; `registry` lists them. Nobody else tells stages apart.

use burn::tensor::Device;
use scanweave::label::LesionStatistics;
use scanweave::study::Study;
use scanweave::style::Styles;
use scanweave::train::Recipe;
use scanweave::train::guides::Guide;
use scanweave::weights::Network;
use serde_json::Value;

use super::memory::{Part, Sizes};
use super::options::{Options, StageOption};
use super::task::Task;
use super::training::Ending;
use crate::data::Prepared;
use crate::run::{self, Finished, Pick};

/// A stage of the method.
pub struct Stage {
    /// Its name on the command line, in configurations and as the folder of its run below that of `train all`.
    pub name: &'static str,
    /// What it trains, for `--help`.
    pub about: &'static str,
    /// Whether `train all` has it for this study and recipe, so that whatever builds upon it needs its run.
    pub is_needed: fn(&Study, &Recipe) -> bool,
    /// Names of the stages whose finished runs it builds upon, as far as they are needed.
    pub builds_upon: &'static [&'static str],
    /// Steps of a training, unless the command line says otherwise.
    pub steps: u64,
    /// Learning rate of Adam that it has learnt fastest with, without its losses going astray.
    pub rate: f64,
    /// Options of the command line that are its alone.
    pub options: &'static [StageOption],
    /// What these options and the data come to: its part of the run's configuration, an object.
    pub settings: fn(&Asked) -> anyhow::Result<Value>,
    /// Whether the data has what it needs, asked before any stage trains.
    pub check: fn(&Prepared, &Study, &Recipe) -> anyhow::Result<()>,
    /// Begins or resumes its training.
    pub train: fn(&Task) -> anyhow::Result<Ending>,
    /// Its networks, for what they take of memory.
    pub networks: fn(&Sizes) -> Vec<Part>,
    /// What people should know of a training that has come to its end after so many steps.
    pub advice: fn(&Recipe, u64) -> Option<String>,
    /// The checkpoint that others build upon.
    pub pick: Pick,
    /// What of a finished run goes into a model; `None` for a stage that serves the training alone.
    pub export: Option<fn(&Finished, &Device) -> anyhow::Result<Exported>>,
}

/// Any guide.
pub type BoxedGuide = Box<dyn Guide>;

/// How a stage that has come to its end guides the generator.
pub struct Guiding {
    /// The stage.
    pub stage: &'static Stage,
    /// The guide that its finished run is, where the recipe wants it; the device has no autodiff.
    pub guide: fn(&Finished, &Recipe, &Device) -> anyhow::Result<Option<BoxedGuide>>,
    /// Its frozen networks, for what they take of memory beside the generator.
    pub networks: fn(&Sizes) -> Part,
}

/// What a run's settings are found from.
pub struct Asked<'a> {
    /// The stage's options, as they were given.
    pub options: &'a Options,
    /// Whether a row of the ablation is trained.
    pub ablation: bool,
    /// The prepared data.
    pub data: &'a Prepared,
    /// The study.
    pub study: &'a Study,
    /// Seed of everything random.
    pub seed: u64,
}

/// What a finished run gives a model.
#[derive(Default)]
pub struct Exported {
    /// Its networks, with their roles.
    pub networks: Vec<Network>,
    /// What lesions look like in its training set.
    pub lesions: Option<LesionStatistics>,
    /// How the styles of its training images are distributed.
    pub styles: Option<Styles>,
}

/// The settings of a stage that has none.
pub fn no_settings(_asked: &Asked) -> anyhow::Result<Value> {
    run::settings(&serde_json::Map::new())
}

/// The advice of a stage that has none.
pub fn no_advice(_recipe: &Recipe, _steps: u64) -> Option<String> {
    None
}
