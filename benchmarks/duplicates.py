"""How well doubles are found: fits the weights on some troubles, measures the shipped ones on others.

All are synthetic (`troubles.txt`): families of troubles written by hand, each told in several ways.
No family is in both parts. The wrong pairs are hard: two troubles of one family. More families to fit on,
half of them German, are in `troubles_more.txt`, such as differ by one word in `troubles_close.txt`, and the near misses
of a help desk in `troubles_said.txt`, of many trades in `troubles_desks.txt` and
`troubles_fields.txt`. Pairs that were written apart, and served their time as unseen, are fitted on too.

    python -m benchmarks duplicates                what the shipped weights do
    python -m benchmarks.duplicates --project      new directions, written to incidents/data/alike.npy
    python -m benchmarks.duplicates --fit          new weights, to be copied into incidents/duplicates.py
    python -m benchmarks.duplicates --look FILE    those of the second look; FILE is written by `teaching/teach.py --left-out`
    python -m benchmarks.duplicates --write FILE   the 500 measured pairs, for `firstline duplicates evaluate`
"""

import json
import random
import re
import sys
from collections.abc import Sequence
from itertools import combinations, product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import projection
from benchmarks.logistic import Matrix, logistic, solve
from benchmarks.projection import Seen
from firstline.settings import Settings
from incidents import duplicates
from incidents.duplicates import Reading
from knowledge_base.embedding import Encoder, open_encoder, try_report_encoder

FILE = Path(__file__).parent / "troubles.txt"
MORE = Path(__file__).parent / "troubles_more.txt"
CLOSE = Path(__file__).parent / "troubles_close.txt"
SAID = Path(__file__).parent / "troubles_said.txt"
DESKS = Path(__file__).parent / "troubles_desks.txt"
FIELDS = Path(__file__).parent / "troubles_fields.txt"
SERVED = ("told", "edited", "hard", "elsewhere", "last", "fresh", "new")
"""Pairs written apart, after the rules of their day: unseen then, fitted on now."""
LATER = (
    *("evening", "plants", "wards", "offices", "councils", "trades", "shops", "firms", "public", "works"),
    *("plain", "servers", "chats", "german"),
)
"""Such as the evidence was not fitted on: the second look learns of them, and how much each counts is fitted on them."""
UNSEEN = ("evaluator", "memory", "research", "mails", "contrasts", "buyer")
SEED = 7
SAME, OTHER = 200, 300
EASY, EASY_ONES = "easy", 400
RIDGE = 5.0
WEIGHT_OF_ROOT = 6.0
"""A family of hundreds of pairs counts more than one of ten, but by the root only."""
WEIGHT_SERVED = 3.0
"""Of a pair that is no family's: nobody combined it with thirty others."""
WEIGHT_NEWER = 0.1
"""Of a pair of the newest families: their ways share few words, their troubles many, as hardly any two mails do."""
NEWER = ("desk-", "field-")
PARTS, NO_PART = 5, -1
GERMAN = re.compile(
    r"[äöüß]|\b(?:der|die|das|ist|nicht|kein\w*|im|auf|bei|ich|wir|und|mit|geht|vom|zum|wird|bitte|ein|kommt)\b"
)
BARS = tuple(hundredths / 100 for hundredths in range(60, 93, 3))

Pair = tuple[str, str, bool]
Family = dict[str, list[str]]


def main() -> None:
    encoder, reason = try_report_encoder(Settings.from_environ().model_dir)
    pairs = measured_pairs()
    print(f"{len(pairs)} synthetic pairs, hard ones, disjoint from those the bar was fitted on")
    for name, used in (("meaning and words", encoder), ("words only", None)):
        if used is None and name != "words only":
            print(f"No sentence model: {reason}")
            continue
        for which, measured in (("own", pairs), *((which, read_apart(which)) for which in unseen())):
            precision, recall = measure(measured, used)
            print(f"{name:20} {which:10} precision {precision:.3f}  recall {recall:.3f}")


def measure(pairs: Sequence[Pair], encoder: Encoder | None) -> tuple[float, float]:
    """Precision and recall of the joins the shipped weights propose."""
    found = duplicates.likenesses([(one, other) for one, other, _ in pairs], encoder)
    proposed = [duplicates.proposes_join(each, by_words_only=encoder is None) for each in found]
    right = sum(said and same for said, (_, _, same) in zip(proposed, pairs, strict=True))
    return right / max(1, sum(proposed)), right / sum(same for *_, same in pairs)


def unseen() -> list[str]:
    """Those of `UNSEEN` that are there: who tends the code does not have them before they are measured."""
    return [name for name in UNSEEN if _file(name).exists()]


def read_apart(name: str) -> list[Pair]:
    """Pairs written apart from the families."""
    lines = _file(name).read_text("utf-8").splitlines()
    return [(pair["a"], pair["b"], pair["same"]) for pair in map(json.loads, lines)]


def _file(name: str) -> Path:
    return FILE.parent / f"pairs_{name}.jsonl"


