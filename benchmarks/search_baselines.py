"""What the search is measured against: each baseline gives every document a score for every query.

A baseline is a matrix, one row a query, one column a document; the higher, the nearer.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base import ranking, text
from knowledge_base.evaluate import Document, Query
from knowledge_base.index import Entry, Index, Vectors
from knowledge_base.words import STOP_WORDS

Matrix = NDArray[np.float32]
DEPTH_OF_FUSION = 1_000
RRF_K = 60
WEIGHTS = tuple(step / 20 for step in range(21))
NOT_FOUND = -1e6


@dataclass(frozen=True, kw_only=True)
class Corpus:
    """One set with all its vectors, and which documents (columns) answer which query (row).

    `asked` are the queries as the delivered model reads them, `read` as one does that was taught on reports, but not on them.
    """

    documents: Sequence[Document]
    queries: Sequence[Query]
    entries: Sequence[Entry]
    index: Index
    vectors: Sequence[Vectors]
    asked: Matrix
    read: Matrix
    relevant: NDArray[np.bool_]


def recall(scores: Matrix, relevant: NDArray[np.bool_]) -> tuple[float, float]:
    """R@1 and R@3; an answer that was not found is not among the first."""
    best = np.where(relevant, scores, NOT_FOUND).max(axis=1)
    before = (scores > best[:, None]).sum(axis=1) + np.where(best <= NOT_FOUND, len(scores[0]), 0)
    return float((before < 1).mean()), float((before < 3).mean())


def fts5(corpus: Corpus) -> Matrix:
    """SQLite's full-text search as it comes, any of the words."""
    return _fts5(corpus, title=1.0, without=frozenset())


def fts5_tuned(corpus: Corpus) -> Matrix:
    """Stop words out, a title's word worth eight of the body."""
    return _fts5(corpus, title=8.0, without=STOP_WORDS)


def whole_vectors(corpus: Corpus) -> Matrix:
    """One vector an article, 256 tokens."""
    return corpus.asked @ np.stack([held.whole for held in corpus.vectors]).T


def passages(corpus: Corpus) -> Matrix:
    """.7 of the best passage and .3 of the title."""
    titles = corpus.asked @ np.stack([held.title for held in corpus.vectors]).T
    starts = np.cumsum([0, *(len(held.parts) for held in corpus.vectors)])[:-1]
    parts = corpus.asked @ np.concatenate([held.parts for held in corpus.vectors]).T
    best: Matrix = 0.7 * np.maximum.reduceat(parts, starts, axis=1) + 0.3 * titles
    return best


def rank_fusion(one: Matrix, other: Matrix) -> Matrix:
    """Reciprocal ranks of the first thousand of each side, k=60."""
    return _reciprocal(one) + _reciprocal(other)


def blend(one: Matrix, other: Matrix, *, weight: float) -> Matrix:
    """`weight` of the one and the rest of the other, each scaled from its worst to its best hit."""
    mixed: Matrix = weight * _scaled(one) + (1 - weight) * _scaled(other)
    return mixed


def best_blend(one: Matrix, other: Matrix, relevant: NDArray[np.bool_]) -> Matrix:
    """The blend whose weight suits these very queries best: more than one may know beforehand."""
    blends = (blend(one, other, weight=weight) for weight in WEIGHTS)
    return max(blends, key=lambda scores: sum(recall(scores, relevant)))


def ours(corpus: Corpus) -> Matrix:
    """The order that is shipped."""
    return _ranked(corpus, corpus.read)


def ours_untaught(corpus: Corpus) -> Matrix:
    """The order where reports are read as articles are."""
    return _ranked(corpus, corpus.asked)


def ours_by_words(corpus: Corpus) -> Matrix:
    """The order that is shipped for a machine without the model."""
    return _ranked(corpus, [None] * len(corpus.queries))


def ours_by_meaning(corpus: Corpus) -> Matrix:
    """Only the cosines of what is shipped, summed with their weights."""
    rows = []
    for query, vector in zip(corpus.queries, corpus.read, strict=True):
        scored = ranking.look(corpus.index, query.text, vector, for_support=True)
        meaning = ranking.by_meaning(scored)
        rows.append(np.zeros(len(scored.keys)) if meaning is None else meaning)
    return np.stack(rows).astype(np.float32)


def _ranked(corpus: Corpus, vectors: Iterable[Matrix | None]) -> Matrix:
    scores = np.full(corpus.relevant.shape, 2 * NOT_FOUND, dtype=np.float32)
    for row, (query, vector) in enumerate(zip(corpus.queries, vectors, strict=True)):
        keys = ranking.rank(corpus.index, query.text, vector, for_support=True).keys
        scores[row, keys] = -np.arange(len(keys), dtype=np.float32)
    return scores


def _fts5(corpus: Corpus, *, title: float, without: frozenset[str]) -> Matrix:
    base = sqlite3.connect(":memory:")
    base.execute("CREATE VIRTUAL TABLE article USING fts5(title, body)")
    base.executemany(
        "INSERT INTO article(rowid, title, body) VALUES (?, ?, ?)",
        [(place, one.title, text.plain(one.body)) for place, one in enumerate(corpus.documents)],
    )
    scores = np.full(corpus.relevant.shape, 2 * NOT_FOUND, dtype=np.float32)
    for row, query in enumerate(corpus.queries):
        for place, rank in _matches(base, query.text, title=title, without=without):
            scores[row, place] = -rank
    return scores


def _matches(
    base: sqlite3.Connection, asked: str, *, title: float, without: frozenset[str]
) -> Iterable[tuple[int, float]]:
    kept = "".join(letter if letter.isalnum() else " " for letter in asked.lower()).split()
    wanted = " OR ".join(f'"{word}"' for word in kept if word not in without)
    if not wanted:
        return []
    ranked = "SELECT rowid, bm25(article, ?, 1.0) FROM article WHERE article MATCH ?"
    return base.execute(ranked, (title, wanted))


def _reciprocal(scores: Matrix) -> Matrix:
    places = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1)
    counts = (places < DEPTH_OF_FUSION) & (scores > NOT_FOUND)
    ranks: Matrix = np.where(counts, 1 / (RRF_K + places + 1), 0).astype(np.float32)
    return ranks


def _scaled(scores: Matrix) -> Matrix:
    """Nothing found counts as the worst hit."""
    found = scores > NOT_FOUND
    worst = np.where(found, scores, np.inf).min(axis=1, keepdims=True)
    best = np.where(found, scores, -np.inf).max(axis=1, keepdims=True)
    scaled: Matrix = np.where(found, (scores - worst) / np.maximum(best - worst, 1e-9), 0)
    return np.nan_to_num(scaled, posinf=0.0, neginf=0.0)
