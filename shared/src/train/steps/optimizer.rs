//! Adam for one network, with its state in the checkpoint.
//!
//! All gradients of a network make one vector, and the method moves along it in a dozen operations. Parameter
//! by parameter it would be two thousand, and a graphics device would spend its time starting them.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, OptimizerRecord};
use burn::tensor::{Bytes, Gradients, Tensor};

use super::{RestoreError, Section, section};

/// The name of the one vector in the optimizer's state.
const VECTOR: u64 = 1;

/// Adam (Kingma 2015) with the betas of the method.
pub struct Optimizer {
    name: String,
    adam: ModuleOptimizer,
    rate: f64,
}

impl Optimizer {
    /// Adam with beta1 .5 and the given learning rate; `name` names the checkpoint section.
    pub fn new(name: &str, rate: f64) -> Self {
        let adam = AdamConfig::new()
            .with_beta_1(0.5)
            .with_beta_2(0.99)
            .with_epsilon(1e-8)
            .init();
        Self {
            name: format!("adam.vector.{name}"),
            adam,
            rate,
        }
    }

    /// One step of `module` down the gradient of `loss`; other networks in the graph stay.
    pub fn step<M: Module>(&mut self, module: M, loss: &Tensor<1>) -> M {
        self.follow(&mut loss.backward(), module)
    }

    /// One step of two modules down the gradient of one loss.
    pub fn step_both<A: Module, B: Module>(
        &mut self,
        other: &mut Self,
        pair: (A, B),
        loss: &Tensor<1>,
    ) -> (A, B) {
        let mut gradients = loss.backward();
        (
            self.follow(&mut gradients, pair.0),
            other.follow(&mut gradients, pair.1),
        )
    }

    fn follow<M: Module>(&mut self, gradients: &mut Gradients, module: M) -> M {
        let mut gathered = Gather {
            gradients: GradientsParams::from_module(gradients, &module),
            parts: Vec::new(),
        };
        module.visit(&mut gathered);
        let gradient = Tensor::cat(gathered.parts, 0);
        let origin = Tensor::from_inner(gradient.zeros_like());
        let vector = Vector {
            values: Param::initialized(ParamId::from(VECTOR), origin),
        };
        let mut along = GradientsParams::new();
        along.register(vector.values.id, gradient);
        let moved = self.adam.step(self.rate, vector, along);
        module.map(&mut Move {
            by: moved.values.val().inner(),
            done: 0,
        })
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

/// Where a step leads from zero.
#[derive(Module, Debug)]
struct Vector {
    values: Param<Tensor<1>>,
}

/// The gradients in the order of the parameters, zero where a loss does not reach one.
struct Gather {
    gradients: GradientsParams,
    parts: Vec<Tensor<1>>,
}

impl ModuleVisitor for Gather {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        if value.is_require_grad() {
            let found = self.gradients.remove::<D>(param.id);
            let gradient = found.unwrap_or_else(|| value.inner().zeros_like());
            self.parts.push(gradient.flatten(0, D - 1));
        }
    }
}

/// Moves the parameters that [`Gather`] saw, in the same order.
struct Move {
    by: Tensor<1>,
    done: usize,
}

impl ModuleMapper for Move {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !param.val().is_require_grad() {
            return param;
        }
        let (by, done) = (self.by.clone(), &mut self.done);
        param.map(|old| {
            let shape = old.shape();
            let length = shape.num_elements();
            let part = by.narrow(0, *done, length).reshape(shape);
            *done += length;
            Tensor::from_inner(old.inner() + part).require_grad()
        })
    }
}

#[cfg(test)]
mod tests {
    use burn::nn::{Linear, LinearConfig};
    use burn::tensor::Device;

    use super::*;
    use crate::networks::tensors::read_tensors;

    #[derive(Module, Debug)]
    struct Two {
        used: Linear,
        unused: Linear,
    }

    /// Against burn's own Adam, which goes parameter by parameter: the same bits, and what no loss
    /// reaches stays.
    #[test]
    fn one_vector_moves_as_its_parameters_would() {
        let device = Device::flex().autodiff();
        device.seed(3);
        let linear = || LinearConfig::new(3, 2).init(&device);
        let mut found = Two {
            used: linear(),
            unused: linear(),
        };
        let mut expected = found.clone();
        let untouched = read_tensors(&found.unused);
        let mut ours = Optimizer::new("two", 1e-2);
        let mut theirs = ours.adam.clone();
        for step in 1..4 {
            let x = Tensor::<2>::from_floats([[1.0, -2.0, 0.5 * step as f32]], &device);
            let loss = |two: &Two| two.used.forward(x.clone()).square().mean();
            let gradients = GradientsParams::from_grads(loss(&expected).backward(), &expected);
            expected = theirs.step(1e-2, expected, gradients);
            let down = loss(&found);
            found = ours.step(found, &down);
            assert_eq!(read_tensors(&found.used), read_tensors(&expected.used));
        }
        assert_eq!(read_tensors(&found.unused), untouched);
    }
}
