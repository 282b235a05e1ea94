"""Proposing, declaring and ending a major incident."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from firstline import clock, jobs
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents import lifecycle, notices, oncall
from incidents.errors import Conflict, Invalid, NotFound
from incidents.lifecycle import Change, locked
from incidents.majors.models import Major, MajorReport, Standing
from incidents.models import OPEN, Entry, Event, Incident, Resolution, State, Visibility
from incidents.notices import Topic
from incidents.outages import SITE_LENGTH, TITLE_LENGTH
from incidents.people import Person
from incidents.policy import Action, require
from incidents.services import Outage
from incidents.standing import require_open
from incidents.timeline import record


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What people are told first, who leads, and when they hear more. `site` empty means everywhere."""

    title: str
    commander: Person
    next_update_at: datetime
    speaker: Person | None = None
    site: str = ""


def propose(incident_id: int, *, because: str, by: Person | None = None) -> Major:
    """Say that this may be a major incident, and why; twice is once."""
    if by is not None:
        require(by, Action.SEE_QUEUE)
    with locked(incident_id) as (session, incident):
        major = of_incident(session, incident_id)
        if major is None:
            major = Major(incident_id=incident.id, standing=Standing.PROPOSED, because=because)
            session.add(major)
            note(session, incident, by, _("Proposed as a major incident: %(why)s", why=because))
    return major


def decline(major_id: int, *, by: Person) -> None:
    """It is none: whoever proposed it was wrong, or it is over before anybody was told."""
    require(by, Action.SEE_QUEUE)
    with write() as session:
        major = _get(session, major_id)
        if major.standing != Standing.PROPOSED:
            raise Conflict(_("Only a proposal can be declined."))
        major.standing = Standing.DECLINED
        note(session, major.incident, by, _("It is no major incident."))


def declare(incident_id: int, told: Declaration, *, by: Person) -> Major:
    """From now on everybody concerned reads of it, and one person leads."""
    require(by, Action.SEE_QUEUE)
    _check(told)
    with locked(incident_id) as (session, incident):
        require_open(incident)
        major = of_incident(session, incident_id) or Major(incident_id=incident.id)
        if major.standing == Standing.DECLARED:
            raise Conflict(_("It has been declared already."))
        outage = _announce(session, incident, told)
        major.standing, major.declared_at, major.over_at = Standing.DECLARED, clock.now(), None
        major.outage_id, major.reminded_at = outage.id, None
        major.commander_id, major.speaker_id = told.commander.id, told.speaker.id if told.speaker else None
        session.add(major)
        entry = note(
            session, incident, by, _("Declared a major incident, led by %(name)s.", name=told.commander.name)
        )
        oncall.wake(session, incident, because=_("Major incident: %(title)s", title=told.title))
        if told.commander.id != by.id:
            notices.owe(session, Topic.ASSIGNED, incident, told.commander, entry=entry)
    return major


def end(major_id: int, *, note: str, by: Person) -> None:
    """It works again: the incident and all that hang on it are resolved, and their people are asked."""
    require(by, Action.SEE_QUEUE)
    if not note.strip():
        raise Invalid(_("Say what was done: everybody concerned reads it."), field="note")
    with write() as session:
        major = _get(session, major_id)
        if major.standing != Standing.DECLARED:
            raise Conflict(_("It is over already."))
        major.standing, major.over_at = Standing.OVER, clock.now()
        if major.outage is not None:
            major.outage.ended_at, major.outage.note = clock.now(), note.strip()
        wanted = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, note=note)
        for incident in _with_reports(session, major):
            # Its children may follow it by themselves.
            if incident.is_open:
                lifecycle.apply(session, incident, wanted, by=by)
    jobs.nudge(notices.TASK)


def of_incident(session: Session, incident_id: int) -> Major | None:
    """The major incident this incident leads."""
    found: Major | None = session.scalar(select(Major).where(Major.incident_id == incident_id))
    return found


def find(major_id: int) -> Major:
    """This major incident; raises `NotFound`."""
    return _get(db.session(), major_id)


def running() -> list[Major]:
    """Those that are declared and not over, latest first."""
    found = select(Major).where(Major.standing == Standing.DECLARED)
    return list(db.session.scalars(found.order_by(Major.id.desc())))


def lately(*, limit: int = 50) -> list[Major]:
    """Proposed, running and over, latest first."""
    return list(db.session.scalars(select(Major).order_by(Major.id.desc()).limit(limit)))


def of_outage(session: Session, outage_id: int) -> Major | None:
    """The running major incident that people read of in this announcement."""
    declared = (Major.outage_id == outage_id, Major.standing == Standing.DECLARED)
    found: Major | None = session.scalar(select(Major).where(*declared))
    return found


def reports_of(session: Session, major: Major) -> list[Incident]:
    """The incidents of those whom it stops, in the order they came."""
    hanging = select(MajorReport.incident_id).where(MajorReport.major_id == major.id)
    part_of_it = or_(Incident.id.in_(hanging), Incident.parent_id == major.incident_id)
    return list(session.scalars(select(Incident).where(part_of_it).order_by(Incident.id)))


def _with_reports(session: Session, major: Major) -> list[Incident]:
    """The incident itself and those that hang on it, as far as they are open, locked."""
    ids = [major.incident_id, *(report.id for report in reports_of(session, major))]
    found = select(Incident).where(Incident.id.in_(ids), Incident.state.in_(OPEN)).order_by(Incident.id)
    return list(session.scalars(found.with_for_update(of=Incident)))


def _announce(session: Session, incident: Incident, told: Declaration) -> Outage:
    outage = Outage(
        title=told.title.strip()[:TITLE_LENGTH],
        service_id=incident.service_id,
        site=told.site.strip()[:SITE_LENGTH],
        since=incident.created_at,
        next_update_at=told.next_update_at,
    )
    session.add(outage)
    session.flush()
    return outage


def _check(told: Declaration) -> None:
    if not told.title.strip():
        raise Invalid(_("Say in a few words what is broken."), field="title")
    if not told.commander.is_support:
        raise Invalid(_("Somebody of support leads it."), field="commander")
    check_next(told.next_update_at)


def check_next(at: datetime) -> None:
    """Refuse a time for the next news that has passed."""
    if at <= clock.now():
        raise Invalid(_("The next news come later than now."), field="next_update_at")


def note(session: Session, incident: Incident, by: Person | None, text: str) -> Entry:
    """Say on the timeline, for support alone, what became of it."""
    return record(session, incident, Event.NOTED, author=by, text=text, visibility=Visibility.INTERNAL)


def _get(session: Session, major_id: int) -> Major:
    major = session.get(Major, major_id)
    if major is None:
        raise NotFound(_("There is no such major incident."))
    return major