def measured_pairs() -> list[Pair]:
    """200 pairs that are the same and 300 that are not, of families nothing was fitted on."""
    drawn, whole = random.Random(SEED), hard_pairs("test")
    same = drawn.sample([pair for pair in whole if pair[2]], SAME)
    return same + drawn.sample([pair for pair in whole if not pair[2]], OTHER)


def hard_pairs(part: str) -> list[Pair]:
    """Every pair within a family: two ways of one trouble, or two troubles."""
    return [pair for family in read(part).values() for pair in pairs_of(family)]


def read(part: str, *files: Path) -> dict[str, Family]:
    """The families of the part `fit` or `test`, of these files or all."""
    families: dict[str, Family] = {}
    family: Family = {}
    ways: list[str] = []
    for line in (
        each
        for file in files or (FILE, MORE, CLOSE, SAID, DESKS, FIELDS)
        for each in file.read_text("utf-8").splitlines()
    ):
        if line.startswith("# "):
            kept, name = line[2:].split()
            family = families.setdefault(name, {}) if kept == part else {}
        elif line.startswith("= "):
            ways = family.setdefault(line[2:], [])
        elif line.startswith("- "):
            ways.append(line[2:])
    return families


def fit(encoder: Encoder | None) -> tuple[Matrix, dict[str, list[str]]]:
    """Weights with the offset last, and by bar what a family or a set that was left out would have had.

    The meaning of a pair that is fitted on is seen by the projection of other families: by its own it would look surer.
    """
    pairs, groups = _fitted()
    rows, same = _rows(pairs, encoder)
    undecided, parts = ~np.isnan(rows).any(axis=1), _parts(groups)
    seen = _seen(pairs, groups, parts, encoder) if encoder else None
    chances = np.zeros(len(rows))
    for part in {*parts.tolist()} - {NO_PART}:
        if seen:
            rows[:, 0] = seen.meanings(part)
        rest, left_out = undecided & (parts != part), undecided & (parts == part)
        chances[left_out] = _chances(rows[left_out], _solve(rows[rest], same[rest], groups[rest]))
    if seen:
        rows[:, 0] = seen.meanings(NO_PART)
    told = {kind: _by_bar(chances[which], same[which]) for kind, which in _kinds(pairs, groups).items()}
    return _solve(rows[undecided], same[undecided], groups[undecided]), told


def _seen(
    pairs: Sequence[Pair], groups: NDArray[np.str_], parts: NDArray[np.int64], encoder: Encoder
) -> Seen:
    vectors = _vectors({text for one, other, _ in pairs for text in (one, other)}, encoder)
    part_of = dict(zip(groups.tolist(), parts.tolist(), strict=True))
    scatters = [(part_of[name], projection.scatter(family, vectors)) for name, family in read("fit").items()]
    return Seen([(vectors[one], vectors[other]) for one, other, _ in pairs], parts, scatters)


def _vectors(texts: set[str], encoder: Encoder) -> dict[str, Matrix]:
    return dict(zip(sorted(texts), duplicates.meanings(sorted(texts), encoder), strict=True))


def _kinds(pairs: Sequence[Pair], groups: NDArray[np.str_]) -> dict[str, NDArray[np.bool_]]:
    sets = np.isin(groups, SERVED)
    newer = _are_newer(groups)
    german = np.array([_is_german(one + " " + other) for one, other, _ in pairs])
    kinds = {"older families": ~sets & ~newer & (groups != EASY), "newer families": newer, "sets": sets}
    kinds |= {name: groups == name for name in SERVED}
    return kinds | {"sets, English": sets & ~german, "sets, German": sets & german}


def _are_newer(groups: NDArray[np.str_]) -> NDArray[np.bool_]:
    return np.array([group.startswith(NEWER) for group in groups.tolist()])


def _is_german(text: str) -> bool:
    return bool(GERMAN.search(text))


def _parts(groups: NDArray[np.str_]) -> NDArray[np.int64]:
    """Which families are left out together; each set is alone, pairs of two families are never left out."""
    names = sorted({*groups.tolist()} - {EASY, *SERVED})
    random.Random(SEED).shuffle(names)
    part = {name: place % PARTS for place, name in enumerate(names)} | {EASY: NO_PART}
    part |= {name: place for place, name in enumerate(SERVED, PARTS)}
    return np.array([part[group] for group in groups.tolist()])


def _fitted() -> tuple[list[Pair], NDArray[np.str_]]:
    """All that is fitted on, and of which family or set each pair is."""
    grouped = {name: pairs_of(family) for name, family in read("fit").items()}
    grouped |= {name: read_apart(name) for name in SERVED} | {EASY: easy_pairs()}
    names = [name for name, pairs in grouped.items() for _ in pairs]
    return [pair for pairs in grouped.values() for pair in pairs], np.array(names)


