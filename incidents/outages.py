"""Declaring, correcting and ending the outages people are told of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock, jobs
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents import notices, routing
from incidents.errors import Conflict, Invalid, NotFound
from incidents.lifecycle import Change, apply, locked
from incidents.models import OPEN, Event, Incident, Resolution, State
from incidents.people import Person
from incidents.policy import Action, require
from incidents.services import Outage, OutageReport, Service
from incidents.timeline import record

TITLE_LENGTH = 200
SITE_LENGTH = 60


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """What people are told. `service` is a slug, empty for none; `site` empty means everywhere."""

    title: str
    service: str = ""
    site: str = ""
    note: str = ""
    since: datetime | None = None
    next_update_at: datetime | None = None


def declare(told: Announcement, *, by: Person) -> Outage:
    """Tell everybody concerned of an outage from now on."""
    require(by, Action.SEE_QUEUE)
    with write() as session:
        outage = Outage(since=told.since or clock.now())
        _fill(session, outage, told)
        session.add(outage)
    return outage


def correct(outage_id: int, told: Announcement, *, by: Person) -> Outage:
    """Replace what is told; the beginning stays unless another is given."""
    require(by, Action.SEE_QUEUE)
    with write() as session:
        outage = _get(session, outage_id)
        outage.since = told.since or outage.since
        _fill(session, outage, told)
    return outage


def end(outage_id: int, *, by: Person) -> Outage:
    """It works again: stop telling people of it, and ask those who said that it is theirs."""
    require(by, Action.SEE_QUEUE)
    told = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT)
    with write() as session:
        outage = _get(session, outage_id)
        if outage.ended_at is not None and outage.ended_at <= clock.now():
            raise Conflict(_("This outage has been ended already."))
        outage.ended_at = clock.now()
        note = _("“%(title)s” is over. It should work for you again.", title=outage.title)
        for incident in _reports_of(session, outage):
            # Its children may follow it by themselves.
            if incident.is_open:
                apply(session, incident, replace(told, note=note), by=by)
    jobs.nudge(notices.TASK)
    return outage


def join(incident_id: int, outage_id: int, *, by: Person) -> None:
    """The requester says that their incident is this outage: support has it at once, and they hear of its end.

    Fixes that were found meanwhile are left alone: nobody has tried them.
    """
    outage = find(outage_id)
    with locked(incident_id) as (session, incident):
        require(by, Action.COMMENT, incident)
        told = _("Affected by the known outage “%(title)s”.", title=outage.title)
        record(session, incident, Event.COMMENTED, author=by, text=told)
        keep(session, incident.id, outage.id)
        if incident.service_id is None:
            incident.service_id = outage.service_id
        if incident.state == State.OFFERED:
            routing.route(session, incident, because=_("Affected by a known outage"))


def keep(session: Session, incident_id: int, outage_id: int) -> None:
    """Remember that this incident is that outage; twice is once."""
    session.merge(OutageReport(incident_id=incident_id, outage_id=outage_id))


def joined_by(incident: Incident) -> Outage | None:
    """The outage that its requester said it is."""
    found = select(Outage).join(OutageReport, OutageReport.outage_id == Outage.id)
    return db.session.scalars(found.where(OutageReport.incident_id == incident.id)).first()


def find(outage_id: int) -> Outage:
    """This outage, running or over."""
    return _get(db.session(), outage_id)


def lately(*, limit: int = 50) -> Sequence[Outage]:
    """The outages, running and over, latest first."""
    return db.session.scalars(
        select(Outage).order_by(Outage.since.desc(), Outage.id.desc()).limit(limit)
    ).all()


def _reports_of(session: Session, outage: Outage) -> Sequence[Incident]:
    """What is still open of those that are this outage, locked."""
    found = select(Incident).join(OutageReport, OutageReport.incident_id == Incident.id)
    theirs = found.where(OutageReport.outage_id == outage.id, Incident.state.in_(OPEN))
    return session.scalars(theirs.order_by(Incident.id).with_for_update(of=Incident)).all()


def _fill(session: Session, outage: Outage, told: Announcement) -> None:
    if not told.title.strip():
        raise Invalid(_("Say in a few words what is broken."), field="title")
    if outage.since > clock.now():
        raise Invalid(_("An outage cannot begin later than now."), field="since")
    outage.title = told.title.strip()[:TITLE_LENGTH]
    outage.site = told.site.strip()[:SITE_LENGTH]
    outage.note = told.note.strip()
    outage.next_update_at = told.next_update_at
    outage.service = _service(session, told.service)


def _service(session: Session, slug: str) -> Service | None:
    if not slug:
        return None
    service: Service | None = session.scalar(select(Service).where(Service.slug == slug))
    if service is None:
        raise Invalid(_("There is no such service. Choose one of the list."), field="service")
    return service


def _get(session: Session, outage_id: int) -> Outage:
    outage = session.get(Outage, outage_id)
    if outage is None:
        raise NotFound(_("There is no such outage."))
    return outage
