//! The tensors of a stored network by name, with the shape that is needed.

use std::collections::BTreeMap;

use crate::networks::{LoadError, Tensor};

/// The tensors of one network that have not been asked for yet.
pub struct Tensors<'a> {
    left: BTreeMap<&'a str, &'a Tensor>,
    duplicate: bool,
}

impl<'a> Tensors<'a> {
    pub fn new(tensors: &'a [Tensor]) -> Self {
        let left: BTreeMap<_, _> = tensors.iter().map(|t| (t.name.as_str(), t)).collect();
        Self {
            duplicate: left.len() < tensors.len(),
            left,
        }
    }

    /// The values of the tensor `name`.
    pub fn take(&mut self, name: &str, shape: &[usize]) -> Result<&'a [f32], LoadError> {
        let tensor = self.left.remove(name);
        let tensor = tensor.ok_or_else(|| LoadError::Missing(name.into()))?;
        if tensor.shape != shape || tensor.values.len() != shape.iter().product::<usize>() {
            return Err(LoadError::Shape {
                name: name.into(),
                expected: shape.to_vec(),
                found: tensor.shape.clone(),
            });
        }
        Ok(&tensor.values)
    }

    /// Fails when the weights hold more than the network.
    pub fn finish(self) -> Result<(), LoadError> {
        match self.left.keys().next() {
            Some(name) => Err(LoadError::Unused((*name).into())),
            None if self.duplicate => Err(LoadError::Unused("a duplicate".into())),
            None => Ok(()),
        }
    }
}
