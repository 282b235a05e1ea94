"""A first guess at category, service, type, impact and urgency, and the words that made it.

Rules and seed words only, while there is no history to learn from. The employee is asked in
plain words; support corrects in one click.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select

from firstline import reference
from firstline.db import db
from incidents import matrix
from incidents import reach as reaches
from incidents.models import Kind, Level
from incidents.reach import Reach
from incidents.services import Service
from knowledge_base.models import Category

Keywords = tuple[tuple[str, str], ...]
"""Each as it is written, and as it is looked for."""
OTHER = "other"
TITLE_WEIGHT = 2
WORDS = re.compile(r"[^\W_]+(?:[-.'][^\W_]+)*")

SECURITY = re.compile(
    r"\b(phish\w*|ransom\w*|malware|virus|hacked|compromised|data breach|"
    r"(?:stolen|lost)\b.{0,30}\b(?:laptop|phone|badge|device)|"
    r"(?:laptop|phone|badge|device)\b.{0,30}\b(?:stolen|lost)|"
    r"clicked\b.{0,40}\b(?:link|attachment))\b",
    re.IGNORECASE | re.DOTALL,
)
REQUEST = re.compile(
    r"\b(?:(?:i|we) (?:would like|need|want) (?:a|an|access|new|another|to (?:order|install|get|have))\b|"
    r"(?:please|can you|could you) (?:install|order|grant|give|set up|create)\b|request(?:ing)? access)",
    re.IGNORECASE,
)
STOPPED = re.compile(
    r"\b(?:can(?:no|')?t work|cannot work|unable to work|stops? me from working|urgent(?:ly)?|asap|emergency|"
    r"production is down|deadline)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class Triage:
    """A classification and the words it rests on."""

    category: str
    kind: Kind
    reach: Reach | None
    impact: Level
    urgency: Level
    service_id: int | None
    priority: int
    because: tuple[str, ...]

    @property
    def facts(self) -> dict[str, object]:
        """As the timeline keeps it."""
        names = ("category", "kind", "reach", "impact", "urgency", "priority")
        return {name: getattr(self, name) for name in names} | {"because": list(self.because)}


@reference.kept(Category)
def _categories() -> tuple[tuple[str, Keywords], ...]:
    rows = db.session.execute(select(Category.slug, Category.keywords).order_by(Category.slug))
    return tuple((slug, _folded(_split(keywords))) for slug, keywords in rows)


@reference.kept(Service)
def _services() -> tuple[tuple[int, Keywords], ...]:
    rows = db.session.execute(select(Service.id, Service.name, Service.keywords).order_by(Service.slug))
    return tuple((service_id, _folded([name, *keywords])) for service_id, name, keywords in rows)


def prioritise(impact: str, urgency: str, kind: str) -> int:
    """Priority by the matrix in force (`incidents.matrix`)."""
    return matrix.priority_of(matrix.cells(), impact=impact, urgency=urgency, kind=kind)


def impact_by_count(people: int) -> Level:
    """The least impact of what so many people have."""
    bars = matrix.bars()
    return next((level for level in (Level.HIGH, Level.MEDIUM) if people >= bars[level]), Level.LOW)


def classify(
    *,
    title: str,
    text: str,
    service: Service | None = None,
    reach: Reach | None = None,
    impact: Level | None = None,
    urgency: Level | None = None,
) -> Triage:
    """Guess what the reporter did not say; what they did say stands."""
    whole = f"{title}\n{text}"
    words = _weigh(title, text)
    category, category_words = _best_category(words)
    service_id = service.id if service else _best_service(words)
    kind = _kind(whole)
    told = reach or reaches.read(whole)
    impact = impact or _impact(reach, told, service_id)
    urgency = urgency or (Level.HIGH if STOPPED.search(whole) else Level.MEDIUM)
    return Triage(
        category=category,
        kind=kind,
        reach=told,
        impact=impact,
        urgency=urgency,
        service_id=service_id,
        priority=prioritise(impact, urgency, kind),
        because=category_words,
    )


def _kind(text: str) -> Kind:
    if SECURITY.search(text):
        return Kind.SECURITY
    return Kind.REQUEST if REQUEST.search(text) else Kind.INCIDENT


def _impact(said: Reach | None, read: Reach | None, service_id: int | None) -> Level:
    """By what they said. A word that was only read (“a colleague”) wakes nobody for a critical service."""
    if said is not None:
        return reaches.impact_of(said, db.session.get(Service, service_id) if service_id else None)
    return reaches.impact_of(read) if read else Level.LOW


def _weigh(title: str, text: str) -> dict[str, int]:
    """Words and pairs of neighbours, those of the title twice."""
    weights: dict[str, int] = {}
    for source, weight in ((title, TITLE_WEIGHT), (text[:4000], 1)):
        words = WORDS.findall(source.casefold())
        for term in (*words, *map(" ".join, pairwise(words))):
            weights[term] = weights.get(term, 0) + weight
    return weights


def _split(keywords: str) -> list[str]:
    return [keyword.strip() for keyword in keywords.split(",") if keyword.strip()]


def _folded(keywords: Sequence[str]) -> Keywords:
    return tuple((keyword, keyword.casefold()) for keyword in keywords)


def _match(keywords: Keywords, words: dict[str, int]) -> tuple[int, tuple[str, ...]]:
    hits = [pair for pair in keywords if pair[1] in words]
    score = sum(min(words[folded], 3) * (2 if " " in folded else 1) for _hit, folded in hits)
    return score, tuple(hit for hit, _folded in hits)


def _best_category(words: dict[str, int]) -> tuple[str, tuple[str, ...]]:
    best: tuple[int, str, tuple[str, ...]] = (0, OTHER, ())
    for slug, keywords in _categories():
        score, hits = _match(keywords, words)
        if score > best[0]:
            best = (score, slug, hits)
    return best[1], best[2]


def _best_service(words: dict[str, int]) -> int | None:
    best: tuple[int, int | None] = (0, None)
    for service_id, keywords in _services():
        score, _hits = _match(keywords, words)
        if score > best[0]:
            best = (score, service_id)
    return best[1]
