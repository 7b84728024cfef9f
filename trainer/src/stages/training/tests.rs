//! The loop on a trainee whose losses are written down beforehand.

use burn::tensor::{Device, Tensor};
use scanweave::image::{Image, Plane};
use scanweave::study::{Preset, Study};
use scanweave::train::steps::{NamedLosses, Section};
use scanweave::train::{Better, Cadence, Figures, Loader, Recipe};

use super::*;
use crate::device::Choice;
use crate::files;
use crate::run::{Configuration, State};

/// Loses `losses[step]` at each step and is as good as `figures[step / 2]` says.
struct Script {
    device: Device,
    losses: Vec<f32>,
    errors: Vec<f64>,
    steps: u64,
}

struct Numbers;

impl Loader for Numbers {
    type Batch = u64;

    fn batch(&self, step: u64) -> u64 {
        step
    }
}

impl Trainee for Script {
    type Loader = Numbers;
    type Error = anyhow::Error;

    fn loader(&self) -> Arc<Numbers> {
        Arc::new(Numbers)
    }

    async fn step(&mut self, step: u64, batch: u64) -> anyhow::Result<NamedLosses> {
        assert_eq!(step, batch, "the loader is in step");
        let loss = self.losses[step as usize % self.losses.len()];
        self.steps = step + 1;
        let loss = Tensor::from_floats([loss], &self.device);
        Ok(vec![("scripted", loss)])
    }

    async fn validate(&self) -> anyhow::Result<Option<Figures>> {
        let error = self.errors[self.steps as usize / 2 % self.errors.len()];
        Ok(Some(Figures {
            values: vec![("error".into(), error)],
            rows: Vec::new(),
            decisive: "error".into(),
            better: Better::Lower,
        }))
    }

    async fn sheet(&self) -> anyhow::Result<Vec<Vec<Image>>> {
        Ok(vec![vec![Plane::filled(4, 4, 0.5).into()]])
    }

    fn save(&self) -> Vec<Section> {
        vec![("steps".into(), self.steps.to_le_bytes().into())]
    }

    fn load(mut self, sections: &[Section]) -> anyhow::Result<Self> {
        self.steps = u64::from_le_bytes(sections[0].1.as_slice().try_into()?);
        Ok(self)
    }
}

fn configuration() -> Configuration {
    Configuration {
        method: crate::run::METHOD,
        version: "0".into(),
        stage: "structure".into(),
        recipe: Recipe::of(&Study::named("phantom-thorax").unwrap()),
        study: Study::named("phantom-thorax").unwrap(),
        preset: Preset::Tiny,
        geometry: Preset::Tiny.geometry(),
        data: String::new(),
        foundations: std::collections::BTreeMap::new(),
        batch: 2,
        rate: 1e-3,
        seed: 1,
        settings: serde_json::Value::Null,
    }
}

/// A sitting of `steps` steps in all, logging and saving at every second one.
fn sit(
    directory: &Directory,
    losses: &[f32],
    errors: &[f64],
    steps: u64,
) -> anyhow::Result<Ending> {
    let from = directory.newest()?;
    directory.begin("flex", from.as_ref())?;
    let script = Script {
        device: Choice::Flex.open()?,
        losses: losses.into(),
        errors: errors.into(),
        steps: 0,
    };
    let limit = Limit::Steps(steps);
    let schedule = Schedule {
        steps: limit.steps(),
        losses: Cadence(2),
        sheet: Cadence(100),
        checkpoint: Cadence(2),
    };
    train(script, directory, from, schedule, limit, 2, &Arc::default())
}

fn run() -> (tempfile::TempDir, Directory) {
    let folder = tempfile::tempdir().unwrap();
    let directory = Directory::create(&folder.path().join("run"), &configuration()).unwrap();
    (folder, directory)
}

#[test]
fn a_loss_that_is_no_number_stops_the_training_before_it_is_saved() {
    let (_folder, directory) = run();
    let mut losses = [0.5f32; 12];
    losses[6..].fill(f32::NAN);
    let error = sit(&directory, &losses, &[1.0], 12)
        .unwrap_err()
        .to_string();
    for word in [
        "step 8",
        "`scripted`",
        "NaN",
        "step-00000006.ckpt",
        "--rate",
    ] {
        assert!(error.contains(word), "`{word}`: {error}");
    }
    assert_eq!(directory.newest().unwrap().unwrap().step, 6);
    let page = files::read_whole(&directory.path().join("report.html"), files::LOG).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("diverged") && page.contains("`scripted` is NaN"));
    let path = directory.path().to_owned();
    drop(directory);
    let (directory, _) = Directory::open(&path).unwrap();
    assert_eq!(directory.record().state, State::Diverged);
}

#[test]
fn an_exploding_loss_stops_the_training() {
    let (_folder, directory) = run();
    let losses: Vec<f32> = (0..40).map(|i| if i < 20 { 0.5 } else { 1e6 }).collect();
    let error = sit(&directory, &losses, &[1.0], 40)
        .unwrap_err()
        .to_string();
    for word in ["step 26", "`scripted`", "above 500", "3 logs", ".ckpt"] {
        assert!(error.contains(word), "`{word}`: {error}");
    }
}

#[test]
fn a_validation_figure_that_is_no_number_is_never_saved() {
    let (_folder, directory) = run();
    let error = sit(&directory, &[0.5], &[1.0, 0.8, f64::NAN], 8).unwrap_err();
    assert!(error.to_string().contains("`error` is NaN"), "{error}");
    assert_eq!(directory.newest().unwrap().unwrap().step, 2);
}

#[test]
fn the_best_checkpoint_is_kept_beside_the_last() {
    let (_folder, directory) = run();
    let errors = [9.0, 0.5, 0.2, 0.4, 0.3, 0.2, 0.6];
    sit(&directory, &[0.5], &errors, 12).unwrap();
    let best = directory.path().join("checkpoints/best.ckpt");
    assert_eq!(Checkpoint::read(&best).unwrap().step, 4);
    assert_eq!(directory.newest().unwrap().unwrap().step, 12);
    let history = directory.statistics().read().unwrap();
    assert_eq!(history.best().unwrap().step, 4);
    assert_eq!(history.validations.len(), 6);
}

#[test]
fn a_sitting_that_follows_a_killed_one_repeats_no_step() {
    let (_folder, directory) = run();
    let errors = [9.0, 0.5, 0.4, 0.3];
    sit(&directory, &[0.5], &errors, 6).unwrap();
    let checkpoints = directory.path().join("checkpoints");
    // As if it had been killed after it had logged step 6 and while it saved it.
    files::write_whole(&checkpoints.join("step-00000006.ckpt"), b"half").unwrap();
    sit(&directory, &[0.5], &errors, 6).unwrap();
    let history = directory.statistics().read().unwrap();
    let steps: Vec<u64> = history.losses.iter().map(|l| l.step).collect();
    assert_eq!(steps, [1, 2, 4, 6]);
    let steps: Vec<u64> = history.validations.iter().map(|l| l.step).collect();
    assert_eq!(steps, [2, 4, 6]);
    assert_eq!(
        Checkpoint::read(&checkpoints.join("best.ckpt"))
            .unwrap()
            .step,
        6
    );
    assert_eq!(directory.record().sittings.len(), 2);
}
