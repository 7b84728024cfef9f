//! The kernels as operations of burn, with their gradients.

use crate::convolution;
use crate::geometry::Geometry;
use crate::norm::{self, Form, Moments};
use crate::planes;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Flex, TensorMetadata};
use burn::tensor::{Tensor, TensorData};
use scanweave::networks::{Arithmetic, EPSILON, Plain, SLOPE};
use std::borrow::Cow;

type Differentiable = Autodiff<Flex>;
type Bare = FloatTensor<Flex>;
type Tracked = FloatTensor<Differentiable>;

const FORM: Form = Form {
    epsilon: EPSILON as f32,
    slope: SLOPE as f32,
};

/// Tensors of burn's flex backend go through the kernels of this crate, all others burn's way.
#[derive(Debug, Clone, Copy)]
pub struct Processor;

impl Arithmetic for Processor {
    fn convolved(
        &self,
        x: Tensor<4>,
        weight: Tensor<4>,
        bias: Option<Tensor<1>>,
        stride: usize,
    ) -> Tensor<4> {
        let bias = bias.unwrap_or_else(|| Tensor::zeros([weight.dims()[0]], &weight.device()));
        let geometry = geometry(&x, &weight, stride);
        if let Some(parents) = tracked(&x, &weight, &bias) {
            Tensor::from_primitive::<Differentiable>(convolved(geometry, parents))
        } else if let Some([x, weight, bias]) = bare(&x, &weight, &bias) {
            Tensor::from_primitive::<Flex>(pass(&geometry, [&x, &weight, &bias]))
        } else {
            Plain.convolved(x, weight, Some(bias), stride)
        }
    }

    fn rectified_norm(&self, x: Tensor<4>, scale: Tensor<2>, shift: Tensor<2>) -> Tensor<4> {
        let shape = x.dims();
        if let Some(parents) = tracked(&x, &scale, &shift) {
            Tensor::from_primitive::<Differentiable>(rectified(shape, parents))
        } else if let Some([x, scale, shift]) = bare(&x, &scale, &shift) {
            let (y, _) = norm::forward(FORM, &values(&x), &values(&scale), &values(&shift));
            Tensor::from_primitive::<Flex>(tensor(y, shape))
        } else {
            Plain.rectified_norm(x, scale, shift)
        }
    }
}

/// The three as tensors with gradients, where all are.
fn tracked<const A: usize, const B: usize, const C: usize>(
    a: &Tensor<A>,
    b: &Tensor<B>,
    c: &Tensor<C>,
) -> Option<[Tracked; 3]> {
    let a = a.clone().try_into_primitive::<Differentiable>().ok()?;
    let b = b.clone().try_into_primitive::<Differentiable>().ok()?;
    let c = c.clone().try_into_primitive::<Differentiable>().ok()?;
    Some([a, b, c])
}

/// The three as tensors without gradients, where all are.
fn bare<const A: usize, const B: usize, const C: usize>(
    a: &Tensor<A>,
    b: &Tensor<B>,
    c: &Tensor<C>,
) -> Option<[Bare; 3]> {
    let a = a.clone().try_into_primitive::<Flex>().ok()?;
    let b = b.clone().try_into_primitive::<Flex>().ok()?;
    let c = c.clone().try_into_primitive::<Flex>().ok()?;
    Some([a, b, c])
}

fn geometry(x: &Tensor<4>, weight: &Tensor<4>, stride: usize) -> Geometry {
    let [batch, inputs, height, width] = x.dims();
    let [outputs, _, kernel, _] = weight.dims();
    Geometry {
        batch,
        inputs,
        outputs,
        height,
        width,
        kernel,
        stride,
    }
}

/// Row-major values.
fn values(tensor: &Bare) -> Cow<'_, [f32]> {
    if let Some(values) = tensor.as_slice() {
        return Cow::Borrowed(values);
    }
    let whole = tensor.to_contiguous();
    Cow::Owned(whole.as_slice().expect("it lies in a row").to_vec())
}

fn tensor<const D: usize>(values: Vec<f32>, shape: [usize; D]) -> Bare {
    Bare::from_data(TensorData::new(values, shape))
}

fn pass(geometry: &Geometry, [x, weight, bias]: [&Bare; 3]) -> Bare {
    let lines = planes::of_input(geometry, &values(x));
    let y = convolution::forward(geometry, &lines, &values(weight), &values(bias));
    let [height, width] = geometry.output();
    tensor(y, [geometry.batch, geometry.outputs, height, width])
}

/// What the gradients of a convolution need of its pass.
#[derive(Debug, Clone)]
struct Convolved {
    geometry: Geometry,
    x: Bare,
    weight: Bare,
}

#[derive(Debug)]
struct Convolution;

