"""What the second look is to learn (`incidents/second_look.py`), for `benchmarks/teaching/teach.py`.

    python -m benchmarks.second_look LESSONS

It learns of pairs that were written apart, and of some of each family of troubles (`benchmarks/duplicates.py`).
"""

import json
import random
import sys
from pathlib import Path

from benchmarks import duplicates
from benchmarks.duplicates import LATER, NEWER, SERVED, Pair
from incidents import english
from incidents.second_look import COSINE_AS_LOUD
from knowledge_base.embedding import AFTER, BEFORE

SEED = 1
MOST_TOKENS = 100
"""Of each text. At work fewer are read (`knowledge_base.embedding.MAX_TOGETHER`): that is quicker and finds nearly as much."""
SAME_OF_FAMILY, OTHER_OF_FAMILY, SAME_OF_NEWER, OTHER_OF_NEWER, EASY = 6, 9, 4, 6, 200


def lessons() -> dict[str, object]:
    """The pairs of each set and of the families, as the model reads them, and what teacher and pupil have to agree on."""
    sets = {name: _read(duplicates.read_apart(name)) for name in (*SERVED, *LATER)}
    agreed = {"before": BEFORE, "after": AFTER, "cosine_as_loud": COSINE_AS_LOUD, "most_tokens": MOST_TOKENS}
    return {"sets": sets, "families": _read(some_of_families()), **agreed}


def some_of_families() -> list[Pair]:
    """Of each family about as many as of the others, however many ways it tells its troubles in."""
    drawn = random.Random(SEED)
    pairs = drawn.sample(duplicates.easy_pairs(), EASY)
    for name, family in duplicates.read("fit").items():
        is_newer = name.startswith(NEWER)
        wanted = (SAME_OF_NEWER, OTHER_OF_NEWER) if is_newer else (SAME_OF_FAMILY, OTHER_OF_FAMILY)
        for is_same, most in zip((True, False), wanted, strict=True):
            found = [pair for pair in duplicates.pairs_of(family) if pair[2] is is_same]
            pairs += drawn.sample(found, min(most, len(found)))
    return pairs


def _read(pairs: list[Pair]) -> list[Pair]:
    """In English, and the smaller text first, as `second_look.score` asks for them."""
    return [(*sorted((english.put(one), english.put(other))), same) for one, other, same in pairs]  # type: ignore[misc]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(lessons()))
