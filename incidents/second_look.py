"""A second look at two reports: the sentence model reads them together, each with the other in sight.

One vector for each report cannot hold what only the other makes important: that one asks what the other suffers, that it is another
door, that the one is planned and the other broken. The model was taught this on some thousand pairs
(`benchmarks/teaching/teach.py`); it is asked only where the evidence leaves a doubt.
"""

import math
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from incidents import english
from knowledge_base.embedding import Encoder, fingerprint, unit

TAUGHT = Path(__file__).parent / "data" / "second_look.npz"
"""The corrections of the model, which set-up adds to its weights (`tools/taught_model.py`), and the layer over it."""
COSINE_AS_LOUD = 20.0
"""The parts of a cosine are small beside the rest of what is judged."""
KEPT = 4_096

Vector = NDArray[np.float32]


@lru_cache(maxsize=KEPT)
def score(one: str, other: str, encoder: Encoder) -> float | None:
    """The log-odds that both tell of one trouble, whichever comes first; None where the model was not taught."""
    read = encoder.together(*sorted((english.put(one), english.put(other))), lesson=lesson())
    return None if read is None else _judge(*read)


@cache
def lesson() -> str:
    """By which the copy of the model and what is taught here know each other: after an update set-up makes another."""
    return fingerprint(TAUGHT)


def _judge(one: Vector, other: Vector) -> float:
    """One hidden layer over what both have, in what they differ, and how near they are."""
    head, alike = _head(), unit(one) * unit(other)
    given = np.concatenate([one + other, np.abs(one - other), alike * COSINE_AS_LOUD])
    hidden = head["head/hidden"] @ given + head["head/hidden_offset"]
    judged = float(head["head/last"] @ [_gelu(float(each)) for each in hidden])
    return judged + float(head["head/cosine"]) * float(alike.sum()) + float(head["head/offset"])


@cache
def _head() -> Mapping[str, Vector]:
    with np.load(TAUGHT) as taught:
        return {name: taught[name].astype(np.float32) for name in taught.files if name.startswith("head/")}


def _gelu(number: float) -> float:
    """Hendrycks and Gimpel 2016, "Gaussian Error Linear Units"."""
    return number * (1 + math.erf(number / math.sqrt(2))) / 2
