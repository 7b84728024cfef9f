//! The operators of opset 17 that the file uses, each as its specification says, slowly and in double precision.

use std::collections::BTreeMap;

use super::reader::{Value, fields, first, text};

#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Array {
    pub fn new(shape: &[usize], values: Vec<f32>) -> Self {
        assert_eq!(shape.iter().product::<usize>(), values.len());
        let shape = shape.to_vec();
        Self { shape, values }
    }

    fn map(&self, change: impl Fn(f64) -> f64) -> Self {
        let values = self.values.iter().map(|&v| change(v.into()) as f32);
        Self::new(&self.shape, values.collect())
    }

    fn four(&self) -> [usize; 4] {
        self.shape[..].try_into().expect("four dimensions")
    }

    fn at(&self, place: [usize; 4]) -> f64 {
        let [_, c, h, w] = self.four();
        let [b, ci, y, x] = place;
        self.values[((b * c + ci) * h + y) * w + x].into()
    }
}

/// Computes the file's graph; its one output.
pub fn run(file: &[u8], given: BTreeMap<String, Array>) -> Array {
    let model = fields(file);
    let graph = fields(first(&model, 7).expect("a graph").bytes());
    let mut values = given;
    for (field, constant) in &graph {
        if *field == 5 {
            let (name, array) = constant_of(constant.bytes());
            assert!(values.insert(name, array).is_none(), "a name is used once");
        }
    }
    for (field, node) in &graph {
        if *field == 1 {
            let (name, array) = compute(node.bytes(), &values);
            assert!(values.insert(name, array).is_none(), "a name is used once");
        }
    }
    let output = first(&graph, 12).expect("an output").bytes();
    values
        .remove(&text(output, 1))
        .expect("the output is computed")
}

fn constant_of(tensor: &[u8]) -> (String, Array) {
    let read = fields(tensor);
    let dims = read.iter().filter(|(f, _)| *f == 1);
    let shape: Vec<usize> = dims.map(|(_, d)| d.int() as usize).collect();
    let raw = first(&read, 9).expect("raw data").bytes();
    let values = match first(&read, 2).expect("a type").int() {
        1 => raw
            .chunks_exact(4)
            .map(|c| f32::from_le_bytes(c.try_into().expect("four")))
            .collect(),
        7 => raw
            .chunks_exact(8)
            .map(|c| i64::from_le_bytes(c.try_into().expect("eight")) as f32)
            .collect(),
        kind => panic!("type {kind} does not occur"),
    };
    (text(tensor, 8), Array::new(&shape, values))
}

fn compute(node: &[u8], values: &BTreeMap<String, Array>) -> (String, Array) {
    let read = fields(node);
    let named = |number: u64| -> Vec<String> {
        let of = read.iter().filter(|(f, _)| *f == number);
        of.map(|(_, v)| String::from_utf8(v.bytes().to_vec()).expect("UTF-8"))
            .collect()
    };
    let inputs = named(1);
    let input = |place: usize| -> &Array {
        values
            .get(&inputs[place])
            .unwrap_or_else(|| panic!("{} is not known yet", inputs[place]))
    };
    let attributes: BTreeMap<String, Vec<Value>> = read
        .iter()
        .filter(|(f, _)| *f == 5)
        .map(|(_, a)| {
            let inside = fields(a.bytes()).into_iter();
            let values = inside
                .filter(|(f, _)| [2, 3, 4, 8].contains(f))
                .map(|(_, v)| v);
            (text(a.bytes(), 1), values.collect())
        })
        .collect();
    let float = |name: &str| match attributes[name][..] {
        [Value::Float(value)] => f64::from(value),
        ref other => panic!("{name}: {other:?}"),
    };
    let ints =
        |name: &str| -> Vec<usize> { attributes[name].iter().map(|v| v.int() as usize).collect() };
    let result = match text(node, 4).as_str() {
        "Conv" => {
            assert_eq!(
                (ints("kernel_shape"), ints("pads")),
                (vec![3; 2], vec![1; 4])
            );
            convolve(input(0), input(1), input(2), ints("strides")[0])
        }
        "InstanceNormalization" => normalise(input(0), input(1), input(2), float("epsilon")),
        "LeakyRelu" => {
            let slope = float("alpha");
            input(0).map(|v| if v < 0.0 { slope * v } else { v })
        }
        "Sigmoid" => input(0).map(|v| 1.0 / (1.0 + (-v).exp())),
        "Concat" => concatenate(input(0), input(1)),
        "Resize" => {
            assert_eq!(input(2).values, [1.0, 1.0, 2.0, 2.0]);
            assert_eq!(attributes["mode"], [Value::Bytes(b"nearest")]);
            assert_eq!(attributes["nearest_mode"], [Value::Bytes(b"floor")]);
            double(input(0))
        }
        "Gemm" => multiply(input(0), input(1), input(2)),
        "Reshape" => reshape(input(0), &input(1).values),
        "Mul" => broadcast(input(0), input(1), |a, b| a * b),
        "Add" => broadcast(input(0), input(1), |a, b| a + b),
        other => panic!("{other} does not occur"),
    };
    (named(2).remove(0), result)
}

