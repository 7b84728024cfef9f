//! Values to bytes and back.
//!
//! Eight bits are enough for a weight when each output channel has its own scale: the channels of a
//! trained layer differ by an order of magnitude and a common scale would spend most of the 255
//! levels on the largest. Biases, norms and the sampler's affine map are few and every picture
//! passes through them, so they stay in half precision.

use half::f16;

use super::Tensor;
use super::error::TensorProblem;

/// How weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precision {
    /// Half precision, relative error up to 2^-11.
    F16,
    /// 8 bits with one scale per output channel; f16 for biases, norms and affine maps.
    Q8,
    /// As in memory.
    F32,
}

impl Precision {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::F16 => "f16",
            Self::Q8 => "q8",
            Self::F32 => "f32",
        }
    }

    /// Bytes per value, scales not counted.
    pub fn bytes(self) -> usize {
        match self {
            Self::F16 => 2,
            Self::Q8 => 1,
            Self::F32 => 4,
        }
    }

    /// What a tensor is stored in when this is asked for the whole file.
    pub(super) fn of_tensor(self, tensor: &Tensor) -> Self {
        let affine = tensor
            .name
            .split('.')
            .any(|part| part.starts_with("affine"));
        let keep = tensor.shape.len() < 2 || affine;
        if self == Self::Q8 && keep {
            Self::F16
        } else {
            self
        }
    }
}

/// The dimension of the output channels: convolutions are `[out, in, height, width]`, linear
/// layers `[in, out]`.
pub(super) fn channel_axis(shape: &[usize]) -> usize {
    usize::from(shape.len() == 2)
}

/// A tensor as bytes; `scales` is empty unless it is 8-bit along [`channel_axis`].
pub(super) struct Encoded {
    pub precision: Precision,
    pub values: Vec<u8>,
    pub scales: Vec<u8>,
}

/// Encodes a tensor whose values are as many as its shape needs.
pub(super) fn encode(tensor: &Tensor, asked: Precision) -> Result<Encoded, TensorProblem> {
    if let Some(index) = tensor.values.iter().position(|v| !v.is_finite()) {
        return Err(TensorProblem::NotFinite(index));
    }
    let precision = asked.of_tensor(tensor);
    let (values, scales) = match precision {
        Precision::F16 => (halves(&tensor.values)?, Vec::new()),
        Precision::Q8 => eighths(tensor),
        Precision::F32 => (singles(&tensor.values), Vec::new()),
    };
    Ok(Encoded {
        precision,
        values,
        scales,
    })
}

/// Values of `shape` from bytes whose lengths fit; `axis` matters for 8-bit values only.
pub(super) fn decode(
    precision: Precision,
    shape: &[usize],
    axis: usize,
    values: &[u8],
    scales: &[u8],
) -> Result<Vec<f32>, TensorProblem> {
    let values: Vec<f32> = match precision {
        Precision::F16 => values
            .chunks_exact(2)
            .map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32())
            .collect(),
        Precision::Q8 => scaled(shape, axis, values, &checked_scales(scales)?),
        Precision::F32 => from_singles(values).collect(),
    };
    match values.iter().position(|v| !v.is_finite()) {
        Some(index) => Err(TensorProblem::NotFinite(index)),
        None => Ok(values),
    }
}

fn halves(values: &[f32]) -> Result<Vec<u8>, TensorProblem> {
    let mut bytes = Vec::with_capacity(2 * values.len());
    for (index, &value) in values.iter().enumerate() {
        let half = f16::from_f32(value);
        if half.is_infinite() {
            return Err(TensorProblem::Overflow { index, value });
        }
        bytes.extend_from_slice(&half.to_le_bytes());
    }
    Ok(bytes)
}

fn singles(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

fn from_singles(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
}

/// Symmetric: -127..=127 times the channel's scale, the largest magnitude at 127.
fn eighths(tensor: &Tensor) -> (Vec<u8>, Vec<u8>) {
    let axis = channel_axis(&tensor.shape);
    let channel = channels(&tensor.shape, axis);
    let mut largest = vec![0.0_f32; tensor.shape[axis]];
    for (index, value) in tensor.values.iter().enumerate() {
        let of_channel = &mut largest[channel(index)];
        *of_channel = of_channel.max(value.abs());
    }
    let scales: Vec<f32> = largest.into_iter().map(scale).collect();
    let level = |(index, value): (usize, &f32)| level(*value, scales[channel(index)]);
    let values = tensor.values.iter().enumerate().map(level).collect();
    (values, singles(&scales))
}

/// The scale of a channel whose largest magnitude is given, such that 127 scales stay finite.
fn scale(largest: f32) -> f32 {
    let scale = largest / 127.0;
    if (127.0 * scale).is_finite() {
        scale
    } else {
        scale.next_down()
    }
}

/// The nearest level as a byte; a channel of zeros (or of magnitudes that no scale can express) is 0.
fn level(value: f32, scale: f32) -> u8 {
    if scale == 0.0 {
        return 0;
    }
    ((value / scale).round().clamp(-127.0, 127.0) as i8).cast_unsigned()
}

fn scaled(shape: &[usize], axis: usize, values: &[u8], scales: &[f32]) -> Vec<f32> {
    let channel = channels(shape, axis);
    let value =
        |(index, &byte): (usize, &u8)| f32::from(byte.cast_signed()) * scales[channel(index)];
    values.iter().enumerate().map(value).collect()
}

fn checked_scales(bytes: &[u8]) -> Result<Vec<f32>, TensorProblem> {
    let scales: Vec<f32> = from_singles(bytes).collect();
    match scales.iter().position(|s| !s.is_finite() || *s < 0.0) {
        Some(index) => Err(TensorProblem::Scale(index)),
        None => Ok(scales),
    }
}

/// From the index of a value to its index along `axis`.
fn channels(shape: &[usize], axis: usize) -> impl Fn(usize) -> usize {
    let inner: usize = shape[axis + 1..].iter().product();
    let length = shape[axis];
    move |index| index / inner % length
}
