//! A U-Net as a graph: the operations of `scanweave::networks::Unet`, in its order.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use scanweave::networks::config::UnetConfig;
use scanweave::weights::Tensor;

use super::graph::{Attribute, Dim, Graph};

/// As in `scanweave::networks::blocks`.
const SLOPE: f32 = 0.2;
const EPSILON: f32 = 1e-5;

/// The graph from `input` (and `condition`) to `image`.
pub fn graph(config: &UnetConfig, tensors: &[Tensor], size: usize) -> anyhow::Result<Graph> {
    let tensors = tensors.iter().map(|t| (t.name.as_str(), t)).collect();
    let mut writer = Writer {
        graph: Graph::default(),
        tensors,
        condition: None,
    };
    writer.write(config, size)?;
    Ok(writer.graph)
}

struct Writer<'a> {
    graph: Graph,
    tensors: BTreeMap<&'a str, &'a Tensor>,
    condition: Option<String>,
}

impl Writer<'_> {
    fn write(&mut self, config: &UnetConfig, size: usize) -> anyhow::Result<()> {
        let batch = Dim::Free("batch");
        let image = |channels| {
            [
                batch,
                Dim::Fixed(channels),
                Dim::Fixed(size),
                Dim::Fixed(size),
            ]
        };
        let input = self.graph.input("input", &image(config.inputs));
        if config.condition > 0 {
            let shape = [batch, Dim::Fixed(config.condition)];
            self.condition = Some(self.graph.input("condition", &shape));
        }
        let stem = self.conv("stem", &input, 1, "stem.conv")?;
        let mut skips = vec![self.rectify(&stem, "stem.out")];
        for level in 0..config.depth {
            let name = format!("down.{level}");
            let next = self.block(&name, &skips[level], 2, None)?;
            skips.push(next);
        }
        let bottom = skips.pop().context("a U-Net has a bottom")?;
        let bottom = self.join(&bottom, size >> config.depth);
        let mut y = self.block("middle", &bottom, 1, Some(0))?;
        for (place, skip) in skips.iter().rev().enumerate() {
            let name = format!("up.{place}");
            let wide = self.upsample(&y, &name);
            let both = [wide.as_str(), skip];
            let joined = self.concat(&both, &format!("{name}.joined"));
            y = self.block(&name, &joined, 1, Some(place + 1))?;
        }
        let logits = self.conv("head", &y, 1, "head.conv")?;
        self.graph.node("Sigmoid", &[&logits], &[], "image");
        self.graph.output("image", &image(config.outputs));
        Ok(())
    }

    /// Convolution, instance norm, the condition's scale and shift where the block has them, rectifier.
    fn block(
        &mut self,
        name: &str,
        x: &str,
        stride: i64,
        modulation: Option<usize>,
    ) -> anyhow::Result<String> {
        let convolved = self.conv(&format!("{name}.conv"), x, stride, &format!("{name}.conv"))?;
        let gamma = self.stored(&format!("{name}.norm.gamma"))?;
        let beta = self.stored(&format!("{name}.norm.beta"))?;
        let mut y = self.graph.node(
            "InstanceNormalization",
            &[&convolved, &gamma, &beta],
            &[("epsilon", Attribute::Float(EPSILON))],
            &format!("{name}.norm"),
        );
        if let Some((place, condition)) = modulation.zip(self.condition.clone()) {
            y = self.modulated(name, &y, place, &condition)?;
        }
        Ok(self.rectify(&y, &format!("{name}.out")))
    }

    /// `y (1 + scale) + shift`, both linear in the condition. The 1 is added to the bias of the scale.
    fn modulated(
        &mut self,
        name: &str,
        y: &str,
        place: usize,
        condition: &str,
    ) -> anyhow::Result<String> {
        let from = format!("modulations.{place}");
        let weight = self.tensor(&format!("{from}.weight"))?.clone();
        let bias = self.tensor(&format!("{from}.bias"))?.clone();
        let [length, outputs] = weight.shape[..] else {
            anyhow::bail!("{from}.weight is no matrix");
        };
        let channels = outputs / 2;
        let mut part = |what: &str, first: usize, add: f32| {
            let rows = weight.values.chunks_exact(outputs);
            let matrix: Vec<f32> = rows
                .flat_map(|row| row[first..first + channels].iter().copied())
                .collect();
            let constant: Vec<f32> = bias.values[first..first + channels]
                .iter()
                .map(|b| b + add)
                .collect();
            let stem = format!("{name}.{what}");
            let graph = &mut self.graph;
            let matrix = graph.floats(&format!("{stem}.weight"), &[length, channels], &matrix);
            let constant = graph.floats(&format!("{stem}.bias"), &[channels], &constant);
            let inputs = [condition, &matrix, &constant];
            let flat = graph.node("Gemm", &inputs, &[], &format!("{stem}.flat"));
            let shape = graph.integers(&format!("{stem}.shape"), &[0, channels as i64, 1, 1]);
            graph.node("Reshape", &[&flat, &shape], &[], &stem)
        };
        let scale = part("scale", 0, 1.0);
        let shift = part("shift", channels, 0.0);
        let scaled = self
            .graph
            .node("Mul", &[y, &scale], &[], &format!("{name}.scaled"));
        Ok(self
            .graph
            .node("Add", &[&scaled, &shift], &[], &format!("{name}.modulated")))
    }

    /// Appends the condition as constant planes: broadcast by adding it to a plane of zeros.
    fn join(&mut self, bottom: &str, side: usize) -> String {
        let Some(condition) = self.condition.clone() else {
            return bottom.to_owned();
        };
        let graph = &mut self.graph;
        let shape = graph.integers("planes.shape", &[0, -1, 1, 1]);
        let points = graph.node("Reshape", &[&condition, &shape], &[], "planes.points");
        let zeros = graph.floats("planes.zeros", &[1, 1, side, side], &vec![0.0; side * side]);
        let planes = graph.node("Add", &[&points, &zeros], &[], "planes");
        self.concat(&[bottom, &planes], "middle.joined")
    }

    fn concat(&mut self, parts: &[&str], name: &str) -> String {
        let axis = [("axis", Attribute::Int(1))];
        self.graph.node("Concat", parts, &axis, name)
    }

    /// Twice the height and width: each pixel four times.
    fn upsample(&mut self, x: &str, name: &str) -> String {
        let factors = [1.0, 1.0, 2.0, 2.0];
        let scales = self.graph.floats(&format!("{name}.scales"), &[4], &factors);
        self.graph.node(
            "Resize",
            &[x, "", &scales],
            &[
                ("mode", Attribute::Text("nearest")),
                (
                    "coordinate_transformation_mode",
                    Attribute::Text("asymmetric"),
                ),
                ("nearest_mode", Attribute::Text("floor")),
            ],
            &format!("{name}.wide"),
        )
    }

    fn rectify(&mut self, x: &str, name: &str) -> String {
        let slope = [("alpha", Attribute::Float(SLOPE))];
        self.graph.node("LeakyRelu", &[x], &slope, name)
    }

    /// A 3x3 convolution with one pixel of zeros around.
    fn conv(&mut self, from: &str, x: &str, stride: i64, name: &str) -> anyhow::Result<String> {
        let weight = self.stored(&format!("{from}.weight"))?;
        let bias = self.stored(&format!("{from}.bias"))?;
        Ok(self.graph.node(
            "Conv",
            &[x, &weight, &bias],
            &[
                ("kernel_shape", Attribute::Ints(&[3, 3])),
                ("pads", Attribute::Ints(&[1, 1, 1, 1])),
                ("strides", Attribute::Ints(&[stride, stride])),
            ],
            name,
        ))
    }

    /// A tensor of the network as a constant of the graph.
    fn stored(&mut self, name: &str) -> anyhow::Result<String> {
        let (shape, values) = {
            let tensor = self.tensor(name)?;
            (tensor.shape.clone(), tensor.values.clone())
        };
        Ok(self.graph.floats(name, &shape, &values))
    }

    fn tensor(&self, name: &str) -> anyhow::Result<&Tensor> {
        let tensor = self.tensors.get(name).copied();
        let tensor = tensor.with_context(|| format!("the weights lack the tensor `{name}`"))?;
        let count: usize = tensor.shape.iter().product();
        ensure!(count == tensor.values.len(), "{name} has a wrong length");
        Ok(tensor)
    }
}
