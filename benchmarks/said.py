"""Reports, as employees type, chat and mail them, against small bases: the demo's articles, and those of other desks.

For two in five the demo's base has no article. What is tuned looks at one half of them, chosen by their words; the other
half (`unseen`) tells what the tuning is worth. So do the bases on which nothing was fitted (`benchmarks/bases.py`).
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from zlib import crc32

import numpy as np

from benchmarks import bases
from benchmarks.search import WHERE_CACHED
from commands.demo.sources import known_fixes
from firstline.settings import Settings
from knowledge_base import confidence, evaluate
from knowledge_base.contents import whole_text
from knowledge_base.embedding import Encoder, try_encoder
from knowledge_base.evaluate import Document
from knowledge_base.index import Index
from knowledge_base.models import Audience
from knowledge_base.ranking import Ranking, rank

REPORTS = Path(__file__).with_name("said_to_demo.jsonl")
HALVES = {"tuned on": 0, "unseen": 1}

type Measures = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Report:
    """One report and the slugs of the articles that help; none where the base has no such article."""

    text: str
    relevant: frozenset[str]

    @property
    def half(self) -> int:
        """0 may be looked at while something is tuned, 1 may not."""
        return crc32(self.text.encode()) % 2


@dataclass(frozen=True, kw_only=True)
class Look:
    """What became of one report; `place` is that of the first right article."""

    has_answer: bool
    place: float
    sure: float
    is_offered: bool
    is_right: bool


def main() -> None:
    """Print a row for each half and base; without the model by words only, and it says so."""
    encoder, reason = try_encoder(Settings.from_environ().model_dir)
    print("\nShort reports to the demo's articles" + (f", by words only: {reason}" if reason else ""))
    base, reports = Base(documents(), encoder), read_reports()
    told = {
        name: sum_up([base.look(report) for report in reports if report.half == half])
        for name, half in HALVES.items()
    }
    others = {name: _measured(name, encoder) for name in (*bases.UNSEEN, *bases.FITTED)}
    told |= others | {"mean of other desks": _means(list(others.values()))}
    print(f"{'':20}" + "".join(f"{measure:>15}" for measure in next(iter(told.values()))))
    for name, found in told.items():
        print(f"{name:20}" + "".join(f"{value:>15.3f}" for value in found.values()))


def _measured(name: str, encoder: Encoder | None) -> Measures:
    base, reports = read_desk(name, encoder)
    return sum_up([base.look(report) for report in reports])


def _means(found: Sequence[Measures]) -> Measures:
    return {measure: fmean(one[measure] for one in found) for measure in found[0]}


def read_reports() -> list[Report]:
    """All of them, both halves."""
    told = map(json.loads, REPORTS.read_text(encoding="utf-8").splitlines())
    return [Report(text=one["text"], relevant=frozenset(one["relevant"])) for one in told]


class Base:
    """Articles as the portal searches them."""

    def __init__(
        self, documents: Iterable[Document], encoder: Encoder | None, *, cache: Path | None = None
    ) -> None:
        self._encoder = encoder
        found = list(evaluate.entries(documents, encoder, cache=cache))
        self._numbers = {document.id: entry.key for document, entry in found}
        self._index = Index(entry for _, entry in found)

    def answers(self, report: Report) -> frozenset[int]:
        """The keys of the articles that help; a slug that is none is an error of the file."""
        return frozenset(self._numbers[slug] for slug in report.relevant)

    def rank(self, text: str, *, hidden: frozenset[int] = frozenset(), by_meaning: bool = True) -> Ranking:
        """As `knowledge_base.search` does it, without its caches."""
        vector = None
        if self._encoder is not None and by_meaning:
            vector = self._encoder.of_reports.encode([self._index.correct(text)])[0]
        return rank(self._index, text, vector, for_support=False, hidden=hidden)

    def look(self, report: Report) -> Look:
        """What an employee with these words is offered."""
        ranking, right = self.rank(report.text), self.answers(report)
        offered = confidence.offered(ranking)
        places = (place for place, key in enumerate(ranking.keys.tolist()) if key in right)
        return Look(
            has_answer=bool(right),
            place=min(places, default=float("inf")),
            sure=confidence.chance(ranking),
            is_offered=bool(offered),
            is_right=any(key in right for key, _ in offered),
        )


def read_desk(name: str, encoder: Encoder | None) -> tuple[Base, list[Report]]:
    """Another desk's base, and what it was asked."""
    told = [Report(text=one.text, relevant=one.relevant) for one in bases.reports(name)]
    return Base(bases.documents(name), encoder, cache=WHERE_CACHED), told


def sum_up(looks: Sequence[Look]) -> Measures:
    """The first place and the first three; of the answerable those that are offered a right article (`helped`), of the
    offers those that hold one (`right offers`); how well the confidence tells whether there is any, and its calibration error in ten bins.
    """
    answerable = [look for look in looks if look.has_answer]
    sure, truth = np.array([look.sure for look in looks]), np.array([look.has_answer for look in looks])
    return {
        "R@1": fmean(look.place < 1 for look in answerable),
        "R@3": fmean(look.place < 3 for look in answerable),
        "helped": fmean(look.is_right for look in answerable),
        "right offers": fmean(look.is_right for look in looks if look.is_offered),
        "AUROC": evaluate.auroc(sure, truth),
        "calibration": evaluate.calibration_error(sure, truth),
    }


def documents() -> list[Document]:
    """What every employee may find, as the index takes it."""
    return [
        Document(
            id=fix.slug,
            title=fix.draft.title,
            body=whole_text(fix.draft),
            keywords=fix.draft.keywords,
            symptoms=fix.draft.symptoms,
        )
        for fix in known_fixes()
        if fix.draft.audience == Audience.EVERYONE
    ]


if __name__ == "__main__":
    main()
