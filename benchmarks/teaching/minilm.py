"""The sentence model in torch, with a small correction beside each of its products that can be learned (LoRA).

Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models". Only `benchmarks/teaching/teach.py` reads this;
torch is in no environment of ours, see there.
"""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn import functional

LAYERS, HEADS, SIZE = 6, 12, 384
RANK, DROPPED = 16, 0.1
SMALLEST = 1e-12
INNER = "inner."
BIAS = ".bias"

Weights = Mapping[str, NDArray[np.float32]]
Ids = tuple[list[int], list[int]]
"""Of two texts that are read together; of one alone the other has none."""


def read(file: Path) -> Weights:
    """What the file holds, as floats; the weights of a product by the name of the bias that is added to it."""
    graph = onnx.load(file).graph
    kept = {entry.name: numpy_helper.to_array(entry) for entry in graph.initializer}
    weights = {name: value for name, value in kept.items() if value.dtype == np.float32}
    for name in kept:
        if name.endswith("_q"):
            whole = name.removesuffix("_q")
            weights[whole] = kept[name].astype(np.float32) * kept[f"{whole}_scale"]
    products = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "MatMul"}
    for node in graph.node:
        for bias, product in (node.input[:2], node.input[1::-1]) if node.op_type == "Add" else ():
            if bias.endswith(BIAS) and product in products:
                weights[bias.removesuffix(BIAS) + ".weight"] = weights[products[product]]
    return weights


class Product(nn.Module):
    """x W + b as it is, and a correction of low rank that is nothing at first."""

    def __init__(self, weights: Weights, name: str) -> None:
        super().__init__()
        self.name = name
        self.weight, self.bias = _fixed(weights[name + ".weight"].T), _fixed(weights[name + BIAS])
        size_out, size_in = self.weight.shape
        self.before = nn.Parameter(torch.randn(RANK, size_in) / math.sqrt(size_in))
        self.after = nn.Parameter(torch.zeros(size_out, RANK))

    def forward(self, rows: Tensor) -> Tensor:
        corrected = functional.linear(functional.linear(rows, self.before), self.after)
        return functional.linear(rows, self.weight, self.bias) + corrected


class Layer(nn.Module):
    """Attention and two products, each added to what came in."""

    def __init__(self, weights: Weights, number: int) -> None:
        super().__init__()
        self._name = f"{INNER}encoder.layer.{number}."
        self.query, self.key, self.value = (
            Product(weights, f"{self._name}attention.self.{name}") for name in ("query", "key", "value")
        )
        self.out = Product(weights, f"{self._name}attention.output.dense")
        self.wide = Product(weights, f"{self._name}intermediate.dense")
        self.narrow = Product(weights, f"{self._name}output.dense")
        self.attended = _norm(weights, f"{self._name}attention.output.LayerNorm")
        self.ended = _norm(weights, f"{self._name}output.LayerNorm")

    def forward(self, rows: Tensor, seen: Tensor) -> Tensor:
        by_head = [_by_head(product(rows)) for product in (self.query, self.key, self.value)]
        found = functional.scaled_dot_product_attention(*by_head, attn_mask=seen)
        rows = self.attended(rows + self._dropped(self.out(found.transpose(1, 2).reshape(rows.shape))))
        return self.ended(rows + self._dropped(self.narrow(functional.gelu(self.wide(rows)))))

    def _dropped(self, rows: Tensor) -> Tensor:
        return functional.dropout(rows, DROPPED, self.training)


class MiniLM(nn.Module):
    """Token vectors of texts that are padded to one length."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        of = f"{INNER}embeddings."
        self.words, self.places, self.types = (
            _fixed(weights[f"{of}{name}_embeddings.weight"]) for name in ("word", "position", "token_type")
        )
        self.begun = _norm(weights, f"{of}LayerNorm")
        self.layers = nn.ModuleList(Layer(weights, number) for number in range(LAYERS))

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
        rows = self.begun(self.words[ids] + self.places[: ids.shape[1]] + self.types[types])
        for layer in self.layers:
            rows = layer(rows, mask[:, None, None, :].bool())
        return rows

    def corrections(self, *, before: str, after: str) -> dict[str, Tensor]:
        """What was learned, by the name of each product and which of its two factors it is."""
        products = [module for module in self.modules() if isinstance(module, Product)]
        return {product.name + before: product.before for product in products} | {
            product.name + after: product.after for product in products
        }


def _fixed(values: NDArray[np.float32]) -> nn.Parameter:
    return nn.Parameter(torch.tensor(values.copy()), requires_grad=False)


def _norm(weights: Weights, name: str) -> nn.LayerNorm:
    norm = nn.LayerNorm(SIZE, eps=SMALLEST)
    norm.weight, norm.bias = _fixed(weights[name + ".weight"]), _fixed(weights[name + BIAS])
    return norm


def _by_head(rows: Tensor) -> Tensor:
    return rows.view(*rows.shape[:2], HEADS, SIZE // HEADS).transpose(1, 2)


def padded(pairs: Sequence[Ids]) -> tuple[Tensor, Tensor, Tensor]:
    """Numbers of the tokens, which of two texts they are of, and where there are any."""
    longest = max(len(one) + len(other) for one, other in pairs)
    ids, types, mask = (torch.zeros(len(pairs), longest, dtype=torch.long) for _ in range(3))
    for row, (one, other) in enumerate(pairs):
        whole = len(one) + len(other)
        ids[row, :whole] = torch.tensor(one + other)
        types[row, len(one) : whole] = 1
        mask[row, :whole] = 1
    return ids, types, mask


def mean(rows: Tensor, part: Tensor) -> Tensor:
    """Of the tokens that are in that part of each text."""
    return (rows * part[..., None]).sum(1) / part.sum(1)[:, None]
