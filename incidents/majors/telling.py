"""One news reaches everybody whom a major incident stops: each person once, in the channel they used."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, union_all

from firstline import clock, jobs
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents import intake, notices, outages
from incidents.errors import Conflict, Invalid, NotFound
from incidents.intake import Report
from incidents.lifecycle import locked
from incidents.majors import leading
from incidents.majors.models import Major, MajorNews, MajorReport, Standing
from incidents.models import OPEN, Channel, Event, Incident
from incidents.notices import Topic
from incidents.people import Person
from incidents.policy import Action, require
from incidents.services import Outage, OutageReport
from incidents.timeline import record

REMIND_AGAIN = timedelta(minutes=10)


def tell(major_id: int, text: str, *, next_update_at: datetime, by: Person) -> int:
    """Tell everybody concerned, and when they hear more; returns how many people are told."""
    require(by, Action.SEE_QUEUE)
    if not text.strip():
        raise Invalid(_("Write what is new."), field="text")
    leading.check_next(next_update_at)
    with write() as session:
        major = session.get(Major, major_id, with_for_update=True)
        if major is None or major.standing != Standing.DECLARED or major.outage is None:
            raise Conflict(_("It is over already, or was never declared."))
        session.add(MajorNews(major_id=major.id, text=text.strip(), by_id=by.id))
        major.outage.note, major.outage.next_update_at = text.strip(), next_update_at
        major.reminded_at = None
        told: set[int] = set()
        for incident in (major.incident, *leading.reports_of(session, major)):
            entry = record(session, incident, Event.ANSWERED, author=by, text=text.strip())
            if incident.is_open and incident.requester_id not in told:
                notices.notify(session, Topic.ANSWERED, incident, entry=entry)
                told.add(incident.requester_id)
    jobs.nudge(notices.TASK)
    return len(told)


def hang_on(major_id: int, incident_id: int, *, by: Person) -> None:
    """Say that this incident is one of it; doing it twice changes nothing."""
    with locked(incident_id) as (session, incident):
        require(by, Action.SEE, incident)
        major = session.get(Major, major_id)
        if major is None or major.standing != Standing.DECLARED:
            raise NotFound(_("There is no such major incident any more."))
        if session.get(MajorReport, incident_id) is None and incident_id != major.incident_id:
            session.add(MajorReport(incident_id=incident_id, major_id=major.id))
            by_whom = None if by.id == incident.requester_id else by
            text = _("It is part of a known fault: %(title)s", title=major.incident.title)
            record(session, incident, Event.NOTED, author=by_whom, text=text)


def join(incident_id: int, outage_id: int, *, by: Person) -> None:
    """The requester says that their incident is this known fault; of a major one they get every news."""
    outages.join(incident_id, outage_id, by=by)
    major = leading.of_outage(db.session(), outage_id)
    if major is not None:
        hang_on(major.id, incident_id, by=by)


def me_too(outage_id: int, *, by: Person, channel: Channel = Channel.PORTAL) -> Incident:
    """Report in one click that one is stopped too; whoever said so already keeps their incident."""
    outage = db.session.get(Outage, outage_id)
    if outage is None or (outage.ended_at is not None and outage.ended_at <= clock.now()):
        raise NotFound(_("This is over already. If it still does not work for you, report it."))
    told = Report(
        requester_id=by.id,
        key=f"me-too:{outage.id}",
        title=outage.title,
        description=_("It stops me too: %(title)s", title=outage.title),
        channel=channel,
        service=outage.service.slug if outage.service else None,
    )
    incident = mine([outage], by).get(outage.id) or intake.report(told)
    with write() as session:
        outages.keep(session, incident.id, outage_id)
    major = leading.of_outage(db.session(), outage_id)
    if major is not None:
        hang_on(major.id, incident.id, by=by)
    return incident


def mine(known: Sequence[Outage], person: Person) -> dict[int, Incident]:
    """What this person has said of each and is still open, by the id of the outage."""
    if not known:
        return {}
    said = union_all(
        select(OutageReport.outage_id, OutageReport.incident_id),
        select(Major.outage_id, MajorReport.incident_id).join(MajorReport, MajorReport.major_id == Major.id),
        select(Major.outage_id, Major.incident_id),
    ).subquery()
    found = select(said.c.outage_id, Incident).join(Incident, Incident.id == said.c.incident_id)
    own = found.where(
        said.c.outage_id.in_([one.id for one in known]),
        Incident.requester_id == person.id,
        Incident.state.in_(OPEN),
    )
    return {row[0]: row[1] for row in db.session.execute(own.order_by(Incident.id.desc()))}


@jobs.sweep(every_s=60)
def remind_who_leads() -> None:
    """Remind the commander when the time of the next news has passed, until they are told."""
    now = clock.now()
    for major_id in [major.id for major in leading.running() if _is_late(major, now)]:
        with write() as session:
            major = session.get(Major, major_id, with_for_update=True)
            if major is None or not _is_late(major, now) or major.commander is None:
                continue
            major.reminded_at = now
            text = _("The next news were due: tell everybody what is known, even if it is nothing new.")
            entry = leading.note(session, major.incident, None, text)
            notices.owe(
                session, Topic.COMMENTED, major.incident, major.speaker or major.commander, entry=entry
            )
        jobs.nudge(notices.TASK)


def _is_late(major: Major, now: datetime) -> bool:
    due = major.outage.next_update_at if major.outage else None
    return (
        major.standing == Standing.DECLARED
        and due is not None
        and due <= now
        and (major.reminded_at is None or major.reminded_at <= now - REMIND_AGAIN)
    )
