"""Makes a quick copy of the sentence model: the same weights, multiplied as 8-bit numbers.

    python tools/eight_bits.py FOLDER       run by set-up, in the application's environment

The model as it is delivered keeps 8-bit weights with a scale for each column, makes floats of them when it
is opened, and multiplies floats. In the copy every token's row is scaled to 8 bits too, at each product, so
that whole numbers are multiplied: "vector-wise quantization" in Dettmers et al., LLM.int8(), 2022. What only
a text padded to the length of others needs is left out, for texts are run one by one.
"""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, helper, numpy_helper

from knowledge_base.embedding import MODEL_FILE, PROBE, QUICK_FILE, OnnxEncoder

CONTRIBUTED = "com.microsoft"
ZERO, ONE, LEAST, PER_LEVEL = "zero", "one", "least", "per_level"
CONSTANTS = {
    ZERO: np.array(128, np.uint8),
    ONE: np.array(1, np.float32),
    LEAST: np.array(1e-8, np.float32),
    PER_LEVEL: np.array(1 / 127, np.float32),
}


def main(folder: Path) -> None:
    """Write the copy beside the model; it carries the vector that it must give for one known text."""
    model = onnx.load(folder / MODEL_FILE)
    quicken(model)
    original = OnnxEncoder(folder, quick=False)
    expected = original.encode([PROBE])[0]
    helper.set_model_props(model, {original.identity: base64.b64encode(expected.tobytes()).decode()})
    draft = folder / f"{QUICK_FILE}.draft"
    onnx.save(model, draft)
    draft.replace(folder / QUICK_FILE)


def quicken(model: ModelProto) -> None:
    """Change the graph in place."""
    graph = model.graph
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in CONSTANTS.items())
    _pass_by_padding(model)
    _multiply_whole_numbers(model)
    _leave_out_what_nobody_reads(model)
    model.opset_import.append(helper.make_opsetid(CONTRIBUTED, 1))


def _pass_by_padding(model: ModelProto) -> None:
    """Softmax reads the scores without the mask, and what follows reads Softmax without looking for a NaN."""
    made_by = {name: node for node in model.graph.node for name in node.output}
    reads_instead: dict[str, str] = {}
    for node in model.graph.node:
        if node.op_type == "Softmax":
            node.input[0] = made_by[node.input[0]].input[0]
        elif node.op_type == "Where" and made_by[node.input[0]].op_type == "IsNaN":
            reads_instead[node.output[0]] = node.input[2]
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = reads_instead.get(name, name)


def _multiply_whole_numbers(model: ModelProto) -> None:
    graph = model.graph
    kept = {entry.name: entry for entry in graph.initializer}
    nodes: list[NodeProto] = []
    scaled: set[str] = set()
    for node in graph.node:
        if node.op_type != "MatMul" or f"{node.input[1]}_q" not in kept:
            nodes.append(node)
            continue
        rows, weights = node.input
        if rows not in scaled:
            nodes += _scale_rows(rows)
            scaled.add(rows)
        columns = numpy_helper.to_array(kept[f"{weights}_scale"]).reshape(-1)
        graph.initializer.append(numpy_helper.from_array(columns, f"{weights}_columns"))
        nodes += _product(rows, weights, node.output[0])
    _replace(graph.node, nodes)


def _scale_rows(rows: str) -> list[NodeProto]:
    """Each row over its largest number, as 127 steps either way of 128."""
    return [
        helper.make_node("Abs", [rows], [f"{rows}_sizes"]),
        helper.make_node("ReduceMax", [f"{rows}_sizes"], [f"{rows}_largest"], axes=[-1], keepdims=1),
        helper.make_node("Max", [f"{rows}_largest", LEAST], [f"{rows}_not_nothing"]),
        helper.make_node("Mul", [f"{rows}_not_nothing", PER_LEVEL], [f"{rows}_step"]),
        helper.make_node("Div", [rows, f"{rows}_step"], [f"{rows}_steps"]),
        helper.make_node("QuantizeLinear", [f"{rows}_steps", ONE, ZERO], [f"{rows}_bytes"]),
    ]


def _product(rows: str, weights: str, result: str) -> list[NodeProto]:
    given = [f"{rows}_bytes", f"{weights}_q", ONE, f"{weights}_columns", ZERO]
    return [
        helper.make_node("MatMulIntegerToFloat", given, [f"{result}_in_steps"], domain=CONTRIBUTED),
        helper.make_node("Mul", [f"{result}_in_steps", f"{rows}_step"], [result]),
    ]


def _leave_out_what_nobody_reads(model: ModelProto) -> None:
    graph = model.graph
    read = {output.name for output in graph.output}
    nodes = []
    for node in reversed(graph.node):
        if read.intersection(node.output):
            nodes.append(node)
            read.update(node.input)
    _replace(graph.node, nodes[::-1])
    _replace(graph.initializer, [entry for entry in graph.initializer if entry.name in read])
    _replace(graph.input, [entry for entry in graph.input if entry.name in read])


def _replace(field, entries) -> None:  # type: ignore[no-untyped-def]
    del field[:]
    field.extend(entries)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
