"""Trains the example model and writes it as ONNX, with rows that it has never seen.

The flowers are drawn at random, from the mean and the standard deviation of each measurement of each kind in the data of
E. Anderson, as published by R. A. Fisher: "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7
(1936), pages 179 to 188. The same seed gives the same flowers.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy
import onnx
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

MEASUREMENTS = ["sepal length", "sepal width", "petal length", "petal width"]

# Centimetres, in the order above: means, standard deviations.
FLOWERS = {
    "setosa": ([5.006, 3.428, 1.462, 0.246], [0.352, 0.379, 0.174, 0.105]),
    "versicolor": ([5.936, 2.770, 4.260, 1.326], [0.516, 0.314, 0.470, 0.198]),
    "virginica": ([6.588, 2.974, 5.552, 2.026], [0.636, 0.322, 0.552, 0.275]),
}
CLASSES = list(FLOWERS)

SEED = 1936
ROWS_PER_CLASS = 200
HELD_BACK_PER_CLASS = 40
STEPS = 2000
STEP_SIZE = 0.5
MIN_ACCURACY = 0.9


def draw_flowers() -> tuple[numpy.ndarray, numpy.ndarray]:
    """Rows of measurements, as exact as a ruler, and the class of each."""
    random = numpy.random.default_rng(SEED)
    rows = [random.normal(mean, deviation, (ROWS_PER_CLASS, 4)) for mean, deviation in FLOWERS.values()]
    classes = numpy.repeat(numpy.arange(len(CLASSES)), ROWS_PER_CLASS)
    return numpy.concatenate(rows).round(1).clip(0.1), classes


def softmax(scores: numpy.ndarray) -> numpy.ndarray:
    powers = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def fit(rows: numpy.ndarray, classes: numpy.ndarray) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Weights and biases of a softmax regression over plain centimetres, by gradient descent."""
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    scaled = (rows - mean) / deviation
    wanted = numpy.eye(len(CLASSES))[classes]
    weights, bias = numpy.zeros((4, len(CLASSES))), numpy.zeros(len(CLASSES))
    for _ in range(STEPS):
        error = (softmax(scaled @ weights + bias) - wanted) / len(rows)
        weights -= STEP_SIZE * scaled.T @ error
        bias -= STEP_SIZE * error.sum(axis=0)
    weights = weights / deviation[:, None]
    return weights, bias - mean @ weights


def as_onnx(weights: numpy.ndarray, bias: numpy.ndarray) -> onnx.ModelProto:
    graph = helper.make_graph(
        [
            helper.make_node("Gemm", ["measurements", "weights", "bias"], ["scores"]),
            helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
        ],
        "iris",
        [helper.make_tensor_value_info("measurements", TensorProto.FLOAT, ["rows", 4])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["rows", len(CLASSES)])],
        [
            onnx.numpy_helper.from_array(weights.astype(numpy.float32), "weights"),
            onnx.numpy_helper.from_array(bias.astype(numpy.float32), "bias"),
        ],
    )
    # Old enough for every runtime of the last years.
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"classes": json.dumps(CLASSES), "measurements": json.dumps(MEASUREMENTS)})
    onnx.checker.check_model(model)
    return model


def accuracy(model: onnx.ModelProto, rows: numpy.ndarray, classes: numpy.ndarray) -> float:
    """Share of the rows that the model as it is written gets right."""
    (probabilities,) = ReferenceEvaluator(model).run(None, {"measurements": rows.astype(numpy.float32)})
    return float((probabilities.argmax(axis=1) == classes).mean())


def main() -> int:
    parser = argparse.ArgumentParser(description="Trains the iris model.")
    parser.add_argument("--model", type=Path, required=True, help="file to write the ONNX model to")
    parser.add_argument("--held-back", type=Path, required=True, help="file to write the rows kept for tests to")
    args = parser.parse_args()

    rows, classes = draw_flowers()
    held_back = numpy.arange(len(rows)) % ROWS_PER_CLASS < HELD_BACK_PER_CLASS
    model = as_onnx(*fit(rows[~held_back], classes[~held_back]))
    reached = accuracy(model, rows[held_back], classes[held_back])
    print(json.dumps({"accuracy": reached, "heldBack": int(held_back.sum())}))
    if reached < MIN_ACCURACY:
        print(f"refused: accuracy {reached:.3f} on held-back rows is below {MIN_ACCURACY}", file=sys.stderr)
        return 1

    args.model.write_bytes(model.SerializeToString(deterministic=True))
    examples = [
        {"measurements": row.tolist(), "class": CLASSES[kind]}
        for row, kind in zip(rows[held_back], classes[held_back])
    ]
    args.held_back.write_text(json.dumps(examples, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
