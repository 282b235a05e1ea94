"""Makes a copy of the sentence model that was taught something.

    python tools/taught_model.py FOLDER model-pairs       run by set-up, in the application's environment
    python tools/taught_model.py FOLDER model-reports

The one reads two reports together, each with the other in sight (`incidents/data/second_look.npz`), the other reads a
report as near to the article that helps (`knowledge_base/data/reports.npz`). What was taught is a small correction of
each product (LoRA, Hu et al. 2021), which the scripts in `benchmarks/teaching` learn. The copy has it added to the weights of
the model; it multiplies whole numbers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from eight_bits import quicken, save
from numpy.typing import NDArray
from onnx import ModelProto, helper, numpy_helper

from incidents import second_look
from knowledge_base.embedding import (
    AFTER,
    BEFORE,
    LESSON,
    MODEL_FILE,
    PAIRS_FILE,
    REPORTS_FILE,
    REPORTS_TAUGHT,
    fingerprint,
    lesson_of_reports,
)

BIAS = ".bias"
MOST_STEPS = 127


def main(folder: Path, copy: str) -> None:
    """Write the copy beside the model."""
    corrections, lesson = {
        PAIRS_FILE: (second_look.TAUGHT, second_look.lesson()),
        REPORTS_FILE: (REPORTS_TAUGHT, lesson_of_reports(fingerprint(folder / MODEL_FILE))),
    }[f"{copy}.onnx"]
    model = onnx.load(folder / MODEL_FILE)
    with np.load(corrections) as taught:
        for bias, weights in _products(model):
            name = bias.removesuffix(BIAS)
            _correct(model, weights, taught[name + BEFORE].T @ taught[name + AFTER].T)
    quicken(model)
    helper.set_model_props(model, {LESSON: lesson})
    save(model, folder / f"{copy}.onnx")


def _products(model: ModelProto) -> Iterator[tuple[str, str]]:
    """Each bias that is added to a product, with the weights of that product."""
    weights_of = {node.output[0]: node.input[1] for node in model.graph.node if node.op_type == "MatMul"}
    for node in model.graph.node:
        if node.op_type == "Add":
            bias = next((name for name in node.input if name.endswith(BIAS)), None)
            product = next((name for name in node.input if name in weights_of), None)
            if bias and product:
                yield bias, weights_of[product]


def _correct(model: ModelProto, weights: str, correction: NDArray[np.float32]) -> None:
    """Add to the weights, and scale each column to 8 bits anew."""
    kept = {entry.name: entry for entry in model.graph.initializer}
    levels, scale = kept[f"{weights}_q"], kept[f"{weights}_scale"]
    before = numpy_helper.to_array(levels).astype(np.float32) * numpy_helper.to_array(scale)
    whole = before + correction.astype(np.float32)
    step = np.abs(whole).max(axis=0, keepdims=True) / MOST_STEPS
    scale.CopyFrom(numpy_helper.from_array(step.reshape(numpy_helper.to_array(scale).shape), scale.name))
    levels.CopyFrom(numpy_helper.from_array(np.round(whole / step).astype(np.int8), levels.name))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
