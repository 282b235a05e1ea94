"""How well and how fast fixes are found, beside what else could be had, on the sets in `../shared/data`.

The model that reads reports has learned of these very queries. What is measured is what models do that were taught alike,
each on two thirds of them, with the third that it has not seen: `LEFT_OUT` holds how they read it.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import search_baselines as baselines
from benchmarks import search_speed
from benchmarks.search_baselines import Corpus, Matrix
from firstline.settings import Settings
from knowledge_base import evaluate as measures
from knowledge_base.embedding import Encoder, try_encoder
from knowledge_base.evaluate import Query
from knowledge_base.index import Index

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SETS = {
    "ms_office_symptoms": "Office symptoms",
    "askubuntu_bodies": "AskUbuntu bodies",
    "askubuntu_titles": "AskUbuntu titles",
}
CONFIDENCE = {
    "auroc": "AUROC of the confidence",
    "offer_precision": "offers that hold a right article",
    "offer_share": "answerable queries that got an offer",
    "calibration_error": "calibration error (10 bins)",
}
LEFT_OUT = Path(__file__).with_name("left_out.npz")
WHERE_CACHED = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstline" / "vectors"


def main() -> None:
    """Print a table of recall, one of the confidence and one of the speed; says so without the data."""
    encoder, reason = try_encoder(Settings.from_environ().model_dir)
    if not DATA.is_dir() or encoder is None:
        print(f"search: nothing measured. {reason or f'The evaluation data is not at {DATA}.'}")
        return
    print("\nSearch, R@1 / R@3 on the development queries (not here: tantivy, static word vectors)")
    told = {name: _measure(DATA / folder, encoder) for folder, name in SETS.items()}
    _print_rows(told, {row: row for row in _rows()})
    print("\nHalf of the answers hidden, 5 seeds")
    _print_rows(told, CONFIDENCE)
    search_speed.main(read_corpus(DATA / "ms_office_symptoms", encoder), encoder)


def _rows() -> dict[str, Callable[[Corpus], Matrix]]:
    """Every baseline of the table, in its order."""
    return {
        "SQLite FTS5, default": baselines.fts5,
        "FTS5, stop words out, title x8": baselines.fts5_tuned,
        "MiniLM-L6 int8, 256 tokens": baselines.whole_vectors,
        "rank fusion (RRF, k=60) of the two": lambda corpus: baselines.rank_fusion(
            baselines.fts5_tuned(corpus), baselines.whole_vectors(corpus)
        ),
        "best blend of the two, weight tuned per set": lambda corpus: baselines.best_blend(
            baselines.whole_vectors(corpus), baselines.fts5_tuned(corpus), corpus.relevant
        ),
        "passages .7 + title .3": baselines.passages,
        ".8 of that + .2 FTS5": lambda corpus: baselines.blend(
            baselines.passages(corpus), baselines.fts5_tuned(corpus), weight=0.8
        ),
        "ours, by words only": baselines.ours_by_words,
        "ours, by meaning only": baselines.ours_by_meaning,
        "ours": baselines.ours,
        "ours, reports read as articles": baselines.ours_untaught,
    }


def _measure(folder: Path, encoder: Encoder) -> dict[str, str]:
    """What each row says of one set, ready to print."""
    corpus = read_corpus(folder, encoder)
    recalls = {row: baselines.recall(score(corpus), corpus.relevant) for row, score in _rows().items()}
    found = measures.evaluate(corpus.documents, corpus.queries, encoder, cache=WHERE_CACHED)
    return {
        **{row: f"{first:.3f} / {three:.3f}" for row, (first, three) in recalls.items()},
        **{name: f"{found[name]:.3f}" for name in CONFIDENCE},
    }


def read_corpus(folder: Path, encoder: Encoder) -> Corpus:
    """The set in that folder; a first time embeds its documents, which takes minutes."""
    documents = measures.read_documents(folder / "docs.jsonl")
    queries = read_left_out(folder)
    found = list(measures.entries(documents, encoder, cache=WHERE_CACHED))
    numbers = {document.id: entry.key for document, entry in found}
    relevant = np.zeros((len(queries), len(documents)), dtype=bool)
    for row, query in enumerate(queries):
        relevant[row, [numbers[name] for name in query.relevant if name in numbers]] = True
    return Corpus(
        documents=documents,
        queries=queries,
        entries=[entry for _, entry in found],
        index=Index(entry for _, entry in found),
        vectors=[entry.vectors for _, entry in found if entry.vectors is not None],
        asked=encoder.encode([query.text for query in queries]),
        read=np.array([query.vector for query in queries]),
        relevant=relevant,
    )


def read_left_out(folder: Path) -> list[Query]:
    """The queries of a set, each as a model reads it that was not taught on it."""
    with np.load(LEFT_OUT) as read:
        vectors = read[folder.name].astype(np.float32)
    queries = measures.read_queries(folder / "queries.jsonl")
    return [replace(query, vector=vector) for query, vector in zip(queries, vectors, strict=True)]


def _print_rows(told: dict[str, dict[str, str]], rows: dict[str, str]) -> None:
    _print_row("", told)
    for key, label in rows.items():
        _print_row(label, (found[key] for found in told.values()))


def _print_row(label: str, cells: Iterable[str]) -> None:
    print(f"{label:46}" + "".join(f"{cell:>20}" for cell in cells))
