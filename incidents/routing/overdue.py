"""What nobody takes goes up by itself, and vendors who are late are missed: both looked after by a sweep."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from firstline.i18n import ngettext
from incidents import notices
from incidents.lifecycle import locked
from incidents.models import Entry, Event, Incident, State, Visibility
from incidents.notices import Topic
from incidents.routing import escalation, ladder
from incidents.routing.models import EscalationRule, Upwards, VendorRequest
from incidents.sla.agreements import read_book
from incidents.sla.calendars import worked
from incidents.sla.keeping import agreed_for
from incidents.timeline import record

AT_ONCE = 200


def send_up_the_untouched() -> int:
    """Let the rules of time act on what lies in a queue; returns how many incidents went up."""
    rules = [rule for rule in ladder.list_steps() if rule.is_on]
    return sum(_send_up(incident_id) for incident_id in (_untouched() if rules else ()))


def miss_late_vendors() -> int:
    """Tell the owner, once, of each vendor who has not answered in time; returns how many."""
    late = select(VendorRequest.id, VendorRequest.incident_id).where(
        VendorRequest.answered_at.is_(None),
        VendorRequest.reminded_at.is_(None),
        VendorRequest.answer_by < clock.now(),
    )
    return sum(_miss(row.incident_id, row.id) for row in db.session.execute(late.limit(AT_ONCE)).all())


def _untouched() -> list[int]:
    queued = select(Incident.id).where(
        Incident.state == State.QUEUED, Incident.placed_at.is_not(None), Incident.team_id.is_not(None)
    )
    return list(db.session.scalars(queued.order_by(Incident.placed_at).limit(AT_ONCE)))


def _send_up(incident_id: int) -> bool:
    with locked(incident_id) as (session, incident):
        if incident.state != State.QUEUED or incident.team is None or incident.placed_at is None:
            return False
        rules = session.scalars(select(EscalationRule)).all()
        waited = _working_minutes(session, incident, since=incident.placed_at)
        for rule in ladder.rules_for(rules, incident.team, priority=incident.priority):
            if waited >= rule.after_minutes and not _has_acted(session, incident, rule):
                _act(session, incident, rule)
                return True
    return False


def _act(session: Session, incident: Incident, rule: EscalationRule) -> None:
    because = ngettext(
        "Nobody took it for %(num)s working minute.",
        "Nobody took it for %(num)s working minutes.",
        rule.after_minutes,
    )
    team = rule.team if rule.upwards == Upwards.TEAM else None
    if rule.upwards == Upwards.NEXT_TIER:
        team = escalation.next_tier(session, incident)
    if team is None or _was_with(session, incident, team.name):
        # No tier above, or it was there already and nobody took it there either: a person decides.
        escalation.call_lead(session, incident, because=because, rule_id=rule.id)
    else:
        escalation.hand_to(session, incident, team, note=because, rule_id=rule.id)


def _working_minutes(session: Session, incident: Incident, *, since: datetime) -> float:
    """How long it has lain there, in the hours in which its own clock goes."""
    calendar = agreed_for(read_book(), incident).calendar
    return worked(calendar, since, clock.now()).total_seconds() / 60


def _has_acted(session: Session, incident: Incident, rule: EscalationRule) -> bool:
    """Whether this rule has called the lead since the incident came here; handing on begins anew."""
    calls = select(Entry.facts).where(
        Entry.incident_id == incident.id,
        Entry.event == Event.LEAD_CALLED,
        Entry.created_at >= incident.placed_at,
    )
    return any(facts.get("rule") == rule.id for facts in session.scalars(calls))


def _was_with(session: Session, incident: Incident, team: str) -> bool:
    """Whether rules of time have taken it away from this team since anybody last touched it."""
    taken = select(Entry.id).where(
        Entry.incident_id == incident.id, Entry.event.in_([Event.TAKEN, Event.REOPENED])
    )
    last = session.scalar(taken.order_by(Entry.id.desc()).limit(1)) or 0
    moves = select(Entry.facts).where(
        Entry.incident_id == incident.id, Entry.event == Event.ESCALATED, Entry.id > last
    )
    return any("rule" in facts and facts.get("from") == team for facts in session.scalars(moves))


def _miss(incident_id: int, request_id: int) -> bool:
    with locked(incident_id) as (session, incident):
        request = session.get_one(VendorRequest, request_id)
        if request.answered_at is not None or request.reminded_at is not None:
            return False
        request.reminded_at = clock.now()
        if incident.state != State.WAITING or incident.waiting_on != "vendor":
            return False
        words = _("%(vendor)s has not answered in time.", vendor=request.vendor_name)
        entry = record(session, incident, Event.NOTED, text=words, visibility=Visibility.INTERNAL)
        reader = incident.assignee or request.asked_by
        if reader is not None:
            notices.owe(session, Topic.COMMENTED, incident, reader, entry=entry)
        return True
