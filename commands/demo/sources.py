"""The files of the demo: JSON, and articles in Markdown as `firstline articles import` takes them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_base import markdown_files, records
from knowledge_base.articles import Draft

FOLDER = Path(__file__).resolve().parent


@dataclass(frozen=True, kw_only=True)
class KnownFix:
    """An article of the demo and the address it shall have."""

    slug: str
    draft: Draft


def read(name: str) -> Any:
    """What `name`.json says."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def known_fixes() -> Iterator[KnownFix]:
    """Every article, by file name."""
    for path in sorted((FOLDER / "articles").glob("*.md")):
        yield parse(path.stem, path.read_text(encoding="utf-8"))


def parse(name: str, words: str) -> KnownFix:
    """An article as `firstline articles import` reads it."""
    found = records.entry(name, name, markdown_files.read(words))
    return KnownFix(slug=found.slug, draft=Draft(**found.given))  # type: ignore[arg-type]
