"""Compares what is kept for reports with what the timelines say."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from firstline.db import db
from incidents import followup
from incidents.models import Incident, number_of
from incidents.reports import daily, facts
from incidents.reports.models import Fact

COLUMNS = [column.key for column in Fact.__table__.columns]


@dataclass(frozen=True)
class Difference:
    """One field of one incident, one sum of one day, or one attempt's follow-up that is kept wrongly."""

    number: str
    field: str
    kept: object
    told: object


def verify() -> Iterator[Difference]:
    """Every difference; none when what is kept is right. Nothing is changed."""
    last = 0
    while ids := _after(last):
        kept = {fact.incident_id: fact for fact in _kept(ids)}
        for told in facts.reckon(db.session(), ids):
            yield from _compare(kept.get(told.incident_id), told)
        last = ids[-1]
        db.session.rollback()
    for day, field, kept_sum, right in daily.wrong():
        yield Difference(day.isoformat(), field, kept_sum, right)
    for attempt_id, at, told_at in followup.wrong():
        yield Difference(f"attempt {attempt_id}", "came_back_at", at, told_at)


def _after(last: int) -> list[int]:
    following = select(Incident.id).where(Incident.id > last).order_by(Incident.id)
    return list(db.session.scalars(following.limit(facts.BATCH)))


def _kept(ids: list[int]) -> list[Fact]:
    return list(db.session.scalars(select(Fact).where(Fact.incident_id.in_(ids))))


def _compare(kept: Fact | None, told: Fact) -> Iterator[Difference]:
    number = number_of(told.incident_id)
    if kept is None:
        yield Difference(number, "row", None, "reckoned")
        return
    for name in COLUMNS:
        one, other = getattr(kept, name), getattr(told, name)
        if one != other:
            yield Difference(number, name, one, other)