fn convolved(geometry: Geometry, [x, weight, bias]: [Tracked; 3]) -> Tracked {
    let nodes = [x.node(), weight.node(), bias.node()];
    let [x, weight, bias] = [x, weight, bias].map(Tracked::into_primitive);
    let y = pass(&geometry, [&x, &weight, &bias]);
    let operation = Convolution.prepare::<NoCheckpointing>(nodes);
    match operation.compute_bound().stateful() {
        OpsKind::Tracked(operation) => {
            let state = Convolved {
                geometry,
                x,
                weight,
            };
            operation.finish(state, y)
        }
        OpsKind::UnTracked(operation) => operation.finish(y),
    }
}

impl Backward<Flex, 3> for Convolution {
    type State = Convolved;

    fn backward(self, ops: Ops<Convolved, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [x, weight, bias] = ops.parents;
        let gradient = gradients.consume::<Flex>(&ops.node);
        let gradient = values(&gradient);
        let state = ops.state;
        let geometry = &state.geometry;
        if let Some(bias) = bias {
            let found = convolution::bias_gradient(geometry, &gradient);
            gradients.register::<Flex>(bias.id, tensor(found, [geometry.outputs]));
        }
        if x.is_none() && weight.is_none() {
            return;
        }
        let spread = planes::of_gradient(geometry, &gradient);
        if let Some(weight) = weight {
            // Laid out anew: it takes a hundredth of the time, and lines kept are memory beside the input's own.
            let lines = planes::of_input(geometry, &values(&state.x));
            let found = convolution::weight_gradient(geometry, &lines, &spread);
            let shape = shape(&state.weight);
            gradients.register::<Flex>(weight.id, tensor(found, shape));
        }
        if let Some(x) = x {
            let found = convolution::input_gradient(geometry, &spread, &values(&state.weight));
            let shape = shape(&state.x);
            gradients.register::<Flex>(x.id, tensor(found, shape));
        }
    }
}

fn shape(tensor: &Bare) -> [usize; 4] {
    tensor.shape().dims()
}

/// What the gradients of a norm need of its pass.
#[derive(Debug, Clone)]
struct Normed {
    shape: [usize; 4],
    x: Bare,
    scale: Bare,
    shift: Bare,
    moments: Vec<Moments>,
}

#[derive(Debug)]
struct RectifiedNorm;

fn rectified(shape: [usize; 4], [x, scale, shift]: [Tracked; 3]) -> Tracked {
    let nodes = [x.node(), scale.node(), shift.node()];
    let [x, scale, shift] = [x, scale, shift].map(Tracked::into_primitive);
    let (y, moments) = norm::forward(FORM, &values(&x), &values(&scale), &values(&shift));
    let y = tensor(y, shape);
    let operation = RectifiedNorm.prepare::<NoCheckpointing>(nodes);
    match operation.compute_bound().stateful() {
        OpsKind::Tracked(operation) => {
            let state = Normed {
                shape,
                x,
                scale,
                shift,
                moments,
            };
            operation.finish(state, y)
        }
        OpsKind::UnTracked(operation) => operation.finish(y),
    }
}

impl Backward<Flex, 3> for RectifiedNorm {
    type State = Normed;

