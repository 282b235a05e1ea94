"""Makes a quick copy of the sentence model: the same weights, multiplied as 8-bit numbers.

    python tools/eight_bits.py FOLDER       run by set-up, in the application's environment

The model as it is delivered keeps 8-bit weights with a scale for each column, makes floats of them when it
is opened, and multiplies floats. In the copy every token's row is scaled to 8 bits too, at each product, so
that whole numbers are multiplied: "vector-wise quantization" in Dettmers et al., LLM.int8(), 2022. What only
a text padded to the length of others needs is left out, for texts are run one by one; attention and activation
become one step each, which onnxruntime runs without writing down what lies between.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from knowledge_base.embedding import MODEL_FILE, PROBE, QUICK_FILE, OnnxEncoder

CONTRIBUTED = "com.microsoft"
ZERO, ZEROS, ONE, LEAST, PER_LEVEL, FLAT = "zero", "zeros", "one", "least", "per_level", "flat"
DEPTH = "depth"
CONSTANTS = {
    ZERO: np.array(128, np.uint8),
    FLAT: np.array([-1], np.int64),
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
    save(model, folder / QUICK_FILE)


def save(model: ModelProto, file: Path) -> None:
    """At once: nobody opens half a file."""
    draft = file.with_suffix(".draft")
    onnx.save(model, draft)
    draft.replace(file)


def quicken(model: ModelProto) -> None:
    """Change the graph in place."""
    graph = model.graph
    graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in CONSTANTS.items())
    _pass_by_padding(model)
    _multiply_whole_numbers(model)
    _leave_out_what_nobody_reads(model)
    _attend_in_one_step(model)
    _activate_in_one_step(model)
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
            nodes += _scale_rows(rows, is_first=not scaled)
            scaled.add(rows)
        columns = numpy_helper.to_array(kept[f"{weights}_scale"]).reshape(-1)
        graph.initializer.append(numpy_helper.from_array(columns, f"{weights}_columns"))
        nodes += _product(rows, weights, node.output[0])
    _replace(graph.node, nodes)


def _zeros_for(rows: str) -> list[NodeProto]:
    """The zero of each row, of which there are as many as there are tokens."""
    value = helper.make_tensor(ZERO, TensorProto.UINT8, [1], [128])
    return [
        helper.make_node("Shape", [f"{rows}_step_by_row"], [f"{ZEROS}_shape"]),
        helper.make_node("ConstantOfShape", [f"{ZEROS}_shape"], [ZEROS], value=value),
    ]


def _scale_rows(rows: str, *, is_first: bool) -> list[NodeProto]:
    """Each row over its largest number, as 127 steps either way of 128."""
    return [
        helper.make_node("Abs", [rows], [f"{rows}_sizes"]),
        helper.make_node("ReduceMax", [f"{rows}_sizes"], [f"{rows}_largest"], axes=[-1], keepdims=1),
        helper.make_node("Max", [f"{rows}_largest", LEAST], [f"{rows}_not_nothing"]),
        helper.make_node("Mul", [f"{rows}_not_nothing", PER_LEVEL], [f"{rows}_step"]),
        helper.make_node("Reshape", [f"{rows}_step", FLAT], [f"{rows}_step_by_row"]),
        *(_zeros_for(rows) if is_first else []),
        helper.make_node("QuantizeLinear", [rows, f"{rows}_step_by_row", ZEROS], [f"{rows}_bytes"], axis=1),
    ]


def _product(rows: str, weights: str, result: str) -> list[NodeProto]:
    given = [f"{rows}_bytes", f"{weights}_q", ONE, f"{weights}_columns", ZERO]
    return [
        helper.make_node("MatMulIntegerToFloat", given, [f"{result}_in_steps"], domain=CONTRIBUTED),
        helper.make_node("Mul", [f"{result}_in_steps", f"{rows}_step"], [result]),
    ]


def _attend_in_one_step(model: ModelProto) -> None:
    """From the three products to what follows the softmax: scores, weights and sums, head by head."""
    graph = model.graph
    kept = {entry.name: entry for entry in graph.initializer}
    made_by = {name: node for node in graph.node for name in node.output}
    for softmax in [node for node in graph.node if node.op_type == "Softmax"]:
        scores, weighed = made_by[softmax.input[0]], _reader(graph, softmax)
        three = [_biased(made_by, name) for name in (*scores.input, weighed.input[1])]
        last = _reader(graph, _reader(graph, weighed))
        bias = np.concatenate([numpy_helper.to_array(kept[node.input[1]]) for node in three])
        graph.initializer.append(numpy_helper.from_array(bias, f"{last.output[0]}_bias"))
        given = [*(node.input[0] for node in three), f"{last.output[0]}_bias"]
        size = int(numpy_helper.to_array(kept[_head_size(made_by, scores.input[0])])[0])
        heads = len(bias) // len(three) // size
        _become(last, "MultiHeadAttention", given, num_heads=heads)


def _activate_in_one_step(model: ModelProto) -> None:
    """x / 2 (1 + erf(x / sqrt 2))"""
    graph = model.graph
    made_by = {name: node for node in graph.node for name in node.output}
    for erf in [node for node in graph.node if node.op_type == "Erf"]:
        last = _reader(graph, _reader(graph, _reader(graph, erf)))
        _become(last, "Gelu", [made_by[erf.input[0]].input[0]])
        _take_sizes_as_they_are(graph, last)
    graph.initializer.append(numpy_helper.from_array(np.array(0.17, np.float32), DEPTH))


def _take_sizes_as_they_are(graph: GraphProto, activated: NodeProto) -> None:
    """An activation is never below -DEPTH: the largest number of a row is the largest by its size, too."""
    largest = _reader(graph, _reader(graph, activated))
    largest.input[0] = activated.output[0]
    _reader(graph, largest).input[1] = DEPTH


def _reader(graph: GraphProto, node: NodeProto) -> NodeProto:
    """The one that reads what this node makes."""
    return next(one for one in graph.node if node.output[0] in one.input)


def _biased(made_by: Mapping[str, NodeProto], name: str) -> NodeProto:
    """The sum of product and bias from which this was reshaped."""
    return made_by[name] if made_by[name].op_type == "Add" else _biased(made_by, made_by[name].input[0])


def _head_size(made_by: Mapping[str, NodeProto], name: str) -> str:
    """The last number of the shape into which product and bias were brought."""
    node = made_by[name]
    if node.op_type == "Reshape" and made_by[node.input[0]].op_type == "Add":
        return str(made_by[node.input[1]].input[-1])
    return _head_size(made_by, node.input[0])


def _become(node: NodeProto, kind: str, given: list[str], **more: int) -> None:
    node.CopyFrom(helper.make_node(kind, given, list(node.output), domain=CONTRIBUTED, **more))


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
