"""The learned guess on an incident: filed under it where it is sure, silent where it is not.

Made outside of any transaction, right after the report is stored. A person's word is never
overruled, and what else it may be is kept, so that support corrects in one click.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import log
from firstline.db import db
from incidents import learned
from incidents.classifier import Reasoned
from incidents.models import Channel, Entry, Event, Incident, Visibility
from incidents.timeline import record
from incidents.triage import OTHER
from knowledge_base.models import Category

logger = log.get(__name__)


@dataclass(frozen=True, kw_only=True)
class Filed:
    """How an incident was filed: by the model, how sure, by which words, and the next likely ones."""

    chance: float
    is_sure: bool
    because: Sequence[str]
    others: Sequence[tuple[str, float]]


def try_to_guess(incident: Incident) -> Reasoned | None:
    """What the desk would file it under; None without history. What goes wrong costs a guess, never the report."""
    if incident.channel == Channel.MONITORING:
        return None
    incident_id = incident.id
    try:
        return learned.guess(learned.words_of(incident))
    except Exception:
        logger.exception("not filed by what was learned", incident=incident_id)
        db.session.rollback()
        return None


def file(session: Session, incident: Incident, known: Reasoned) -> None:
    """File it as guessed unless a person said otherwise; inside the caller's `write()`."""
    if incident.is_open and not _somebody_said(session, incident):
        _file(session, incident, known)


def filed(incident: Incident) -> Filed | None:
    """The guess that stands; None where none was made or a person filed it since."""
    entries = select(Entry).where(Entry.incident_id == incident.id, Entry.event == Event.CLASSIFIED)
    for entry in db.session.scalars(entries.order_by(Entry.id.desc())):
        changed = entry.facts.get("changed")
        if isinstance(changed, dict) and "category" in changed:
            return None
        if "confidence" in entry.facts:
            return _as_filed(entry.facts)
    return None


def _file(session: Session, incident: Incident, known: Reasoned) -> None:
    named = [known.best, *known.others]
    existing = set(session.scalars(select(Category.slug).where(Category.slug.in_(g.category for g in named))))
    is_sure = known.is_sure and known.best.category in existing
    incident.category = known.best.category if is_sure else OTHER
    others = named[1:] if is_sure else named
    facts: dict[str, object] = {
        "category": incident.category,
        "priority": incident.priority,
        "confidence": round(known.best.chance, 3),
        "is_sure": is_sure,
        "because": list(known.because) if is_sure else [],
        "others": [[one.category, round(one.chance, 3)] for one in others if one.category in existing],
    }
    record(session, incident, Event.CLASSIFIED, facts=facts, visibility=Visibility.INTERNAL)


def _somebody_said(session: Session, incident: Incident) -> bool:
    """Whether a person filed it already."""
    theirs = select(Entry.facts).where(
        Entry.incident_id == incident.id, Entry.event == Event.CLASSIFIED, Entry.author_id.is_not(None)
    )
    changes = (facts.get("changed") for facts in session.scalars(theirs))
    return any(isinstance(changed, dict) and "category" in changed for changed in changes)


def _as_filed(facts: dict[str, object]) -> Filed:
    because, others = facts.get("because"), facts.get("others")
    return Filed(
        chance=float(str(facts["confidence"])),
        is_sure=bool(facts.get("is_sure")),
        because=[str(word) for word in because] if isinstance(because, list) else [],
        others=[(str(slug), float(chance)) for slug, chance in others] if isinstance(others, list) else [],
    )
