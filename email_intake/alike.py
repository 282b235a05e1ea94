"""What an acknowledgement says of others who have the same: a known fault, or a report that looks alike.

The links under it ask for one click on a page of ours, since mail scanners follow links.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import current_app

from firstline import clock, signing
from firstline.i18n import gettext as _
from incidents import outages
from incidents.kinship import lookalikes, wording
from incidents.models import Incident
from incidents.notices import Notice, Topic
from incidents.people import Person
from incidents.services import Outage, known_outages

JOIN = "join"
"""The purpose under which the links are signed; the portal's page reads them."""


@dataclass(frozen=True)
class Alike:
    """A sentence, and the ways to answer it: a label and the path behind it."""

    sentence: str
    ways: tuple[tuple[str, str], ...]


def fault_of(notice: Notice) -> Outage | None:
    """The known fault that a new incident may be, by its service."""
    if notice.topic != Topic.ACKNOWLEDGED or notice.incident.service_id is None:
        return None
    known = known_outages(notice.recipient)
    return next((one for one in known if one.service_id == notice.incident.service_id), None)


def of(notice: Notice, fault: Outage | None) -> Alike | None:
    """What the requester of a new incident is asked; a known fault comes before any look-alike."""
    incident = notice.incident
    if notice.topic != Topic.ACKNOWLEDGED or notice.recipient_id != incident.requester_id:
        return None
    if fault is not None:
        return _about_fault(incident, fault) if outages.joined_by(incident) is None else None
    pair = lookalikes.for_requester(incident)
    if pair is None:
        return None
    same = _("Yes, go on there") if wording.is_own(pair) else _("Me too")
    ways = (
        (same, _path(incident, other=pair.earlier_id, is_same=True)),
        (_("No, it is something else"), _path(incident, other=pair.earlier_id, is_same=False)),
    )
    return Alike(wording.told(pair), ways)


def known_fault(notice: Notice, outage: Outage | None) -> str:
    """What we know of this already, so that nobody waits for an answer of their own."""
    if outage is None:
        return ""
    told = _("We know of this, since %(time)s.", time=_clock(notice.recipient, outage.since))
    if outage.next_update_at is None or outage.next_update_at <= clock.now():
        return told
    return f"{told} " + _("Next news %(time)s.", time=_clock(notice.recipient, outage.next_update_at))


def _clock(person: Person, at: datetime) -> str:
    zone = ZoneInfo(person.timezone or current_app.config["SETTINGS"].timezone)
    return f"{at.astimezone(zone):%H:%M}"


def _about_fault(incident: Incident, fault: Outage) -> Alike:
    told = _("Is it that? Then you get our news, and hear when it is over:")
    return Alike(told, ((_("Me too"), _path(incident, outage=fault.id)),))


def _path(incident: Incident, **said: int | bool) -> str:
    whole = {"incident": incident.id, "person": incident.requester_id, **said}
    return f"/answer/join/{signing.sign(JOIN, whole)}"
