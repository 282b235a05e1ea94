"""What past reports do for the search: the learning curve, and whether they harm where they say nothing.

`askubuntu_titles/expansion_train.jsonl` holds past queries of 1,735 documents, of which 1,538 answer
no query that is asked: each keeps as many reports as the answers do, so the curve pays for what
distractors learn. Queries whose answer has no report show that price alone. On the other sets half of
the documents get reports that were never theirs, which is the worst that can be learned. Queries are read by models that
were not taught on them (`benchmarks/search.py`), past reports by the one that is shipped, which has learned of some of these.
"""

import json
from dataclasses import replace
from itertools import batched, cycle
from pathlib import Path

from benchmarks.search import DATA, read_left_out
from knowledge_base.embedding import Encoder, try_encoder
from knowledge_base.evaluate import Document, Query, evaluate, read_documents

TITLES, OTHERS = "askubuntu_titles", ("ms_office_symptoms", "askubuntu_bodies")
REPORTS = (0, 1, 2, 5)
MODEL = Path(__file__).resolve().parents[1] / "var" / "models" / "minilm"
CACHE = Path("~/.cache/firstline/vectors").expanduser()
Figures = dict[str, float]


def main() -> None:
    """Print both tables; says so where the data or the model is not there."""
    encoder, reason = try_encoder(MODEL)
    if encoder is None or not DATA.is_dir():
        print(f"learning: nothing measured; {reason or 'the evaluation data is not there'}")
        return
    past = past_queries()
    _print_curve(encoder, past)
    _print_harm(encoder, [words for told in past.values() for words in told[:2]])


def past_queries() -> dict[str, tuple[str, ...]]:
    """The past queries of each document that has any, by its id."""
    with (DATA / TITLES / "expansion_train.jsonl").open(encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines]
    return {one["doc_id"]: tuple(one["queries"]) for one in told}


def _print_curve(encoder: Encoder, past: dict[str, tuple[str, ...]]) -> None:
    documents, queries = _read(TITLES)
    answered = {True: [], False: []}
    for query in queries:
        answered[any(name in past for name in query.relevant)].append(query)
    distractors = len(past.keys() - {name for query in queries for name in query.relevant})
    print(f"\nLearning: {TITLES}, R@1 / R@3 with up to so many past reports for {len(past):,} documents")
    print(f"({distractors:,} of them answer no query that is asked)")
    print(f"{'reports':>8}{'all':>16}{'answer has some':>20}{'answer has none':>20}")
    for most in REPORTS:
        learned = [replace(document, past=past.get(document.id, ())[:most]) for document in documents]
        some, none = (evaluate(learned, answered[has], encoder, cache=CACHE) for has in (True, False))
        print(f"{most:8d}{_shown(_joined(some, none)):>16}{_shown(some):>20}{_shown(none):>20}", flush=True)


def _print_harm(encoder: Encoder, strange: list[str]) -> None:
    print("\nHarm: R@1 / R@3 without reports, and with 5 strangers' for every other document")
    for name in OTHERS:
        documents, queries = _read(name)
        supply = batched(cycle(strange), 5)
        spoilt = [
            replace(document, past=next(supply)) if place % 2 else document
            for place, document in enumerate(documents)
        ]
        clean, harmed = (evaluate(given, queries, encoder, cache=CACHE) for given in (documents, spoilt))
        print(f"{name:22}{_shown(clean):>16}{_shown(harmed):>16}", flush=True)


def _read(name: str) -> tuple[list[Document], list[Query]]:
    return read_documents(DATA / name / "docs.jsonl"), read_left_out(DATA / name)


def _joined(one: Figures, other: Figures) -> Figures:
    """The figures of both groups of queries together."""
    many = one["queries"] + other["queries"]
    return {
        name: (one[name] * one["queries"] + other[name] * other["queries"]) / many
        for name in ("recall_at_1", "recall_at_3")
    }


def _shown(figures: Figures) -> str:
    return f"{figures['recall_at_1']:.3f} / {figures['recall_at_3']:.3f}"
