"""Measures of the search as it is shipped, on documents and queries with known answers."""

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import log2
from os import getpid
from pathlib import Path
from statistics import fmean, quantiles
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from knowledge_base import confidence, passages, text
from knowledge_base.embedding import Encoder
from knowledge_base.index import Entry, Index, Vector
from knowledge_base.models import PassageKind
from knowledge_base.passages import arrange, pack, unpack
from knowledge_base.past import Told
from knowledge_base.ranking import Ranking, rank

SEEDS = range(5)
DEPTH = 10


class EvaluationError(Exception):
    """The files cannot be used; the message says which line and why."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One article to find; the body is Markdown, with the symptoms in it; `past` the words of reports that it solved."""

    id: str
    title: str
    body: str
    keywords: str = ""
    symptoms: str = ""
    past: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Query:
    """Words, and the documents that answer them; and how they were read, if not by what is shipped."""

    text: str
    relevant: frozenset[str]
    vector: Vector | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One query with its answers in the index, and again with them hidden."""

    ranks: tuple[int, ...]
    answers: int
    open: "Look"
    hidden: "Look"
    embed_ms: float
    rank_ms: float


@dataclass(frozen=True)
class Look:
    """The confidence, whether something was offered, and whether that holds a right answer."""

    sure: float
    is_offered: bool
    is_right: bool


def evaluate(
    documents: Iterable[Document],
    queries: Sequence[Query],
    encoder: Encoder | None,
    *,
    cache: Path | None = None,
) -> dict[str, float]:
    """All measures; `cache` is a folder that keeps document vectors by content."""
    index, numbers = _build(documents, encoder, cache)
    asked = [query for query in queries if any(name in numbers for name in query.relevant)]
    if not asked:
        raise EvaluationError("No query names a document of this set.")
    _measure(index, asked[0], encoder, numbers)
    return _sum_up([_measure(index, query, encoder, numbers) for query in asked])


def read_documents(path: Path) -> list[Document]:
    """Lines `{"id","title","body","keywords?"}`; raises EvaluationError."""
    return [
        Document(
            id=told["id"],
            title=told["title"],
            body=told.get("body", ""),
            keywords=_joined(told.get("keywords")),
        )
        for told in _lines(path, ("id", "title"))
    ]


def read_queries(path: Path) -> list[Query]:
    """Lines `{"id","text","relevant":[doc ids]}`; raises EvaluationError."""
    return [
        Query(text=told["text"], relevant=frozenset(told["relevant"]))
        for told in _lines(path, ("text", "relevant"))
    ]


def _lines(path: Path, needed: tuple[str, ...]) -> list[dict[str, str]]:
    found = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                told = json.loads(line)
            except ValueError as error:
                raise EvaluationError(f"{path}, line {number}: this is not JSON.") from error
            if not isinstance(told, dict) or any(name not in told for name in needed):
                raise EvaluationError(f"{path}, line {number}: write {', '.join(needed)}.")
            found.append(told)
    return found


def _joined(keywords: object) -> str:
    return ", ".join(map(str, keywords)) if isinstance(keywords, list) else str(keywords or "")


def _build(
    documents: Iterable[Document], encoder: Encoder | None, cache: Path | None
) -> tuple[Index, dict[str, int]]:
    index, numbers = Index(), {}
    for document, entry in entries(documents, encoder, cache=cache):
        index.put(entry)
        numbers[document.id] = entry.key
    return index, numbers


def entries(
    documents: Iterable[Document], encoder: Encoder | None, *, cache: Path | None
) -> Iterator[tuple[Document, Entry]]:
    """Each document with what the index needs of it; the keys count from 0."""
    for number, document in enumerate(documents):
        title, body = document.title, text.plain(document.body)
        vectors = (
            None if encoder is None else arrange(_pieces(encoder, title, body, cache, document.symptoms))
        )
        past = [_told(encoder, words, cache) for words in document.past]
        yield (
            document,
            Entry(key=number, title=title, body=body, keywords=document.keywords, vectors=vectors, past=past),
        )


def _told(encoder: Encoder | None, words: str, cache: Path | None) -> Told:
    vector = (
        None if encoder is None else dict(_pieces(encoder.of_reports, words, "", cache))[PassageKind.TITLE]
    )
    return Told(words=words, vector=vector)


def _pieces(
    encoder: Encoder, title: str, body: str, cache: Path | None, symptoms: str = ""
) -> list[tuple[str, Vector]]:
    if cache is None:
        return _embed(encoder, title, body, symptoms)
    made_by = f"{encoder.identity} {passages.SIZE} {passages.STEP} {passages.MOST}"
    name = hashlib.sha256(
        f"{made_by}\0{title}\0{body}{symptoms and chr(0) + symptoms}".encode(errors="replace")
    ).hexdigest()
    path = cache / name[:2] / f"{name}.npz"
    if path.is_file():
        with np.load(path) as held:
            return list(zip(held["kinds"].tolist(), held["vectors"].astype(np.float32), strict=True))
    made = _embed(encoder, title, body, symptoms)
    _keep(path, made)
    return made


def _embed(encoder: Encoder, title: str, body: str, symptoms: str) -> list[tuple[str, Vector]]:
    pieces = passages.embed(encoder, title=title, body=body, symptoms=symptoms)
    return [(piece.kind.value, unpack(pack(piece.vector))) for piece in pieces]


def _keep(path: Path, pieces: list[tuple[str, Vector]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{getpid()}.npz")
    vectors = np.stack([vector for _, vector in pieces]).astype(np.float16)
    np.savez(draft, kinds=np.array([kind for kind, _ in pieces]), vectors=vectors)
    draft.replace(path)


def _measure(index: Index, query: Query, encoder: Encoder | None, numbers: dict[str, int]) -> Measured:
    right = frozenset(numbers[name] for name in query.relevant if name in numbers)
    started = perf_counter()
    vector = query.vector
    if vector is None and encoder is not None:
        vector = encoder.of_reports.encode([query.text])[0]
    embedded = perf_counter()
    ranking = rank(index, query.text, vector, for_support=True)
    seen = _look(ranking, right)
    done = perf_counter()
    return Measured(
        ranks=tuple(place for place, key in enumerate(ranking.keys.tolist()) if key in right),
        answers=len(right),
        open=seen,
        hidden=_look(rank(index, query.text, vector, for_support=True, hidden=right), right),
        embed_ms=(embedded - started) * 1000,
        rank_ms=(done - embedded) * 1000,
    )


def _look(ranking: Ranking, right: frozenset[int]) -> Look:
    offered = confidence.offered(ranking)
    return Look(confidence.chance(ranking), bool(offered), any(key in right for key, _ in offered))


def _sum_up(measured: Sequence[Measured]) -> dict[str, float]:
    firsts = [min(one.ranks, default=DEPTH) for one in measured]
    halves = [_half_hidden(measured, seed) for seed in SEEDS]
    spent = _percentiles([one.rank_ms for one in measured])
    embedding = _percentiles([one.embed_ms for one in measured])
    return {
        "queries": len(measured),
        "recall_at_1": fmean(first < 1 for first in firsts),
        "recall_at_3": fmean(first < 3 for first in firsts),
        "mrr_at_10": fmean(1 / (first + 1) if first < DEPTH else 0.0 for first in firsts),
        "ndcg_at_10": fmean(_ndcg(one.ranks, one.answers) for one in measured),
        "auroc": fmean(auroc(*_columns(looks)) for looks in halves),
        "offer_precision": fmean(_offer_precision(looks) for looks in halves),
        "offer_share": fmean(_offer_share(looks) for looks in halves),
        "calibration_error": fmean(calibration_error(*_columns(looks)) for looks in halves),
        "p50_ms": spent[0],
        "p95_ms": spent[1],
        "embed_p50_ms": embedding[0],
        "embed_p95_ms": embedding[1],
    }


Halved = list[tuple[bool, Look]]
Chances = NDArray[np.float64]
Truth = NDArray[np.bool_]


def _half_hidden(measured: Sequence[Measured], seed: int) -> Halved:
    """(is there an answer, what was seen) of each query, with the answers of a seeded half hidden."""
    order = list(range(len(measured)))
    random.Random(seed).shuffle(order)  # noqa: S311
    hidden = set(order[: len(order) // 2])
    return [
        (place not in hidden, one.hidden if place in hidden else one.open)
        for place, one in enumerate(measured)
    ]


def _columns(looks: Halved) -> tuple[Chances, Truth]:
    return np.array([look.sure for _, look in looks]), np.array([has_answer for has_answer, _ in looks])


def auroc(sure: Chances, truth: Truth) -> float:
    """The chance that a query with an answer is surer than one without."""
    yes, no = sure[truth], sure[~truth]
    if not len(yes) or not len(no):
        return 0.5
    wins = (yes[:, None] > no[None]).mean() + 0.5 * (yes[:, None] == no[None]).mean()
    return float(wins)


def _offer_precision(looks: Halved) -> float:
    offered = [look.is_right for _, look in looks if look.is_offered]
    return fmean(offered) if offered else 0.0


def _offer_share(looks: Halved) -> float:
    answerable = [look.is_offered for has_answer, look in looks if has_answer]
    return fmean(answerable) if answerable else 0.0


def calibration_error(sure: Chances, truth: Truth) -> float:
    """Mean distance of confidence and truth over ten bins, weighted by their size."""
    bins = np.minimum((sure * 10).astype(int), 9)
    distances = [
        abs(sure[bins == one].mean() - truth[bins == one].mean()) * (bins == one).mean() for one in set(bins)
    ]
    return float(sum(distances))


def _ndcg(ranks: Sequence[int], answers: int) -> float:
    """Every answer is worth the same."""
    gain = sum(1 / log2(place + 2) for place in ranks if place < DEPTH)
    return gain / sum(1 / log2(place + 2) for place in range(min(answers, DEPTH)))


def _percentiles(spent: Sequence[float]) -> tuple[float, float]:
    if len(spent) < 2:
        return spent[0], spent[0]
    cuts = quantiles(spent, n=20, method="inclusive")
    return cuts[9], cuts[18]