    fn backward(self, ops: Ops<Normed, 3>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let gradient = gradients.consume::<Flex>(&ops.node);
        let state = ops.state;
        let found = norm::backward(
            FORM,
            &values(&state.x),
            &values(&state.scale),
            &values(&state.shift),
            &state.moments,
            &values(&gradient),
        );
        let [batch, channels, _, _] = state.shape;
        let [x, scale, shift] = ops.parents;
        if let Some(x) = x {
            gradients.register::<Flex>(x.id, tensor(found.x, state.shape));
        }
        if let Some(scale) = scale {
            gradients.register::<Flex>(scale.id, tensor(found.scale, [batch, channels]));
        }
        if let Some(shift) = shift {
            gradients.register::<Flex>(shift.id, tensor(found.shift, [batch, channels]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::{Device, Distribution};

    fn random<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
        Tensor::random(shape, Distribution::Uniform(-1.0, 1.0), device)
    }

    fn far<const D: usize>(a: Tensor<D>, b: Tensor<D>) -> f32 {
        assert_eq!(a.dims(), b.dims());
        (a - b).abs().max().into_scalar()
    }

    /// Another weight for each value, the same for both.
    fn weighing(shape: [usize; 4], device: &Device) -> Tensor<4> {
        let count = shape.iter().product::<usize>();
        let values = (0..count).map(|i| (i * 37 % 101) as f32 / 101.0 - 0.5);
        let values: Vec<f32> = values.collect();
        Tensor::<1>::from_floats(values.as_slice(), device).reshape(shape)
    }

    /// The pass and every gradient of both, for the same input.
    fn compare<const B: usize, const C: usize>(
        what: &str,
        parents: (Tensor<4>, Tensor<B>, Tensor<C>),
        pass: impl Fn(&dyn Arithmetic, Tensor<4>, Tensor<B>, Tensor<C>) -> Tensor<4>,
    ) {
        let device = Device::flex().autodiff();
        let (a, b, c) = parents;
        let [ours, plain] = [&Processor as &dyn Arithmetic, &Plain].map(|arithmetic| {
            let bare = pass(arithmetic, a.clone(), b.clone(), c.clone());
            let a = Tensor::from_inner(a.clone()).require_grad();
            let b = Tensor::from_inner(b.clone()).require_grad();
            let c = Tensor::from_inner(c.clone()).require_grad();
            let y = pass(arithmetic, a.clone(), b.clone(), c.clone());
            assert_eq!(
                far(y.clone().inner(), bare),
                0.0,
                "{what}: with and without gradients"
            );
            let gradients = (y.clone() * weighing(y.dims(), &device)).sum().backward();
            let of_a = a.grad(&gradients).expect("reached");
            let of_b = b.grad(&gradients).expect("reached");
            let of_c = c.grad(&gradients).expect("reached");
            (y.inner(), of_a, of_b, of_c)
        });
        let found = [
            far(ours.0, plain.0),
            far(ours.1, plain.1),
            far(ours.2, plain.2),
            far(ours.3, plain.3),
        ];
        assert!(found.iter().all(|far| *far < 2e-4), "{what}: {found:?}");
    }

    #[test]
    fn a_convolution_and_its_gradients_are_those_of_burn() {
        let device = Device::flex();
        for (batch, inputs, outputs, height, width, kernel, stride) in [
            (1, 1, 1, 1, 1, 3, 1),
            (2, 3, 5, 9, 7, 3, 1),
            (1, 16, 32, 16, 12, 3, 2),
            (2, 4, 33, 12, 10, 5, 2),
            (2, 2, 1, 8, 40, 3, 1),
            (3, 8, 2, 7, 9, 3, 2),
            (1, 1, 4, 64, 40, 5, 1),
            (2, 2, 3, 6, 6, 1, 1),
        ] {
            let x = random([batch, inputs, height, width], &device);
            let weight = random([outputs, inputs, kernel, kernel], &device);
            let bias = random([outputs], &device);
            let what = format!("{:?} {:?} {stride}", x.dims(), weight.dims());
            compare(&what, (x, weight, bias), |arithmetic, x, weight, bias| {
                arithmetic.convolved(x, weight, Some(bias), stride)
            });
        }
    }

    #[test]
    fn a_norm_and_its_gradients_are_those_of_burn() {
        let device = Device::flex();
        for shape in [[2, 3, 5, 7], [1, 8, 16, 16], [3, 1, 2, 2]] {
            let x = random(shape, &device) * 3.0 + 1.0;
            let scale = random([shape[0], shape[1]], &device) + 1.0;
            let shift = random([shape[0], shape[1]], &device);
            compare(
                &format!("{shape:?}"),
                (x, scale, shift),
                |arithmetic, x, scale, shift| arithmetic.rectified_norm(x, scale, shift),
            );
        }
    }

    /// A 3 x 3 box over a single pixel, by hand.
    #[test]
    fn a_pixel_spreads_over_its_neighbours() {
        let device = Device::flex();
        let x = Tensor::<2>::from_floats([[0.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0]], &device);
        let weight =
            Tensor::<1>::from_floats([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0], &device);
        let y = Processor.convolved(
            x.reshape([1, 1, 2, 4]),
            weight.reshape([1, 1, 3, 3]),
            None,
            1,
        );
        let values: Vec<f32> = y.into_data().try_to_vec().expect("floats");
        assert_eq!(values, [18.0, 16.0, 14.0, 0.0, 12.0, 10.0, 8.0, 0.0]);
    }

    /// What learns nothing gets no gradient, and views are read as they lie.
    #[test]
    fn constants_and_views_are_taken_as_they_are() {
        let device = Device::flex().autodiff();
        let x = random([1, 6, 4, 2], &device).swap_dims(1, 3);
        let weight = random([3, 2, 3, 3], &device).require_grad();
        let y = Processor.convolved(x.clone(), weight.clone(), None, 1);
        let expected = Plain.convolved(x.clone(), weight.clone(), None, 1);
        assert!(far(y.clone().inner(), expected.inner()) < 1e-5);
        let gradients = y.sum().backward();
        assert!(weight.grad(&gradients).is_some() && x.grad(&gradients).is_none());
    }
}
