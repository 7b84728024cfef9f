//! What a stage is given to train: data, configuration, what it builds upon, and the folder of its run.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use burn::tensor::Device;
use scanweave::train::{Schedule, Trainee};

use super::training::{Ending, train};
use crate::data::Prepared;
use crate::run::{Checkpoint, Configuration, Directory, Foundations, Limit};

/// One sitting at one run.
pub struct Task<'a> {
    /// The prepared data.
    pub data: &'a Prepared,
    /// Everything that decides what the run computes.
    pub configuration: &'a Configuration,
    /// The finished runs that it builds upon, by stage.
    pub found: Foundations,
    /// Where it computes, with autodiff.
    pub device: Device,
    /// The device, as the command line names it.
    pub device_name: String,
    /// The run's folder.
    pub run: &'a Path,
    /// Go on where the run stands.
    pub resume: bool,
    /// When the training ends.
    pub limit: Limit,
    /// How often what happens.
    pub schedule: Schedule,
    /// Ends the sitting when somebody sets it.
    pub stop: &'a Arc<AtomicBool>,
}

impl Task<'_> {
    /// Trains until the limit or until somebody asks to stop. The run's folder is touched here and not before,
    /// so that what is wrong with the data leaves none behind.
    ///
    /// # Errors
    /// When the run cannot be written or is another's, and when the training diverges.
    pub fn train<T: Trainee>(&self, trainee: T) -> anyhow::Result<Ending>
    where
        anyhow::Error: From<T::Error>,
    {
        let (directory, from) = self.open()?;
        let batch = self.configuration.batch;
        train(
            trainee,
            &directory,
            from,
            self.schedule,
            self.limit,
            batch,
            self.stop,
        )
    }

    fn open(&self) -> anyhow::Result<(Directory, Option<Checkpoint>)> {
        if !self.resume {
            let directory = Directory::create(self.run, self.configuration)?;
            directory.begin(&self.device_name, None)?;
            return Ok((directory, None));
        }
        let directory = Directory::resume(self.run, self.configuration)?;
        let newest = directory.newest()?;
        if newest.is_none() {
            eprintln!(
                "no checkpoint in {} yet: beginning at step 0",
                self.run.display()
            );
        }
        directory.begin(&self.device_name, newest.as_ref())?;
        Ok((directory, newest))
    }
}
