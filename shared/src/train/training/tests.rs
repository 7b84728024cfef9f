//! The loop on a stage whose losses are written down beforehand: what is told, and when.

use std::sync::Arc;

use burn::tensor::{Device, Tensor};
use pollster::block_on;

use super::*;
use crate::image::Image;
use crate::train::reading::DeviceError;
use crate::train::schedule::Cadence;
use crate::train::steps::Section;

/// Loses `losses[step]` at each step.
struct Script {
    losses: Vec<f32>,
    finished: bool,
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
    type Error = DeviceError;

    fn loader(&self) -> Arc<Numbers> {
        Arc::new(Numbers)
    }

    async fn step(&mut self, step: u64, batch: u64) -> Result<NamedLosses, DeviceError> {
        assert_eq!(step, batch, "the loader is in step");
        let loss = Tensor::from_floats([self.losses[step as usize]], &Device::flex());
        Ok(vec![("scripted", loss)])
    }

    async fn sheet(&self) -> Result<Vec<Vec<Image>>, DeviceError> {
        Ok(Vec::new())
    }

    async fn finish(&mut self) -> Result<(), DeviceError> {
        self.finished = true;
        Ok(())
    }

    fn save(&self) -> Vec<Section> {
        Vec::new()
    }

    fn load(self, _: &[Section]) -> Result<Self, DeviceError> {
        Ok(self)
    }
}

fn training(losses: &[f32], steps: Option<u64>) -> Training<Script> {
    let script = Script {
        losses: losses.into(),
        finished: false,
    };
    let schedule = Schedule {
        steps,
        losses: Cadence(2),
        sheet: Cadence(3),
        checkpoint: Cadence(2),
    };
    Training::new(script, 0, schedule, Watch::default())
}

fn advance(training: &mut Training<Script>) -> Vec<Event> {
    let batch = training.trainee().loader().batch(training.step());
    block_on(training.advance(batch, || false)).unwrap()
}

fn told(loss: f32) -> Event {
    Event::Losses(vec![("scripted", loss)])
}

#[test]
fn each_event_comes_when_it_is_due() {
    let mut training = training(&[0.1, 0.2, 0.3, 0.4, 0.5], Some(5));
    let events: Vec<_> = (0..5).map(|_| advance(&mut training)).collect();
    let expected = [
        vec![told(0.1)],
        vec![told(0.2), Event::CheckpointDue],
        vec![Event::SheetDue],
        vec![told(0.4), Event::CheckpointDue],
        vec![told(0.5), Event::Ended],
    ];
    assert_eq!(events, expected);
    assert!(!training.trainee().finished, "the caller finishes");
    let closing = block_on(training.finish()).unwrap();
    assert_eq!(closing, [Event::SheetDue, Event::CheckpointDue]);
    assert!(training.trainee().finished);
}

#[test]
fn a_limit_of_the_callers_own_ends_as_the_steps_do() {
    let mut training = training(&[0.1, 0.2, 0.3], None);
    advance(&mut training);
    advance(&mut training);
    let events = block_on(training.advance(2, || true)).unwrap();
    assert_eq!(events, [told(0.3), Event::Ended]);
}

#[test]
fn who_finishes_between_two_limits_is_told_the_losses_first() {
    let mut training = training(&[0.1, 0.2, 0.3], None);
    (0..3).for_each(|_| drop(advance(&mut training)));
    let events = block_on(training.finish()).unwrap();
    assert_eq!(events, [told(0.3), Event::SheetDue, Event::CheckpointDue]);
}

#[test]
fn no_state_whose_losses_are_no_numbers_is_kept() {
    let diverged = |event: &Event| matches!(event, Event::Diverged(d) if d.term == "scripted");
    let mut training = training(&[0.1, f32::NAN, 0.3, f32::NAN], None);
    advance(&mut training);
    let events = advance(&mut training);
    assert!(diverged(&events[1]) && events.len() == 2, "{events:?}");
    advance(&mut training);
    assert_eq!(block_on(training.pause()).unwrap(), Event::CheckpointDue);

    let mut training = self::training(&[0.1, 0.2, f32::NAN], None);
    (0..3).for_each(|_| drop(advance(&mut training)));
    assert!(diverged(&block_on(training.pause()).unwrap()));
    let events = block_on(training.finish()).unwrap();
    assert!(diverged(events.last().unwrap()) && !training.trainee().finished);
}

#[test]
fn a_loss_that_has_leapt_is_not_kept_and_one_that_stays_ends_the_training() {
    let mut losses = vec![0.5; 20];
    losses.extend([1e6; 10]);
    let mut training = training(&losses, None);
    let events: Vec<_> = (0..26).map(|_| advance(&mut training)).collect();
    assert_eq!(events[21], [told(1e6)], "no checkpoint");
    assert_eq!(events[25][0], told(1e6));
    assert!(has_diverged(&events[25]), "{:?}", events[25]);
}
