//! An ONNX graph under construction: nodes, constants, inputs and outputs.
//!
//! Field numbers are those of `onnx/onnx.proto`, IR version 8 (opset 17). What is added returns the
//! name of the value it makes, so that building reads like computing.

use super::protobuf::Message;

/// IR version and operator set: understood by every runtime since ONNX 1.12 (2022).
const IR_VERSION: i64 = 8;
const OPSET: i64 = 17;

/// `TensorProto.DataType`.
const FLOAT: i64 = 1;
const INT64: i64 = 7;

/// Length of a dimension.
#[derive(Debug, Clone, Copy)]
pub enum Dim {
    /// Always the same.
    Fixed(usize),
    /// Chosen by the caller, under this name.
    Free(&'static str),
}

/// A value of a node's attribute.
pub enum Attribute<'a> {
    /// One number.
    Float(f32),
    /// One whole number.
    Int(i64),
    /// Whole numbers.
    Ints(&'a [i64]),
    /// Text.
    Text(&'a str),
}

/// A graph under construction.
#[derive(Default)]
pub struct Graph {
    nodes: Vec<Message>,
    constants: Vec<Message>,
    inputs: Vec<Message>,
    outputs: Vec<Message>,
}

impl Graph {
    /// An input of single precision.
    pub fn input(&mut self, name: &str, shape: &[Dim]) -> String {
        self.inputs.push(value_info(name, shape));
        name.to_owned()
    }

    /// Declares the value `name` an output.
    pub fn output(&mut self, name: &str, shape: &[Dim]) {
        self.outputs.push(value_info(name, shape));
    }

    /// Constants of single precision, row-major.
    pub fn floats(&mut self, name: &str, shape: &[usize], values: &[f32]) -> String {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.constant(name, shape, FLOAT, &bytes)
    }

    /// Whole numbers, such as a shape.
    pub fn integers(&mut self, name: &str, values: &[i64]) -> String {
        let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.constant(name, &[values.len()], INT64, &bytes)
    }

    /// Adds an operation; `output` names it and its result. An empty input is one that is left out.
    pub fn node(
        &mut self,
        operator: &str,
        inputs: &[&str],
        attributes: &[(&str, Attribute)],
        output: &str,
    ) -> String {
        let attributes: Vec<_> = attributes.iter().map(|(n, a)| attribute(n, a)).collect();
        // NodeProto: input = 1, output = 2, name = 3, op_type = 4, attribute = 5.
        let node = Message::default()
            .texts(1, inputs.iter().copied())
            .text(2, output)
            .text(3, output)
            .text(4, operator)
            .messages(5, &attributes);
        self.nodes.push(node);
        output.to_owned()
    }

    /// The whole file. `metadata` is what readers show beside the graph.
    pub fn into_model(self, name: &str, about: &str, metadata: &[(&str, String)]) -> Vec<u8> {
        // GraphProto: node = 1, name = 2, initializer = 5, input = 11, output = 12.
        let graph = Message::default()
            .messages(1, &self.nodes)
            .text(2, name)
            .messages(5, &self.constants)
            .messages(11, &self.inputs)
            .messages(12, &self.outputs);
        let pairs = metadata.iter();
        // StringStringEntryProto: key = 1, value = 2.
        let pairs: Vec<_> = pairs
            .map(|(key, value)| Message::default().text(1, key).text(2, value))
            .collect();
        // OperatorSetIdProto: domain = 1 (empty: ONNX itself), version = 2.
        let operators = Message::default().text(1, "").int(2, OPSET);
        // ModelProto: ir_version = 1, producer_name = 2, producer_version = 3, doc_string = 6, graph = 7,
        // opset_import = 8, metadata_props = 14.
        Message::default()
            .int(1, IR_VERSION)
            .text(2, "scanweave")
            .text(3, env!("CARGO_PKG_VERSION"))
            .text(6, about)
            .message(7, &graph)
            .message(8, &operators)
            .messages(14, &pairs)
            .into_bytes()
    }

    fn constant(&mut self, name: &str, shape: &[usize], kind: i64, bytes: &[u8]) -> String {
        let shape: Vec<i64> = shape.iter().map(|&n| n as i64).collect();
        // TensorProto: dims = 1, data_type = 2, name = 8, raw_data = 9.
        let tensor = Message::default()
            .ints(1, &shape)
            .int(2, kind)
            .text(8, name)
            .bytes(9, bytes);
        self.constants.push(tensor);
        name.to_owned()
    }
}

/// ValueInfoProto: name = 1, type = 2.
fn value_info(name: &str, shape: &[Dim]) -> Message {
    // TensorShapeProto.Dimension: dim_value = 1, dim_param = 2.
    let dims: Vec<_> = shape
        .iter()
        .map(|dim| match dim {
            Dim::Fixed(length) => Message::default().int(1, *length as i64),
            Dim::Free(name) => Message::default().text(2, name),
        })
        .collect();
    // TypeProto: tensor_type = 1; TypeProto.Tensor: elem_type = 1, shape = 2; TensorShapeProto: dim = 1.
    let shape = Message::default().messages(1, &dims);
    let tensor = Message::default().int(1, FLOAT).message(2, &shape);
    let kind = Message::default().message(1, &tensor);
    Message::default().text(1, name).message(2, &kind)
}

/// AttributeProto: name = 1, f = 2, i = 3, s = 4, ints = 8, type = 20.
fn attribute(name: &str, value: &Attribute) -> Message {
    let message = Message::default().text(1, name);
    match value {
        Attribute::Float(value) => message.float(2, *value).int(20, 1),
        Attribute::Int(value) => message.int(3, *value).int(20, 2),
        Attribute::Text(text) => message.text(4, text).int(20, 3),
        Attribute::Ints(values) => message.ints(8, values).int(20, 7),
    }
}
