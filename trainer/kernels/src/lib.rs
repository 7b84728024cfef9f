//! What a training on a processor spends its time on, in vectors as wide as the processor has them.
//!
//! burn's own convolutions copy the neighbours of every pixel before they multiply, and take the gradient of the
//! weights as a convolution whose kernel is as large as the picture. Here planes are copied once, with a margin, and
//! everything is summed where it lies. Instance normalisation and the rectifier behind it are one pass instead of six.
//!
//! [`Processor`] is what a program hands to the networks. Tensors of other backends go burn's way.

#![allow(
    clippy::inline_always,
    reason = "instructions of a processor's own are only used by what is compiled into the function that asked for them"
)]

mod convolution;
mod geometry;
mod norm;
mod operations;
mod planes;
mod vectors;

pub use operations::Processor;
