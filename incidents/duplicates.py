"""Whether two reports tell of the same trouble: shared words and, where there is a model, meaning."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from knowledge_base.embedding import Encoder
from knowledge_base.words import is_code, words

MEANING = 0.7
"""How much of the likeness is meaning; the rest is words."""

BAR = 0.54
BAR_BY_WORDS = 0.45
"""Above this a join is proposed; a wrong one costs more than a missed one."""

CODE_WEIGHT = 3.0
"""Numbers and error codes are rare and tell troubles apart."""


def proposes_join(likeness: float, *, by_words_only: bool) -> bool:
    """Whether two reports this much alike are shown as one."""
    return likeness >= (BAR_BY_WORDS if by_words_only else BAR)


def likenesses(pairs: Sequence[tuple[str, str]], encoder: Encoder | None) -> list[float]:
    """How much alike the two texts of each pair are, 0 to 1."""
    lexical = [_shared_words(one, other) for one, other in pairs]
    if encoder is None:
        return lexical
    meant = [_meaning(one, other, encoder) for one, other in pairs]
    return [MEANING * near + (1 - MEANING) * shared for near, shared in zip(meant, lexical, strict=True)]


def _meaning(one: str, other: str, encoder: Encoder) -> float:
    first, second = encoder.encode([one, other])
    return max(0.0, float(np.dot(first, second)))


def _shared_words(one: str, other: str) -> float:
    """Cosine of the two bags of words."""
    first, second = _weights(one), _weights(other)
    product = sum(weight * second.get(word, 0.0) for word, weight in first.items())
    return product / (_length(first) * _length(second) or 1.0)


def _weights(text: str) -> dict[str, float]:
    return {
        word: (CODE_WEIGHT if is_code(word) else 1.0) * math.sqrt(count)
        for word, count in Counter(words(text)).items()
    }


def _length(weights: dict[str, float]) -> float:
    return math.sqrt(sum(weight**2 for weight in weights.values()))
