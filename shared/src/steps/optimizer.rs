//! Adam for one network, with its state in the checkpoint.

use burn::module::Module;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, OptimizerRecord};
use burn::tensor::{Bytes, Tensor};

use super::{RestoreError, Section, section};

/// Adam (Kingma 2015) with the betas of the method.
pub struct Optimizer {
    name: String,
    adam: ModuleOptimizer,
    rate: f64,
}

impl Optimizer {
    /// Adam with beta1 .5 and the given learning rate; `name` is the checkpoint section.
    pub fn new(name: &str, rate: f64) -> Self {
        let adam = AdamConfig::new()
            .with_beta_1(0.5)
            .with_beta_2(0.99)
            .with_epsilon(1e-8)
            .init();
        Self {
            name: format!("adam.{name}"),
            adam,
            rate,
        }
    }

    /// One step of `module` down the gradient of `loss`; other networks in the graph stay.
    pub fn step<M: Module>(&mut self, module: M, loss: &Tensor<1>) -> M {
        let gradients = GradientsParams::from_grads(loss.backward(), &module);
        self.adam.step(self.rate, module, gradients)
    }

    /// One step of two modules down the gradient of one loss.
    pub fn step_both<A: Module, B: Module>(
        &mut self,
        other: &mut Self,
        pair: (A, B),
        loss: &Tensor<1>,
    ) -> (A, B) {
        let mut gradients = loss.backward();
        let first = GradientsParams::from_module(&mut gradients, &pair.0);
        let second = GradientsParams::from_module(&mut gradients, &pair.1);
        (
            self.adam.step(self.rate, pair.0, first),
            other.adam.step(other.rate, pair.1, second),
        )
    }

    /// The optimizer's state.
    pub fn save(&self) -> Section {
        let bytes = self
            .adam
            .to_record()
            .into_bytes()
            .expect("a state in memory can be packed");
        (self.name.clone(), bytes.to_vec())
    }

    /// Restores what [`Optimizer::save`] gave.
    pub fn load(&mut self, sections: &[Section]) -> Result<(), RestoreError> {
        let bytes = Bytes::from_bytes_vec(section(&self.name, sections)?.to_vec());
        let record = OptimizerRecord::from_bytes(bytes);
        let record = record.map_err(|e| RestoreError::Unfit(self.name.clone(), e.to_string()))?;
        self.adam = self.adam.clone().load_record(record);
        Ok(())
    }
}
