"""An article laid out for a reader: its body with anchors at the headings, and what they say."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape

from knowledge_base import text
from knowledge_base.addresses import slugify
from knowledge_base.models import Article

FEWEST_HEADINGS = 3
"""With fewer a table of contents would say nothing new."""
MOST_LETTERS = 60

_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_HEADING_LINE = re.compile(r"^ {0,3}#{1,6}[ \t].*$", re.MULTILINE)
_NEEDLESS_SPACE = re.compile(r"[ \t]+(?=[ \t.,;:!?)])")
_NUMBER = re.compile(r"^[ \t]*\d{1,3}[.)][ \t]+", re.MULTILINE)


@dataclass(frozen=True)
class Heading:
    """One entry of the table of contents; `level` is 2 to 4, as its heading."""

    anchor: str
    words: str
    level: int


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Safe HTML of each part; empty where the article has none. `headings` are those of the body."""

    symptoms: str
    cause: str
    body: str
    headings: Sequence[Heading]

    @property
    def begins_with_heading(self) -> bool:
        return self.body.lstrip().startswith("<h")


def lay_out(article: Article) -> Reading:
    """What a page shows of the article."""
    body, headings = anchored(text.render(article.body))
    return Reading(
        symptoms=text.render(article.symptoms) if article.symptoms else "",
        cause=text.render(article.cause) if article.cause else "",
        body=body,
        headings=headings,
    )


def anchored(html: str) -> tuple[str, list[Heading]]:
    """Cleaned HTML with an id at every heading, and the headings; the page's title stays the only h1."""
    headings: list[Heading] = []
    seen: Counter[str] = Counter()

    def anchor(found: re.Match[str]) -> str:
        heading = _heading(found, seen)
        headings.append(heading)
        return f'<h{heading.level} id="{heading.anchor}">{found[2]}</h{heading.level}>'

    return _HEADING.sub(anchor, html), headings


def searched_text(article: Article) -> str:
    """Its words in the order of the page, without headings and numbers, for excerpts."""
    body = _NUMBER.sub("", _HEADING_LINE.sub("", article.body))
    words = "\n".join(text.plain(part) for part in (article.symptoms, body, article.cause) if part)
    return _NEEDLESS_SPACE.sub("", words)


def _heading(found: re.Match[str], seen: Counter[str]) -> Heading:
    words = " ".join(unescape(_TAG.sub("", found[2])).split())
    stem = f"at-{slugify(words)[:MOST_LETTERS].strip('-')}"
    seen[stem] += 1
    anchor = stem if seen[stem] == 1 else f"{stem}-{seen[stem]}"
    return Heading(anchor, words, min(4, max(2, int(found[1]))))
