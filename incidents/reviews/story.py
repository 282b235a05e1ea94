"""The timeline of a review, gathered by itself: entries, joined reports, outages, alerts, what people added."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from firstline.db import db
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext as later
from incidents.alerts.models import Outcome, Received
from incidents.models import Entry, Event, Incident
from incidents.reviews import consequences
from incidents.reviews.models import Moment, Review
from incidents.services import Outage

TOLD = {
    Event.REPORTED: later("reported"),
    Event.ROUTED: later("sent to a team"),
    Event.TAKEN: later("taken"),
    Event.ESCALATED: later("escalated"),
    Event.ANSWERED: later("answered"),
    Event.NOTED: later("noted"),
    Event.WAITING: later("waiting"),
    Event.RESUMED: later("went on"),
    Event.RESOLVED: later("resolved"),
    Event.CONFIRMED: later("confirmed"),
    Event.REOPENED: later("opened again"),
    Event.CLOSED: later("closed"),
}
"""What belongs into a story; offers and classification do not."""
ALERTED = {
    Outcome.OPENED: later("alert opened it"),
    Outcome.JOINED: later("alert joined it"),
    Outcome.FLAPPING: later("alert flaps"),
    Outcome.RECOVERED: later("alert is over"),
}
"""What of the alerts belongs into it; a repetition says nothing new."""
MOST_ALERTS = 200
EXCERPT = 300


@dataclass(frozen=True)
class Beat:
    """One moment of the story. `who` is empty where nobody in particular acted."""

    at: datetime
    who: str
    what: str
    words: str = ""
    moment_id: int | None = None


def gather(review: Review) -> list[Beat]:
    """Everything that happened, in order, over all channels."""
    beats = [_of_entry(entry) for entry in _entries(review.incident)]
    beats += [beat for outage in _outages(review.incident) for beat in _of_outage(outage)]
    beats += [_of_alert(alert) for alert in _alerts(review.incident)]
    beats += [_of_moment(moment) for moment in review.moments]
    return sorted(beats, key=lambda beat: beat.at)


def _entries(incident: Incident) -> list[Entry]:
    """Its own, and of the other reports of the trouble only that they came."""
    own = Entry.incident_id == incident.id
    came = Entry.incident_id.in_(consequences.reports_of(incident)) & (Entry.event == Event.REPORTED)
    wanted = select(Entry).where(or_(own & Entry.event.in_(list(TOLD)), came))
    return list(db.session.scalars(wanted.order_by(Entry.id)))


def _of_entry(entry: Entry) -> Beat:
    who = entry.author.name if entry.author else _("The desk")
    return Beat(entry.created_at, who, _plain(entry), " ".join(entry.text.split())[:EXCERPT])


def _plain(entry: Entry) -> str:
    what = str(TOLD[Event(entry.event)])
    return f"{what} ({entry.channel})" if entry.channel else what


def _outages(incident: Incident) -> list[Outage]:
    """What people were told of this service while the incident was open."""
    until = incident.resolved_at or incident.updated_at
    told = select(Outage).where(
        Outage.service_id == incident.service_id,
        Outage.service_id.is_not(None),
        Outage.since <= until,
        or_(Outage.ended_at.is_(None), Outage.ended_at >= incident.created_at),
    )
    return list(db.session.scalars(told.order_by(Outage.since)))


def _of_outage(outage: Outage) -> list[Beat]:
    began = Beat(outage.since, "", _("outage began: %(title)s", title=outage.title))
    if outage.ended_at is None:
        return [began]
    return [began, Beat(outage.ended_at, "", _("outage over: %(title)s", title=outage.title))]


def _alerts(incident: Incident) -> list[Received]:
    """What monitors said of it, but not each repetition."""
    told = select(Received).where(
        Received.incident_id == incident.id, Received.outcome.in_([str(one) for one in ALERTED])
    )
    return list(db.session.scalars(told.order_by(Received.id).limit(MOST_ALERTS)))


def _of_alert(alert: Received) -> Beat:
    return Beat(alert.received_at, alert.source, str(ALERTED[Outcome(alert.outcome)]), alert.title)


def _of_moment(moment: Moment) -> Beat:
    return Beat(moment.at, "", moment.text, moment_id=moment.id)
