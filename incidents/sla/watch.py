"""Telling in time that a target is running out, and once that it was missed."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from firstline import clock
from firstline.db import db, set_beside
from firstline.i18n import gettext as _
from incidents import notices, routing
from incidents.lifecycle import locked
from incidents.models import Entry, Event, Incident, Visibility
from incidents.notices import Topic
from incidents.people import Person
from incidents.sla.agreements import Agreement, Measure, read_book
from incidents.sla.calendars import Stop
from incidents.sla.keeping import agreed_for, stops_of
from incidents.sla.reckoning import MARKS, due, pending_measures, reckon, told_percent
from incidents.timeline import entry_of
from incidents.webhooks import owing

BREACH = 100
BATCH = 200


def tell_due() -> int:
    """Tell of every mark that has been reached; returns how many incidents had one. Safe to repeat."""
    found = select(Incident.id).where(Incident.next_mark_at <= clock.now())
    ids = db.session.scalars(found.order_by(Incident.next_mark_at).limit(BATCH)).all()
    for incident_id in ids:
        with locked(incident_id) as (session, incident):
            _tell(session, incident)
    return len(ids)


def _tell(session: Session, incident: Incident) -> None:
    agreed, stops = agreed_for(read_book(), incident), stops_of(session, incident)
    reached = {measure: _mark_reached(incident, measure, agreed, stops) for measure in _waiting(incident)}
    new = {measure: mark for measure, mark in reached.items() if mark > told_percent(incident.marks, measure)}
    _remember(session, incident, agreed, stops, new)
    for measure, mark in new.items():
        _say(session, incident, measure, mark)


def _waiting(incident: Incident) -> list[Measure]:
    return pending_measures(incident) if incident.stopped_at is None else []


def _mark_reached(incident: Incident, measure: Measure, agreed: Agreement, stops: Sequence[Stop]) -> int:
    """The highest mark that is over; after a pause of the worker nobody needs to hear of the lower ones."""
    now = clock.now()
    return max((mark for mark in MARKS if due(incident, measure, agreed, stops, mark) <= now), default=0)


def _remember(
    session: Session,
    incident: Incident,
    agreed: Agreement,
    stops: Sequence[Stop],
    new: dict[Measure, int],
) -> None:
    """Beside the incident: that time goes by is no event of it. The next mark is reckoned from those told of."""
    set_committed_value(incident, "marks", incident.marks | new)
    again = reckon(incident, agreed, stops).next_mark_at
    set_beside(session, incident, marks=incident.marks, next_mark_at=again)


def _say(session: Session, incident: Incident, measure: Measure, mark: int) -> None:
    words = sentence(measure, mark)
    if mark == BREACH:
        leads = routing.call_lead(session, incident, because=words)
        told: list[Person] = list(leads)
    else:
        told = []
    entry = _record(session, incident, measure, mark, words)
    for one in _whom(session, incident, mark):
        if one.id not in {person.id for person in told}:
            notices.owe(session, Topic.CLOCK, incident, one, entry=entry)


def _record(session: Session, incident: Incident, measure: Measure, mark: int, words: str) -> Entry:
    """An entry of the timeline that leaves the incident itself as it is, for the same reason."""
    entry = entry_of(
        incident,
        Event.BREACHED if mark == BREACH else Event.CLOCK_WARNED,
        visibility=Visibility.INTERNAL,
        text=words,
        facts={"measure": measure, "percent": mark},
    )
    session.add(entry)
    session.flush()
    owing.of_entries(session, [entry])
    return entry


def _whom(session: Session, incident: Incident, mark: int) -> list[Person]:
    """The owner from the first mark on; from 90 percent, or without an owner from 75, the lead."""
    owner = [incident.assignee] if incident.assignee is not None else []
    needs_lead = mark == MARKS[2] or (mark == MARKS[1] and not owner)
    leads = routing.leads_of(session, incident.team) if needs_lead else []
    return [*owner, *(lead for lead in leads if lead not in owner)]


def sentence(measure: Measure, mark: int) -> str:
    """What was reached, in words for support."""
    if mark == BREACH:
        return {
            Measure.RESPOND: _("The time to answer first is over."),
            Measure.UPDATE: _("The time to tell news is over."),
            Measure.RESOLVE: _("The time to solve it is over."),
        }[measure]
    return {
        Measure.RESPOND: _("%(n)s%% of the time to answer first has gone by.", n=mark),
        Measure.UPDATE: _("%(n)s%% of the time to tell news has gone by.", n=mark),
        Measure.RESOLVE: _("%(n)s%% of the time to solve it has gone by.", n=mark),
    }[measure]
