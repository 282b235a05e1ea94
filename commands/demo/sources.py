"""The files of the demo: JSON, and articles in Markdown with a head between two lines of dashes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge_base.articles import Draft
from knowledge_base.models import Audience

FOLDER = Path(__file__).resolve().parent
FENCE = "---\n"


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
        yield parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> KnownFix:
    """Take an article apart; the head has one `name: value` a line, a value may be a JSON string."""
    _, head, body = text.split(FENCE, 2)
    fields = dict(_field(line) for line in head.splitlines())
    draft = Draft(
        title=fields["title"],
        body=body.strip() + "\n",
        summary=fields["summary"],
        category=fields["category"],
        service=fields["service"] or None,
        keywords=fields["keywords"],
        audience=Audience(fields["audience"]),
    )
    return KnownFix(slug=fields["id"], draft=draft)


def _field(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    value = value.strip()
    return name, json.loads(value) if value.startswith('"') else value
