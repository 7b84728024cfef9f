//! Exponential moving average of weights: what is sampled from and exported.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId};
use burn::tensor::{Tensor, container::TensorContainer};

/// `average * decay + current * (1 - decay)` for every parameter. `average` lives outside the
/// autodiff graph (it began as `current.valid()`).
pub fn average<M: Module>(average: M, current: &M, decay: f32) -> M {
    let mut collector = Collector {
        tensors: TensorContainer::new(),
    };
    current.visit(&mut collector);
    average.map(&mut Blend {
        current: collector.tensors,
        decay,
    })
}

struct Collector {
    tensors: TensorContainer<ParamId>,
}

impl ModuleVisitor for Collector {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.tensors.register(param.id, param.val().inner());
    }
}

struct Blend {
    current: TensorContainer<ParamId>,
    decay: f32,
}

impl ModuleMapper for Blend {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(current) = self.current.remove::<Tensor<D>>(&param.id) else {
            return param;
        };
        let decay = self.decay;
        param.map(|old| old.mul_scalar(decay) + current.mul_scalar(1.0 - decay))
    }
}
