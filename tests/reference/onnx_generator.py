#!/usr/bin/env python3
"""What onnxruntime computes from a generator that `scanweave export --onnx` wrote.

The tests of the writer (trainer/src/onnx/tests.rs) write the file of a tiny network whose weights follow from a seed,
this script lets onnxruntime compute it, and the tests compare our networks with the numbers in onnx_generator.json:

    SCANWEAVE_ONNX_FILE="$PWD/target/tiny.onnx" cargo test -p scanweave-trainer onnx
    python -m venv venv && venv/bin/pip install onnx==1.23.2 onnxruntime==1.32.0 numpy
    venv/bin/python tests/reference/onnx_generator.py target/tiny.onnx > tests/reference/onnx_generator.json

It works on any such file: the input is (37 i mod 101) / 101 for the i-th value and the condition 0.5, -1, 0.5, ..
"""

import json
import sys

import numpy
import onnx
import onnxruntime

BATCH = 2


def shape(value):
    return [d.dim_value or BATCH for d in value.type.tensor_type.shape.dim]


def main(path):
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    feeds = {}
    for value in model.graph.input:
        count = int(numpy.prod(shape(value)))
        i = numpy.arange(count)
        pattern = (37 * i % 101) / 101 if value.name == "input" else numpy.where(i % 2 == 0, 0.5, -1.0)
        feeds[value.name] = pattern.astype(numpy.float32).reshape(shape(value))
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (image,) = session.run(["image"], feeds)
    text = {
        "provenance": f"onnx_generator.py, onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, CPU",
        "shape": list(image.shape),
        "image": [round(float(v), 6) for v in image.ravel()],
    }
    json.dump(text, sys.stdout)
    print()


main(sys.argv[1])
