//! Weights in and out of a network as plain named tensors: what the `.weave` file holds.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

use super::Tensor as Stored;

pub use super::LoadError;

/// Every float tensor of a network, in the order of its layers. Reads the device synchronously:
/// native only.
pub fn read_tensors<M: Module>(network: &M) -> Vec<Stored> {
    let mut reader = Reader::default();
    network.visit(&mut reader);
    reader.tensors
}

/// The network with the given weights in place of its own.
pub fn load_tensors<M: Module>(network: M, tensors: &[Stored]) -> Result<M, LoadError> {
    let mut loader = Loader {
        path: Vec::new(),
        tensors,
        used: 0,
        error: None,
    };
    let network = network.map(&mut loader);
    if let Some(error) = loader.error {
        return Err(error);
    }
    if loader.used < tensors.len() {
        let mut known = Names::default();
        network.visit(&mut known);
        let unused = tensors.iter().find(|t| !known.names.contains(&t.name));
        return Err(LoadError::Unused(
            unused.map_or_else(|| "a duplicate".into(), |t| t.name.clone()),
        ));
    }
    Ok(network)
}

#[derive(Default)]
struct Reader {
    path: Vec<String>,
    tensors: Vec<Stored>,
}

impl ModuleVisitor for Reader {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        let shape = tensor.dims().to_vec();
        let values = tensor
            .into_data()
            .convert::<f32>()
            .try_into_vec()
            .expect("converted to f32");
        self.tensors.push(Stored {
            name: self.path.join("."),
            shape,
            values,
        });
    }
}

#[derive(Default)]
struct Names {
    path: Vec<String>,
    names: Vec<String>,
}

impl ModuleVisitor for Names {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, _param: &Param<Tensor<D>>) {
        self.names.push(self.path.join("."));
    }
}

struct Loader<'a> {
    path: Vec<String>,
    tensors: &'a [Stored],
    used: usize,
    error: Option<LoadError>,
}

impl ModuleMapper for Loader<'_> {
    fn enter_module(&mut self, name: &str, _container: &str) {
        self.path.push(name.into());
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let name = self.path.join(".");
        let expected = param.lazy_shape().to_vec();
        let Some(tensor) = self.tensors.iter().find(|t| t.name == name) else {
            self.error.get_or_insert(LoadError::Missing(name));
            return param;
        };
        if tensor.shape != expected {
            self.error.get_or_insert(LoadError::Shape {
                name,
                expected,
                found: tensor.shape.clone(),
            });
            return param;
        }
        self.used += 1;
        let data = TensorData::new(tensor.values.clone(), tensor.shape.clone());
        let loaded = Tensor::from_data(data, &param.lazy_device());
        let id = param.id;
        param.transform_for_load(loaded, id)
    }
}
