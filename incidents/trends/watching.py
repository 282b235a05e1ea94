"""Watching what is reported: a finding proposes a major incident with its evidence, once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from firstline import clock, jobs, log
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents import notices, routing
from incidents.majors import leading
from incidents.majors.models import Major, Standing
from incidents.models import Channel, Incident
from incidents.notices import Topic
from incidents.people import Person
from incidents.services import Outage, Service
from incidents.trends.baseline import WEEK
from incidents.trends.models import Trend
from incidents.trends.surges import BUSY_HOURS, PAST_WEEKS, Finding, Of, Past, Report, Stream, find
from knowledge_base.models import Category

EVERY_S = 60
LEAST_TOLD = 0.1
FEWEST_PAST = 100
"""Reports that a desk has seen before one can say what is usual."""
LOOKED_AT = timedelta(minutes=5)
"""Reports so young are looked at: a sweep that came late misses none."""
QUIET_FOR = timedelta(hours=4)
"""What rises within so long of a proposal and shares a name with it is the same story."""
DECLINED_FOR = timedelta(hours=24)
HOUR = timedelta(hours=1)
logger = log.get(__name__)


@jobs.sweep(every_s=EVERY_S)
def watch() -> None:
    """Look at the newest reports; without one nothing can have risen."""
    now = clock.now()
    newest = select(func.count()).where(Incident.created_at > now - LOOKED_AT, _counted())
    if not db.session.scalar(newest):
        return
    reports = reports_since(now - timedelta(weeks=PAST_WEEKS, hours=BUSY_HOURS))
    past = Past(reports, _midnight(now), ZoneInfo(current_app.config["SETTINGS"].timezone))
    if past.count < FEWEST_PAST:
        return
    for report in [one for one in reports if one.at > now - LOOKED_AT]:
        recent = [one for one in reports if one.at > report.at - timedelta(hours=BUSY_HOURS)]
        finding = find(report, recent, past)
        if finding is not None:
            _propose(finding, past, reports)


def of_major(major_id: int) -> Trend | None:
    """What proposed this major incident; None where a person did."""
    return db.session.get(Trend, major_id)


def behind(trend: Trend) -> Sequence[Incident]:
    """The reports that made it, in the order they came."""
    found = select(Incident).join(Person, Person.id == Incident.requester_id)
    found = found.outerjoin(Service, Service.id == Incident.service_id)
    columns = {Of.CATEGORY: Incident.category, Of.SERVICE: Service.slug, Of.SITE: Person.site}
    since = trend.at - timedelta(minutes=trend.minutes) - LOOKED_AT
    named = [columns[Of(of)] == name for of, name in trend.names.items()]
    within = Incident.created_at.between(since, trend.at)
    return db.session.scalars(found.where(within, _counted(), *named).order_by(Incident.id)).all()


def _propose(finding: Finding, past: Past, reports: Sequence[Report]) -> None:
    if _is_known(finding.stream):
        return
    label, minutes = _label(finding.stream), round(finding.window / timedelta(minutes=1))
    usual = f"{finding.expected:.1f}" if finding.expected >= LEAST_TOLD else _("hardly any")
    because = _(
        "%(n)s reports about %(what)s within %(minutes)s minutes, where %(usual)s are usual.",
        n=finding.count,
        what=label,
        minutes=minutes,
        usual=usual,
    )
    major = leading.propose(finding.reports[0].id, because=because)
    hours, expected = _week(finding, past, reports)
    with write() as session:
        if session.get(Trend, major.id) is not None:
            return
        session.add(
            Trend(
                major_id=major.id,
                names={str(of): name for of, name in finding.stream},
                label=label[:200],
                minutes=minutes,
                count=finding.count,
                expected=round(finding.expected, 3),
                chance=finding.chance,
                hours=hours,
                usual=expected,
                at=clock.now(),
            )
        )
        _tell_leads(session, major)
    logger.info(
        "a trend proposes a major incident", major=major.id, count=finding.count, chance=finding.chance
    )
    jobs.nudge(notices.TASK)


def _is_known(stream: Stream) -> bool:
    """Whether this is proposed, declared, declined or announced already, under any of its names."""
    now, names = clock.now(), {str(of): name for of, name in stream}
    lately = select(Trend, Major.standing).join(Major, Major.id == Trend.major_id)
    for trend, standing in db.session.execute(lately.where(Trend.at > now - DECLINED_FOR)):
        is_recent = trend.at > now - QUIET_FOR or standing in {Standing.DECLINED, Standing.DECLARED}
        if is_recent and any(trend.names.get(of) == name for of, name in names.items() if of != Of.SITE):
            return True
        if is_recent and trend.names == names:
            return True
    slug = names.get(Of.SERVICE)
    running = select(Outage.id).join(Service).where(Service.slug == slug, Outage.ended_at.is_(None))
    return slug is not None and db.session.scalar(running.limit(1)) is not None


def _tell_leads(session: Session, major: Major) -> None:
    incident = session.get_one(Incident, major.incident_id)
    for lead in routing.leads_of(session, incident.team):
        notices.owe(session, Topic.LEAD_CALLED, incident, lead)


def _week(finding: Finding, past: Past, reports: Sequence[Report]) -> tuple[list[int], list[float]]:
    """The counts of the hours up to now, and what was usual in each; the last one is not over."""
    now = finding.reports[-1].at
    last = now.replace(minute=0, second=0, microsecond=0)
    first = last - (WEEK - 1) * HOUR
    counts = [0] * WEEK
    for report in reports:
        if first <= report.at <= now and all(report.names.get(of) == name for of, name in finding.stream):
            counts[int((report.at - first) / HOUR)] += 1
    rates = past.rates(finding.stream)
    return counts, [round(rates[past.hour_of(first + number * HOUR)].mean, 2) for number in range(WEEK)]


def reports_since(since: datetime) -> list[Report]:
    """What people reported, in order. What a monitor sent has groups of its own."""
    found = (
        select(Incident.id, Incident.created_at, Incident.category, Service.slug, Person.site)
        .join(Person, Person.id == Incident.requester_id)
        .outerjoin(Service, Service.id == Incident.service_id)
        .where(Incident.created_at > since, _counted())
        .order_by(Incident.created_at, Incident.id)
    )
    return [
        Report(
            at=row[1],
            names={Of.CATEGORY: _named(row[2]), Of.SERVICE: row[3] or "", Of.SITE: row[4] or ""},
            id=row[0],
        )
        for row in db.session.execute(found)
    ]


def _counted() -> ColumnElement[bool]:
    return Incident.channel != Channel.MONITORING


def _named(category: str) -> str:
    """“Other” is what nothing is known of: its reports need have nothing in common."""
    return "" if category == "other" else category


def _label(stream: Stream) -> str:
    """“VPN, Berlin”."""
    names = dict(stream)
    words = [names.get(Of.SITE, "")]
    if Of.SERVICE in names:
        words.insert(
            0, db.session.scalar(select(Service.name).where(Service.slug == names[Of.SERVICE])) or ""
        )
    if Of.CATEGORY in names:
        slug = names[Of.CATEGORY]
        words.insert(0, db.session.scalar(select(Category.name).where(Category.slug == slug)) or slug)
    return ", ".join(word for word in words if word)


def _midnight(at: datetime) -> datetime:
    """The past ends where today begins: a surge of today is not its own past."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
