"""Knowledge bases of other desks, each with the reports that people send it: hand-written, each by another writer.

All of it is synthetic, written by language models that were told of an organisation and no more. A report in four has no
article in its base, most of those about the same products.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from knowledge_base.evaluate import Document, Query

BASES = Path(__file__).with_name("bases")
LEARNED = ("suite", "campus", "clinic", "cloud", "ledger", "desktop")
"""The model that reads reports was taught on these (`benchmarks/teaching/teach_reports.py`)."""
FITTED = (
    "hybrid",
    "apps",
    "council",
    "shops",
    "bank",
    "field",
    "partners",
    "questions",
    "planning",
    "forms",
    "tenant",
    "docs",
)
"""Of these only the confidence has learned (`benchmarks/confidence_fit.py`)."""
UNSEEN = ("servers", "works", "files", "sites", "calls")
"""Nothing was fitted on these."""


def documents(name: str) -> list[Document]:
    """The articles of a base as the index takes them: their text holds the symptoms too."""
    return [
        Document(
            id=told["id"],
            title=told["title"],
            body="\n".join([*told["symptoms"], told["body"]]),
            symptoms="\n".join(f"- {line}" for line in told["symptoms"]),
        )
        for told in _lines(name, "articles")
    ]


def reports(name: str) -> list[Query]:
    """All of them; those that no article of the base answers have none."""
    return [
        Query(text=told["text"], relevant=frozenset(told["relevant"])) for told in _lines(name, "reports")
    ]


def _lines(name: str, of: str) -> Sequence[dict[str, Any]]:
    text = (BASES / name / f"{of}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]
