"""Fits the weights of the confidence anew, and says how the shipped ones and the new do.

Every development query is asked twice: with its answers in the index, and with them hidden before anything is
computed. New weights are judged on the fifth of the answers they were not fitted on.

    python -m benchmarks.confidence_fit    takes minutes; to be copied into knowledge_base/confidence.py
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks.logistic import Matrix, solve
from benchmarks.search import DATA, SETS, read_corpus
from benchmarks.search_baselines import Corpus
from firstline.settings import Settings
from knowledge_base import confidence
from knowledge_base.confidence import Weights
from knowledge_base.embedding import Encoder, try_encoder
from knowledge_base.evaluate import auroc, calibration_error
from knowledge_base.ranking import Ranking, rank

COUNTS = {"ms_office_symptoms": 1.0, "askubuntu_bodies": 2.0, "askubuntu_titles": 0.25}
"""What a query counts: few bodies tell most of real reports, many titles little."""
FOLDS = 5
RIDGE = 1.0


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one ranking showed of a query of that set, and whether its answers were in the index."""

    of: str
    fold: int
    has_answer: bool
    ranking: Ranking


def main() -> None:
    encoder, reason = try_encoder(Settings.from_environ().model_dir)
    if not DATA.is_dir() or encoder is None:
        print(f"Nothing fitted. {reason or f'The evaluation data is not at {DATA}.'}")
        return
    looks = [look for name in SETS for look in _looks(name, encoder)]
    for label, shipped in (("with meaning", confidence.WITH_MEANING), ("words only", confidence.WORDS_ONLY)):
        seen = [look for look in looks if look.ranking.has_meaning == (label == "with meaning")]
        fitted = fit(seen, tuple(shipped.of))
        print(f"\n{label}: {fitted.base:.3f}", {name: round(weight, 3) for name, weight in fitted.of.items()})
        _print("shipped", seen, _chances(seen, shipped))
        _print(f"new, {FOLDS}-fold", seen, _chances_held_out(seen, tuple(shipped.of)))


def fit(looks: Sequence[Look], names: Sequence[str]) -> Weights:
    """Logistic regression on the evidence of those names, on standardised columns.

    Each set has an offset of its own while the weights are looked for: where all scores of a set are higher,
    answer or not, that must not pass for what tells the two apart. One offset for all comes last.
    """
    rows, truth, counts = _rows(looks, names), _truth(looks), np.array([COUNTS[look.of] for look in looks])
    sets = np.array([look.of for look in looks])
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = np.c_[(rows - middle) / spread, sets[:, None] == np.unique(sets)]
    ridge = np.diag(np.where(np.arange(scaled.shape[1]) < len(names), RIDGE, 0.0))
    plain = solve(scaled, truth, counts, start=np.zeros(scaled.shape[1]), ridge=ridge)[: len(names)] / spread
    odds = rows @ plain
    start = np.array([-np.average(odds, weights=counts)])
    base = solve(np.ones((len(rows), 1)), truth, counts, start=start, ridge=np.zeros((1, 1)), known=odds)
    return Weights(base=float(base[0]), of=dict(zip(names, plain.tolist(), strict=True)))


def _looks(name: str, encoder: Encoder) -> Iterator[Look]:
    """Four of each query: by meaning or words only, with its answers there or hidden."""
    corpus = read_corpus(DATA / name, encoder)
    for place, relevant in enumerate(corpus.relevant):
        answers = frozenset(np.flatnonzero(relevant).tolist())
        # Queries of one answer stay together.
        fold = crc32(str(min(answers)).encode()) % FOLDS
        for has_answer, hidden in ((True, frozenset[int]()), (False, answers)):
            for ranking in _rankings(corpus, place, hidden):
                if ranking.evidence:
                    yield Look(of=name, fold=fold, has_answer=has_answer, ranking=ranking)


def _rankings(corpus: Corpus, place: int, hidden: frozenset[int]) -> Iterator[Ranking]:
    text = corpus.queries[place].text
    for vector in (corpus.asked[place], None):
        yield rank(corpus.index, text, vector, for_support=True, hidden=hidden)


def _chances_held_out(looks: Sequence[Look], names: Sequence[str]) -> Matrix:
    folds = np.array([look.fold for look in looks])
    chances = np.zeros(len(looks))
    for fold in range(FOLDS):
        fitted = fit([look for look in looks if look.fold != fold], names)
        chances[folds == fold] = _chances([look for look in looks if look.fold == fold], fitted)
    return chances


def _chances(looks: Sequence[Look], weights: Weights) -> Matrix:
    return np.array([weights.chance(look.ranking.evidence) for look in looks])


def _rows(looks: Sequence[Look], names: Sequence[str]) -> Matrix:
    return np.array([[look.ranking.evidence[name] for name in names] for look in looks])


def _truth(looks: Sequence[Look]) -> NDArray[np.bool_]:
    return np.array([look.has_answer for look in looks])


def _print(label: str, looks: Sequence[Look], chances: Matrix) -> None:
    truth, sets = _truth(looks), np.array([look.of for look in looks])
    told = [
        f"{title} {auroc(chances[sets == name], truth[sets == name]):.3f}"
        f" ({calibration_error(chances[sets == name], truth[sets == name]):.3f})"
        for name, title in SETS.items()
    ]
    print(f"  {label:12} AUROC (calibration error):", ", ".join(told))


if __name__ == "__main__":
    main()
