"""Each state of an announced outage is told once to everybody who follows its service.

What is told is compared with what stands in the announcement, so that it does not matter who changed
it. Whoever reported it themselves hears of it there already.
"""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from firstline import clock, jobs
from firstline.db import db, write
from incidents.majors.models import Major, MajorReport
from incidents.models import Incident
from incidents.people import Person
from incidents.services import Outage, OutageReport
from incidents.status.models import News, Sending, Subscription, Told

TASK = "mail-status-news"
LOOKED_AT = timedelta(days=1)
"""An outage that ended longer ago is told no more."""


@jobs.sweep(every_s=20)
def spread() -> None:
    """Write down what followers have not been told yet; the channel sends it."""
    since = clock.now() - LOOKED_AT
    lately = select(Outage).where(
        Outage.service_id.is_not(None), or_(Outage.ended_at.is_(None), Outage.ended_at > since)
    )
    told = {row.outage_id: row.digest for row in db.session.scalars(select(Told))}
    new = [one.id for one in db.session.scalars(lately) if told.get(one.id) != digest_of(one)]
    for outage_id in new:
        with write() as session:
            outage = session.get(Outage, outage_id, with_for_update={"of": Outage})
            if outage is not None:
                _tell(session, outage)
    if new:
        jobs.nudge(TASK)


def digest_of(outage: Outage) -> str:
    """What makes news: the words, and whether it is over. A promise of the next news alone is none."""
    is_over = outage.ended_at is not None and outage.ended_at <= clock.now()
    return sha256(f"{outage.title}\0{outage.note}\0{is_over}".encode()).hexdigest()


def _tell(session: Session, outage: Outage) -> None:
    kept = session.get(Told, outage.id)
    if kept is not None and kept.digest == digest_of(outage):
        return
    is_over = outage.ended_at is not None and outage.ended_at <= clock.now()
    if kept is None and is_over:
        # Over before anybody was told of it: no news.
        session.add(Told(outage_id=outage.id, digest=digest_of(outage)))
        return
    for one in _followers(session, outage):
        session.add(
            News(
                outage_id=outage.id,
                person_id=one.person_id,
                way=one.way,
                text=outage.note,
                is_over=is_over,
                state=Sending.DUE,
                at=clock.now(),
            )
        )
    session.merge(Told(outage_id=outage.id, digest=digest_of(outage)))


def _followers(session: Session, outage: Outage) -> Sequence[Subscription]:
    found = select(Subscription).join(Person, Person.id == Subscription.person_id)
    wanted = found.where(
        Subscription.service_id == outage.service_id,
        Person.active,
        Person.id.not_in(_who_hear_already(outage)),
    )
    followers: Sequence[Subscription] = session.scalars(wanted).all()
    return [one for one in followers if outage.site in {"", one.person.site} or not one.person.site]


def _who_hear_already(outage: Outage) -> Select[int]:
    """Those whose own incident is this outage: each news stands there, and is sent."""
    of_major = select(Major.id).where(Major.outage_id == outage.id)
    hanging = select(MajorReport.incident_id).where(MajorReport.major_id.in_(of_major))
    leading = select(Major.incident_id).where(Major.outage_id == outage.id)
    saying = select(OutageReport.incident_id).where(OutageReport.outage_id == outage.id)
    return select(Incident.requester_id).where(
        or_(Incident.id.in_(hanging), Incident.id.in_(leading), Incident.id.in_(saying))
    )
