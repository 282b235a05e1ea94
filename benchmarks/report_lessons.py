"""What the model that reads reports is to learn, for `benchmarks/teaching/teach_reports.py`.

    python -m benchmarks.report_lessons FOLDER      writes a file a set

A lesson is a report, the articles that were found for it, which of them are right, and what speaks for each but its
meaning (words, word pairs, codes); and the same with the right ones hidden. Only how a report is read is to change: the
vectors of articles stay as they are.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from benchmarks import bases
from benchmarks.learning import TITLES, past_queries
from benchmarks.search import DATA, SETS, WHERE_CACHED
from firstline.settings import Settings
from knowledge_base import evaluate
from knowledge_base.embedding import Encoder, open_encoder
from knowledge_base.evaluate import Document, Query
from knowledge_base.index import Entry, Index
from knowledge_base.ranking import (
    BEST_COSINE,
    PART_COSINE,
    TITLE_COSINE,
    WHOLE_COSINE,
    by_meaning,
    look,
    rank,
)

CANDIDATES = 48
FOLDS = 3
NOBODY = -1
PAST, MOST_PAST = "past", 3
"""Past reports of the titles' articles, and how many of one article."""


@dataclass(frozen=True, kw_only=True)
class Set:
    """Reports and the articles they are asked of; the reports of one base's article are all in one fold."""

    name: str
    base: str
    documents: Sequence[Document]
    queries: Sequence[Query]


def main(folder: Path) -> None:
    """Write all sets."""
    encoder = open_encoder(Settings.from_environ().model_dir)
    folder.mkdir(parents=True, exist_ok=True)
    weights = [TITLE_COSINE, WHOLE_COSINE, PART_COSINE, BEST_COSINE]
    for told in sets():
        np.savez(folder / f"{told.name}.npz", weights=np.array(weights), **lessons(told, encoder))
        print(f"{told.name}: {len(told.queries)} reports")


def sets() -> Iterator[Set]:
    """The development queries of the public sets, past queries of one, and the bases that may be learned of."""
    for name in SETS:
        documents = evaluate.read_documents(DATA / name / "docs.jsonl")
        queries = evaluate.read_queries(DATA / name / "queries.jsonl")
        yield Set(name=name, base=name, documents=documents, queries=queries)
        if name == TITLES:
            yield Set(name=PAST, base=name, documents=documents, queries=_past_queries())
    for name in bases.LEARNED:
        # A symptom's own vector would be asked beside those of the article, and is not taught.
        documents = [replace(document, symptoms="") for document in bases.documents(name)]
        yield Set(name=name, base=name, documents=documents, queries=bases.reports(name))


def fold_of(base: str, query: Query) -> int:
    """Queries of one answer stay together."""
    return crc32(f"{base} {min(query.relevant, default=query.text)}".encode()) % FOLDS


def lessons(told: Set, encoder: Encoder) -> Mapping[str, NDArray[np.generic]]:
    """All of a set, as arrays."""
    found = list(evaluate.entries(told.documents, encoder, cache=WHERE_CACHED))
    numbers = {document.id: entry.key for document, entry in found}
    entries = [entry for _, entry in found]
    answers = [frozenset(numbers[name] for name in query.relevant) for query in told.queries]
    index = Index(entries)
    there, hidden, rests = [], [], []
    for query, right in zip(told.queries, answers, strict=True):
        vector = encoder.encode([query.text])[0]
        meaning = by_meaning(look(index, query.text, vector, for_support=True))
        if meaning is None:
            raise ValueError("articles without vectors")
        for rows, left_out in ((there, frozenset[int]()), (hidden, right)):
            ranking = rank(index, query.text, vector, for_support=True, hidden=left_out)
            rows.append(_padded(ranking.keys[:CANDIDATES], NOBODY))
            rests.append(_padded((ranking.points - meaning[ranking.keys])[:CANDIDATES], 0))
    return {
        "texts": np.array([query.text for query in told.queries]),
        "folds": np.array([fold_of(told.base, query) for query in told.queries]),
        "there": np.array(there),
        "hidden": np.array(hidden),
        "there_rest": np.array(rests[::2], dtype=np.float32),
        "hidden_rest": np.array(rests[1::2], dtype=np.float32),
        "right": np.array([np.isin(row, list(right)) for row, right in zip(there, answers, strict=True)]),
        "has_answer": np.array([bool(right) for right in answers]),
        **_vectors(entries),
    }


def _past_queries() -> list[Query]:
    return [
        Query(text=words, relevant=frozenset({name}))
        for name, told in past_queries().items()
        for words in told[:MOST_PAST]
    ]


def _vectors(entries: Sequence[Entry]) -> dict[str, NDArray[np.generic]]:
    """Of every article its title, all of it, and its passages, which begin where `starts` says."""
    held = [entry.vectors for entry in entries if entry.vectors is not None]
    return {
        "titles": np.array([one.title for one in held], np.float16),
        "wholes": np.array([one.whole for one in held], np.float16),
        "parts": np.concatenate([one.parts for one in held]).astype(np.float16),
        "starts": np.cumsum([0, *(len(one.parts) for one in held)]),
    }


def _padded(row: NDArray[np.generic], filling: int) -> NDArray[np.generic]:
    return np.pad(row, (0, CANDIDATES - len(row)), constant_values=filling)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