/// A new array whose every value is a function of its place.
fn filled(shape: [usize; 4], value: impl Fn([usize; 4]) -> f64) -> Array {
    let [n, c, h, w] = shape;
    let places = (0..n * c * h * w).map(|i| [i / (c * h * w), i / (h * w) % c, i / w % h, i % w]);
    Array::new(&shape, places.map(|p| value(p) as f32).collect())
}

fn convolve(x: &Array, weight: &Array, bias: &Array, stride: usize) -> Array {
    let [n, inputs, h, w] = x.four();
    filled(
        [n, weight.shape[0], h / stride, w / stride],
        |[b, o, y, x0]| {
            let mut sum = f64::from(bias.values[o]);
            for i in 0..inputs {
                for (ky, kx) in (0..9).map(|k| (k / 3, k % 3)) {
                    let (row, column) = (y * stride + ky, x0 * stride + kx);
                    if (1..=h).contains(&row) && (1..=w).contains(&column) {
                        sum += weight.at([o, i, ky, kx]) * x.at([b, i, row - 1, column - 1]);
                    }
                }
            }
            sum
        },
    )
}

fn normalise(x: &Array, gamma: &Array, beta: &Array, epsilon: f64) -> Array {
    let [_, channels, h, w] = x.four();
    let planes: Vec<(f64, f64)> = x
        .values
        .chunks_exact(h * w)
        .map(|plane| {
            let count = (h * w) as f64;
            let mean = plane.iter().map(|&v| f64::from(v)).sum::<f64>() / count;
            let squares = plane.iter().map(|&v| (f64::from(v) - mean).powi(2));
            (mean, squares.sum::<f64>() / count)
        })
        .collect();
    filled(x.four(), |place| {
        let [b, c, ..] = place;
        let (mean, variance) = planes[b * channels + c];
        let normal = (x.at(place) - mean) / (variance + epsilon).sqrt();
        normal * f64::from(gamma.values[c]) + f64::from(beta.values[c])
    })
}

fn concatenate(a: &Array, b: &Array) -> Array {
    let [n, first, h, w] = a.four();
    filled([n, first + b.shape[1], h, w], |[i, c, y, x]| {
        if c < first {
            a.at([i, c, y, x])
        } else {
            b.at([i, c - first, y, x])
        }
    })
}

fn double(x: &Array) -> Array {
    let [n, c, h, w] = x.four();
    filled([n, c, 2 * h, 2 * w], |[b, i, y, x0]| {
        x.at([b, i, y / 2, x0 / 2])
    })
}

fn multiply(a: &Array, b: &Array, c: &Array) -> Array {
    let [rows, inner, columns] = [a.shape[0], a.shape[1], b.shape[1]];
    let value = |place: usize| {
        let (row, column) = (place / columns, place % columns);
        let products = (0..inner).map(|k| {
            f64::from(a.values[row * inner + k]) * f64::from(b.values[k * columns + column])
        });
        (products.sum::<f64>() + f64::from(c.values[column])) as f32
    };
    Array::new(&[rows, columns], (0..rows * columns).map(value).collect())
}

/// 0 copies a dimension, -1 takes what is left.
fn reshape(x: &Array, wanted: &[f32]) -> Array {
    let known = |place: usize| match wanted[place] as i64 {
        0 => Some(x.shape[place]),
        -1 => None,
        length => Some(length as usize),
    };
    let lengths: Vec<_> = (0..wanted.len()).map(known).collect();
    let product: usize = lengths.iter().flatten().product();
    let shape: Vec<_> = lengths
        .iter()
        .map(|n| n.unwrap_or(x.values.len() / product))
        .collect();
    Array::new(&shape, x.values.clone())
}

/// Dimensions of length 1 repeat.
fn broadcast(a: &Array, b: &Array, with: impl Fn(f64, f64) -> f64) -> Array {
    let (first, second) = (a.four(), b.four());
    let shape = std::array::from_fn(|i| first[i].max(second[i]));
    let within =
        |place: [usize; 4], shape: [usize; 4]| std::array::from_fn(|i| place[i].min(shape[i] - 1));
    filled(shape, |place| {
        with(a.at(within(place, first)), b.at(within(place, second)))
    })
}
