"""Reports, as employees type, chat and mail them, against small bases: the demo's articles, and those of other desks.

For two in five the demo's base has no article. What is tuned looks at one half of them, chosen by their words; the other
half (`unseen`) tells what the tuning is worth. So do the bases on which nothing was fitted, and but for the confidence those
of which it alone has learned (`benchmarks/bases.py`).
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
from knowledge_base.evaluate import Document, Query
from knowledge_base.index import Index
from knowledge_base.models import Audience
from knowledge_base.ranking import Ranking, rank

REPORTS = Path(__file__).with_name("said_to_demo.jsonl")
HALVES = {"tuned on": 0, "unseen": 1}

type Measures = dict[str, float]


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
        name: sum_up([base.look(report) for report in reports if half_of(report) == half])
        for name, half in HALVES.items()
    }
    for names, whose in ((bases.UNSEEN, "unseen"), (bases.FITTED, "confidence learned")):
        found = {name: _measured(name, encoder) for name in names}
        told |= found | {f"mean, {whose}": _means(list(found.values()))}
    print(f"{'':26}" + "".join(f"{measure:>15}" for measure in next(iter(told.values()))))
    for name, found in told.items():
        print(f"{name:26}" + "".join(f"{value:>15.3f}" for value in found.values()))


def _measured(name: str, encoder: Encoder | None) -> Measures:
    base = open_desk(name, encoder)
    return sum_up([base.look(report) for report in bases.reports(name)])


def _means(found: Sequence[Measures]) -> Measures:
    return {measure: fmean(one[measure] for one in found) for measure in found[0]}


def read_reports() -> list[Query]:
    """All of them, both halves, with the slugs of the articles that help; none where the base has no such article."""
    told = map(json.loads, REPORTS.read_text(encoding="utf-8").splitlines())
    return [Query(text=one["text"], relevant=frozenset(one["relevant"])) for one in told]


def half_of(report: Query) -> int:
    """0 may be looked at while something is tuned, 1 may not."""
    return crc32(report.text.encode()) % 2


class Base:
    """Articles as the portal searches them."""

    def __init__(
        self, documents: Iterable[Document], encoder: Encoder | None, *, cache: Path | None = None
    ) -> None:
        self._encoder = encoder
        found = list(evaluate.entries(documents, encoder, cache=cache))
        self._numbers = {document.id: entry.key for document, entry in found}
        self._index = Index(entry for _, entry in found)

    def answers(self, report: Query) -> frozenset[int]:
        """The keys of the articles that help; a slug that is none is an error of the file."""
        return frozenset(self._numbers[slug] for slug in report.relevant)

    def rank(self, text: str, *, hidden: frozenset[int] = frozenset(), by_meaning: bool = True) -> Ranking:
        """As `knowledge_base.search` does it, without its caches."""
        vector = None
        if self._encoder is not None and by_meaning:
            vector = self._encoder.of_reports.encode([self._index.correct(text)])[0]
        return rank(self._index, text, vector, for_support=False, hidden=hidden)

    def look(self, report: Query) -> Look:
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


def open_desk(name: str, encoder: Encoder | None) -> Base:
    """Another desk's base."""
    return Base(bases.documents(name), encoder, cache=WHERE_CACHED)


def sum_up(looks: Sequence[Look]) -> Measures:
    """Shares and errors, each 0 to 1.

    `helped` are the answerable that are offered a right article, `right offers` the offers that hold one; AUROC and
    calibration error (ten bins) are those of the confidence that there is any.
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
