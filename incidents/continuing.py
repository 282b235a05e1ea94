"""A word after the time to reopen is over begins a new incident that is linked to the old one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from firstline import clock
from firstline.db import db
from incidents import conversation
from incidents.attachments import Upload
from incidents.conversation import SECOND_CLICK
from incidents.errors import TooLate
from incidents.intake import Report, report
from incidents.models import OPEN, Channel, Entry, Event, Incident
from incidents.people import Person


@dataclass(frozen=True)
class Said:
    """Where words went: `entry_id` on `incident_id`, which is another one when it `goes_on` or was merged."""

    incident_id: int
    entry_id: int
    goes_on: bool = False


def say(
    incident_id: int,
    *,
    by: Person,
    text: str,
    channel: Channel,
    uploads: Sequence[Upload] = (),
    mail_after: timedelta = timedelta(),
) -> Said:
    """As `conversation.say`; too late to reopen, it goes on in a new incident, or in one that does already."""
    try:
        entry_id = conversation.say(
            incident_id, by=by, text=text, channel=channel, uploads=uploads, mail_after=mail_after
        )
    except TooLate:
        return _go_on(incident_id, by, text, channel, uploads)
    return Said(db.session.get_one(Entry, entry_id).incident_id, entry_id)


def open_one(incident_id: int) -> Incident | None:
    """The open incident that continues this one; None where none does."""
    going_on = select(Incident).where(Incident.continues_id == incident_id, Incident.state.in_(OPEN))
    found: Incident | None = db.session.scalar(going_on.order_by(Incident.id.desc()).limit(1))
    return found


def _go_on(incident_id: int, by: Person, text: str, channel: Channel, uploads: Sequence[Upload]) -> Said:
    known = open_one(incident_id)
    if known is not None and not _is_second_click(known, text):
        entry_id = conversation.say(known.id, by=by, text=text, channel=channel, uploads=uploads)
        return Said(known.id, entry_id, goes_on=True)
    made = known or _report(incident_id, by, text, channel, uploads)
    first = next(entry for entry in made.entries if entry.event == Event.REPORTED)
    return Said(made.id, first.id, goes_on=True)


def _is_second_click(known: Incident, text: str) -> bool:
    return known.description == text.strip() and clock.now() - known.created_at < SECOND_CLICK


def _report(incident_id: int, by: Person, text: str, channel: Channel, uploads: Sequence[Upload]) -> Incident:
    old = db.session.get_one(Incident, incident_id)
    told = Report(
        requester_id=by.id,
        title=old.title,
        description=text,
        channel=channel,
        service=old.service.slug if old.service else None,
        attachments=uploads,
        continues_id=incident_id,
    )
    return report(told)
