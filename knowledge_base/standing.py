"""What came of offering an article, as a bounded shift of its place: one that never helps sinks.

Only what people said counts: a silent offer is no failure. Being shown often therefore moves
nothing, only verdicts do, and their share, not their number. A fix on the second or third place is
often not looked at when somebody goes on to support: its failure counts a half or a third.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql import ColumnElement

from firstline import clock, jobs
from firstline.db import db, write
from knowledge_base.learning import read_anew
from knowledge_base.models import Article, Attempt, Feedback, Offer

LOWEST, HIGHEST = -1.5, 0.5
SUNK = -1.2
"""Not offered any more, though still found: eleven people said it did not help, and none it did."""
USUAL, CERTAINTY = 0.25, 6.0
"""An offered fix helps in one of four cases; this many verdicts are worth as much as that belief."""
BEFORE_EDIT = 0.3
"""What was said of an older text counts this much."""
HALF_LIFE, FORGOTTEN_AFTER = timedelta(days=120), timedelta(days=365)
NOTICE_S, NOTICEABLE = 30, 0.03
KEY = "firstline_standings"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What one person last said of one article; `rank` is where it stood among those offered."""

    helped: bool
    said_at: datetime
    rank: int = 1


def standing(verdicts: Iterable[Verdict], *, edited_at: datetime, now: datetime) -> float:
    """The shift in log-odds for these verdicts, LOWEST to HIGHEST; 0 without any."""
    helped = failed = 0.0
    for verdict in verdicts:
        weight = 0.5 ** ((now - verdict.said_at) / HALF_LIFE)
        weight *= BEFORE_EDIT if verdict.said_at < edited_at else 1.0
        helped += weight if verdict.helped else 0.0
        failed += 0.0 if verdict.helped else weight / verdict.rank
    return shift(helped, failed)


def shift(helped: float, failed: float) -> float:
    """How much better or worse than usual, with CERTAINTY verdicts of the usual kind before."""
    share = (helped + CERTAINTY * USUAL) / (helped + failed + CERTAINTY)
    return max(LOWEST, min(HIGHEST, _log_odds(share) - _log_odds(USUAL)))


def standings(session: Session, article_ids: Collection[int] | None = None) -> dict[int, float]:
    """Of these articles, or of all that anything was said of; those not named stand at 0."""
    now = clock.now()
    said = _last_words(session, article_ids, since=now - FORGOTTEN_AFTER)
    edited = session.execute(select(Article.id, Article.updated_at).where(Article.id.in_(said)))
    return {
        article_id: standing(said[article_id], edited_at=edited_at, now=now)
        for article_id, edited_at in edited
    }


@jobs.sweep(every_s=NOTICE_S)
def notice() -> None:
    """Let searching processes read again the articles whose standing changed noticeably."""
    known: dict[int, float] = current_app.extensions.setdefault(KEY, {})
    now = standings(db.session())
    changed = [key for key in now.keys() | known.keys() if _differs(now.get(key, 0.0), known.get(key, 0.0))]
    if changed:
        with write() as session:
            read_anew(session, changed)
    known.update({key: now.get(key, 0.0) for key in changed})


def _differs(one: float, other: float) -> bool:
    return abs(one - other) >= NOTICEABLE or (one <= SUNK) != (other <= SUNK)


def _last_words(
    session: Session, article_ids: Collection[int] | None, *, since: datetime
) -> dict[int, list[Verdict]]:
    """One verdict a person and article, the newest: one angry person cannot sink a fix."""
    last: defaultdict[int, dict[object, Verdict]] = defaultdict(dict)
    heard = [*_of_offers(session, article_ids, since), *_of_readers(session, article_ids, since)]
    for article_id, who, verdict in sorted(heard, key=lambda told: told[2].said_at):
        last[article_id][who] = verdict
    return {article_id: list(verdicts.values()) for article_id, verdicts in last.items()}


def _of_offers(
    session: Session, article_ids: Collection[int] | None, since: datetime
) -> Iterator[tuple[int, object, Verdict]]:
    found = (
        select(Offer.article_id, Offer.helped, Offer.rank, Attempt.id, Attempt.person_id, Attempt.created_at)
        .join(Attempt)
        .where(Offer.helped.is_not(None), Attempt.created_at > since, Attempt.is_held_out.is_(False))
    )
    told = session.execute(found.where(*_about(Offer.article_id, article_ids)))
    for article_id, helped, rank, attempt_id, person_id, said_at in told:
        verdict = Verdict(helped=bool(helped), said_at=said_at, rank=rank)
        yield article_id, person_id or f"attempt {attempt_id}", verdict


def _of_readers(
    session: Session, article_ids: Collection[int] | None, since: datetime
) -> Iterator[tuple[int, object, Verdict]]:
    found = select(Feedback).where(Feedback.created_at > since, *_about(Feedback.article_id, article_ids))
    for said in session.scalars(found):
        verdict = Verdict(helped=said.is_helpful, said_at=said.created_at)
        yield said.article_id, said.person_id or f"feedback {said.id}", verdict


def _about(
    column: InstrumentedAttribute[int], article_ids: Collection[int] | None
) -> list[ColumnElement[bool]]:
    return [] if article_ids is None else [column.in_(article_ids)]


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))
