"""Fits the weights of the confidence anew, and says how the shipped ones and the new do.

Every development query is asked twice, as a model reads it that was not taught on it: with its answers in the index, and
with them hidden before anything is computed; once of the whole base, and once of a hundred articles of it, so that the size of a base can be told from what
it is about. The half of the short reports that may be tuned on (`said`), and those to other desks, are asked as they are: some have
no article. New weights are judged on the fifth of the answers, and of the desks, that they were not fitted on.

    python -m benchmarks.confidence_fit    takes minutes; to be copied into knowledge_base/confidence.py
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks import bases, said
from benchmarks.logistic import Matrix, solve
from benchmarks.search import DATA, SETS, WHERE_CACHED, read_corpus
from benchmarks.search_baselines import Corpus
from firstline.settings import Settings
from knowledge_base import confidence
from knowledge_base.confidence import Weights
from knowledge_base.embedding import Encoder, try_encoder
from knowledge_base.evaluate import Query, auroc, calibration_error
from knowledge_base.index import Index
from knowledge_base.ranking import Ranking, rank

COUNTS = {
    "ms_office_symptoms": 1.0,
    "askubuntu_bodies": 2.0,
    "askubuntu_titles": 0.04,
    "said": 6.0,
    "desks": 0.5,
}
"""What a query counts: few bodies and short reports tell most of real ones, many titles little."""
SMALL, SMALL_COUNTS = 100, 0.1
"""Articles of a part of a set, and what a query asked of it counts beside one asked of the whole."""
FOLDS = 5
RIDGE = 1.0


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one ranking showed of a query of that set or a small part of it, and whether its answers were there."""

    of: str
    fold: int
    has_answer: bool
    ranking: Ranking
    is_small: bool = False

    @property
    def counts(self) -> float:
        """How much it weighs in the fit."""
        return COUNTS[self.of] * (SMALL_COUNTS if self.is_small else 1.0)


def main() -> None:
    encoder, reason = try_encoder(Settings.from_environ().model_dir)
    if not DATA.is_dir() or encoder is None:
        print(f"Nothing fitted. {reason or f'The evaluation data is not at {DATA}.'}")
        return
    looks = [*_said(encoder), *_desks(encoder), *(look for name in SETS for look in _looks(name, encoder))]
    for label, shipped in (("with meaning", confidence.WITH_MEANING), ("words only", confidence.WORDS_ONLY)):
        seen = [look for look in looks if look.ranking.has_meaning == (label == "with meaning")]
        fitted = fit(seen, tuple(shipped.of))
        print(f"\n{label}: {fitted.base:.3f}", {name: round(weight, 3) for name, weight in fitted.of.items()})
        _print("shipped", seen, _chances(seen, shipped))
        _print(f"new, {FOLDS}-fold", seen, _chances_held_out(seen, tuple(shipped.of)))


def fit(looks: Sequence[Look], names: Sequence[str]) -> Weights:
    """Logistic regression on the evidence of those names, on standardised columns.

    All sets share one offset: why the scores of one are higher, answer or not, has to be told by the evidence, or a
    base like none of them could not be judged.
    """
    rows, truth, counts = _rows(looks, names), _truth(looks), np.array([look.counts for look in looks])
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = np.c_[(rows - middle) / spread, np.ones(len(rows))]
    ridge = np.diag([RIDGE] * len(names) + [0.0])
    found = solve(scaled, truth, counts, start=np.zeros(len(names) + 1), ridge=ridge)
    plain = found[:-1] / spread
    base = float(found[-1] - plain @ middle)
    return Weights(base=base, of=dict(zip(names, plain.tolist(), strict=True)))


def _looks(name: str, encoder: Encoder) -> Iterator[Look]:
    """Each query of the whole set and of a small part of it, by meaning and words only, answers there or hidden."""
    corpus = read_corpus(DATA / name, encoder)
    yield from _asked(corpus, name, corpus.index, frozenset(range(len(corpus.entries))))
    order = np.random.default_rng(0).permutation(len(corpus.entries))
    for part in np.array_split(order, max(1, len(order) // SMALL)):
        index = Index(corpus.entries[place] for place in part)
        yield from _asked(corpus, name, index, frozenset(part.tolist()), is_small=True)


def _asked(
    corpus: Corpus, name: str, index: Index, within: frozenset[int], *, is_small: bool = False
) -> Iterator[Look]:
    for place, relevant in enumerate(corpus.relevant):
        answers = frozenset(np.flatnonzero(relevant).tolist())
        if not answers & within:
            continue
        # Queries of one answer stay together.
        fold = crc32(str(min(answers)).encode()) % FOLDS
        for has_answer, hidden in ((True, frozenset[int]()), (False, answers)):
            for ranking in _rankings(corpus, index, place, hidden):
                if ranking.evidence:
                    yield Look(of=name, fold=fold, has_answer=has_answer, ranking=ranking, is_small=is_small)


def _said(encoder: Encoder) -> Iterator[Look]:
    base = said.Base(said.documents(), encoder, cache=WHERE_CACHED)
    for report in said.read_reports():
        if said.half_of(report) == said.HALVES["tuned on"]:
            # Its answers' names, or its own words where it has none.
            fold = crc32((min(report.relevant, default=report.text)).encode()) % FOLDS
            yield from _told(base, report, of="said", fold=fold)


def _desks(encoder: Encoder) -> Iterator[Look]:
    for place, name in enumerate(bases.FITTED):
        base = said.open_desk(name, encoder)
        for report in bases.reports(name):
            yield from _told(base, report, of="desks", fold=place % FOLDS)


def _told(base: said.Base, report: Query, *, of: str, fold: int) -> Iterator[Look]:
    for by_meaning in (True, False):
        ranking = base.rank(report.text, by_meaning=by_meaning)
        if ranking.evidence:
            yield Look(of=of, fold=fold, has_answer=bool(report.relevant), ranking=ranking)


def _rankings(corpus: Corpus, index: Index, place: int, hidden: frozenset[int]) -> Iterator[Ranking]:
    text = corpus.queries[place].text
    for vector in (corpus.read[place], None):
        yield rank(index, text, vector, for_support=True, hidden=hidden)


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
    truth, sets = _truth(looks), np.array(["" if look.is_small else look.of for look in looks])
    told = [
        f"{title} {auroc(chances[sets == name], truth[sets == name]):.3f}"
        f" ({calibration_error(chances[sets == name], truth[sets == name]):.3f})"
        for name, title in {**SETS, "said": "short reports", "desks": "other desks"}.items()
    ]
    print(f"  {label:12} AUROC (calibration error):", ", ".join(told))


if __name__ == "__main__":
    main()