def _by_bar(chances: Matrix, same: NDArray[np.bool_]) -> list[str]:
    """Precision where three of five pairs are not the same, as in the measured ones."""
    share = OTHER / SAME * same.sum() / (~same).sum()
    told = []
    for bar in BARS:
        right, wrong = (chances[same] >= bar).sum(), share * (chances[~same] >= bar).sum()
        told.append(
            f"bar {bar:.2f}: precision {right / max(1, right + wrong):.3f} recall {right / same.sum():.3f}"
        )
    return told


def pairs_of(family: Family) -> list[Pair]:
    same = [(*pair, True) for ways in family.values() for pair in combinations(ways, 2)]
    other = [(*pair, False) for one, two in combinations(family.values(), 2) for pair in product(one, two)]
    return [*same, *other]


def easy_pairs() -> list[Pair]:
    """Two troubles of different families."""
    drawn = random.Random(SEED)
    families = [[way for ways in family.values() for way in ways] for family in read("fit").values()]
    pairs = (drawn.sample(families, 2) for _ in range(EASY_ONES))
    return [(drawn.choice(one), drawn.choice(two), False) for one, two in pairs]


def _rows(pairs: Sequence[Pair], encoder: Encoder | None) -> tuple[Matrix, NDArray[np.bool_]]:
    readings = duplicates.read_all({text for one, other, _ in pairs for text in (one, other)}, encoder)
    rows = [_row(readings[one], readings[other]) for one, other, _ in pairs]
    return np.array(rows), np.array([same for *_, same in pairs])


def _row(one: Reading, other: Reading) -> tuple[float, ...]:
    """Nothing is to be learned of pairs that something decides."""
    beside = duplicates.lay_beside(one, other)
    if beside is None:
        return (float("nan"),) * len(duplicates.FEATURES)
    return duplicates.features(one, other, beside)


def _solve(rows: Matrix, same: NDArray[np.bool_], groups: NDArray[np.str_]) -> Matrix:
    """Logistic regression on standardised features, the offset last."""
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = np.c_[(rows - middle) / spread, np.ones(len(rows))]
    _, which, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    newer = np.where(_are_newer(groups), WEIGHT_NEWER, 1.0)
    counts = np.where(np.isin(groups, SERVED), WEIGHT_SERVED, newer * WEIGHT_OF_ROOT / np.sqrt(sizes[which]))
    ridge = RIDGE * np.diag([*np.ones(rows.shape[1]), 0.0])
    weights = solve(scaled, same, counts, start=np.zeros(scaled.shape[1]), ridge=ridge)
    plain = weights[:-1] / spread
    return np.array([*plain, weights[-1] - float(plain @ middle)])


def _chances(rows: Matrix, weights: Matrix) -> Matrix:
    return logistic(rows @ weights[:-1] + weights[-1])


def _print_fit() -> None:
    for encoder in (try_report_encoder(Settings.from_environ().model_dir)[0], None):
        weights, told = fit(encoder)
        print("meaning and words" if encoder else "words only", *np.round(weights, 2), sep=", ")
        for kind, lines in told.items():
            print(f"  {kind}, left out", *lines, sep="\n    ")


def _print_look(file: Path) -> None:
    """Log-odds of evidence and second look against what is so, on sets that neither had seen."""
    encoder, said = open_encoder(Settings.from_environ().model_dir).of_reports, np.load(file)
    names = [name for name in LATER if name in said]
    pairs = [pair for name in names for pair in read_apart(name)]
    readings = duplicates.read_all({text for one, other, _ in pairs for text in (one, other)}, encoder)
    found = np.array([duplicates.evidence(readings[one], readings[other]) for one, other, _ in pairs])
    same = np.array([same for *_, same in pairs])
    decided = np.isinf(found)
    rows = np.c_[found, np.concatenate([said[name] for name in names]), np.ones(len(found))]
    weights = solve(
        rows[~decided], same[~decided], np.ones((~decided).sum()), start=np.zeros(3), ridge=np.zeros((3, 3))
    )
    print(*np.round(weights, 2), sep=", ")
    chances = np.zeros(len(rows))
    chances[~decided] = logistic(rows[~decided] @ weights)
    print(*_by_bar(chances, same), sep="\n")


def _write_projection() -> None:
    """All families show it; the weights are fitted as if each pair were seen by other families only."""
    encoder = open_encoder(Settings.from_environ().model_dir).of_reports
    families = read("fit").values()
    vectors = _vectors({way for family in families for ways in family.values() for way in ways}, encoder)
    found = projection.directions(projection.scatter(family, vectors) for family in families)
    np.save(duplicates.PROJECTION, (found / np.abs(found).max()).astype(np.float16))


def _write(file: Path) -> None:
    lines = [json.dumps({"a": one, "b": other, "same": same}) for one, other, same in measured_pairs()]
    file.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--project"]:
            _write_projection()
        case ["--fit"]:
            _print_fit()
        case ["--look", name]:
            _print_look(Path(name))
        case ["--write", name]:
            _write(Path(name))
        case _:
            main()
