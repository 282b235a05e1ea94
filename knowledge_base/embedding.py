"""Sentence vectors from an ONNX model on disk.

Needs numpy, onnxruntime and tokenizers only, and runs on Python 3.10 too: the bot imports this
file from its own environment.
"""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Hashable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

MODEL_FILE = "model.onnx"
QUICK_FILE = "model-8bit.onnx"
"""A copy that multiplies whole numbers, made by set-up (`tools/eight_bits.py`); it may be missing."""
TOKENIZER_FILE = "tokenizer.json"
MAX_TOKENS = 256
KEPT = 32
"""Texts whose tokens are remembered, 400 KB each at most: who asks for the vectors of ten reports and their titles
asks for the words of the ten next, and of who resembles them (`incidents/offering.py`)."""
MAX_CHARACTERS = 8_000
"""More characters than MAX_TOKENS can ever need; a pasted log must not cost tokenizer time."""
SLOWER = ["SkipLayerNormFusion", "BiasGeluFusion"]
"""Optimisations of onnxruntime that cost more than they save: what is fused is not vectorised, or less."""


PROBE = (
    "Since this morning my laptop drops the Wi-Fi every few minutes, error 0x80070005; the printer is fine."
)
LEAST_LIKENESS = 0.99
"""Cosine of the probe's vector to the one that the copy brought with it: 0.998 where whole numbers are
multiplied right, less where the sum of two products overflows, as it does on processors without VNNI."""


class ModelUnavailable(Exception):
    """The model cannot be used; the message is a sentence fit for `doctor`."""


class Encoder(Hashable, Protocol):
    """Turns texts into unit vectors; the same text always gives the same vector."""

    identity: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> np.ndarray: ...

    def windows(self, text: str, *, size: int, step: int) -> list[str]: ...

    def tokens(self, text: str) -> tuple[Sequence[tuple[int, int]], np.ndarray]: ...


class OnnxEncoder:
    """Mean-pooled token vectors of one ONNX transformer.

    Texts are run one by one: in a batch each would be padded to the longest. The copy that multiplies
    whole numbers takes less than half the time; without it, or where it is not right, floats are multiplied.
    """

    def __init__(self, folder: Path, *, threads: int = 1, quick: bool = True) -> None:
        self._threads = threads
        self._tokenizer = _open_tokenizer(folder / TOKENIZER_FILE)
        self.identity = _fingerprint(folder / MODEL_FILE)
        if quick and self._is_right(folder / QUICK_FILE):
            self.identity += "-8bit"
        else:
            self._open(folder / MODEL_FILE)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit-length float32 rows, one a text; an empty text gives a row all the same."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        return np.stack([self._encode_one(text) for text in texts])

    def windows(self, text: str, *, size: int, step: int) -> list[str]:
        """Overlapping pieces of `size` tokens, one every `step`, the last one reaching the end."""
        offsets = self._token_offsets(text)
        if len(offsets) <= size:
            return [text] if text.strip() else []
        starts = range(0, max(1, len(offsets) - size + step), step)
        return [text[offsets[start][0] : offsets[min(start + size, len(offsets)) - 1][1]] for start in starts]

    def tokens(self, text: str) -> tuple[Sequence[tuple[int, int]], np.ndarray]:
        """Where each token begins and ends in the text, and its vector; those of the frame stand at (0, 0)."""
        encoding = self._tokenizer.encode(text[:MAX_CHARACTERS])
        return encoding.offsets[: MAX_TOKENS - 1], self._vectors_of(tuple(encoding.ids))

    def _token_offsets(self, text: str) -> list[tuple[int, int]]:
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        pieces = [encoding, *encoding.overflowing]
        return [span for piece in pieces for span in piece.offsets]

    def _encode_one(self, text: str) -> np.ndarray:
        pooled = self._vectors_of(tuple(self._tokenizer.encode(text[:MAX_CHARACTERS]).ids)).mean(axis=0)
        unit: np.ndarray = pooled / (float(np.linalg.norm(pooled)) or 1.0)
        return unit.astype(np.float32)

    def _run(self, ids: tuple[int, ...]) -> np.ndarray:
        if len(ids) > MAX_TOKENS:
            ids = ids[: MAX_TOKENS - 1] + ids[-1:]
        row = np.asarray([ids], dtype=np.int64)
        given = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
        found: np.ndarray = self._session.run(None, {name: given[name] for name in self._inputs})[0][0]
        return found

    def _is_right(self, quick: Path) -> bool:
        """Opens the copy and asks it for the vector that it brought with it, under the name of its original."""
        try:
            self._open(quick)
            brought = base64.b64decode(self._session.get_modelmeta().custom_metadata_map[self.identity])
            return float(self._encode_one(PROBE) @ np.frombuffer(brought, np.float32)) >= LEAST_LIKENESS
        except (ModelUnavailable, KeyError, ValueError):
            return False

    def _open(self, path: Path) -> None:
        self._session = _open_session(path, threads=self._threads)
        self._vectors_of = lru_cache(maxsize=KEPT)(self._run)
        self._inputs = {entry.name for entry in self._session.get_inputs()}
        try:
            self.dimensions = int(self._encode_one("printer").shape[0])
        except Exception as problem:  # onnxruntime raises its own types, one a fault
            raise ModelUnavailable(f"The model {path} does not give sentence vectors: {problem}") from problem


_lock = threading.Lock()
_opened: dict[Path, OnnxEncoder] = {}


def open_encoder(folder: Path) -> OnnxEncoder:
    """The encoder of that folder, opened once a process; raises ModelUnavailable."""
    with _lock:
        if folder not in _opened:
            _opened[folder] = OnnxEncoder(folder)
        return _opened[folder]


def try_encoder(folder: Path) -> tuple[OnnxEncoder | None, str]:
    """The encoder and an empty string, or None and the sentence that says why."""
    try:
        return open_encoder(folder), ""
    except ModelUnavailable as problem:
        return None, str(problem)


def _open_session(path: Path, *, threads: int):  # type: ignore[no-untyped-def]
    _require(path)
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    try:
        return onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOWER
        )
    except Exception as problem:  # onnxruntime raises its own types, one a fault
        raise ModelUnavailable(f"The model file {path} cannot be read; run the set-up again.") from problem


def _open_tokenizer(path: Path):  # type: ignore[no-untyped-def]
    _require(path)
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as problem:  # tokenizers raises bare Exception
        raise ModelUnavailable(f"The tokenizer {path} cannot be read; run the set-up again.") from problem
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _require(path: Path) -> None:
    if not path.is_file():
        raise ModelUnavailable(f"The model file {path} is missing; run the set-up again.")


def _fingerprint(path: Path) -> str:
    _require(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
