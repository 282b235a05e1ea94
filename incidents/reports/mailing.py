"""Reports that come by mail: who wants which, and when the next one is due.

A weekly one comes on Monday at seven about the seven days before, a monthly one on the first about the
month before, by the desk's clock. Each is owed once; a channel claims and sends it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import CursorResult, select, update

from firstline import clock
from firstline.app import settings_of
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid, NotFound
from incidents.people import Person
from incidents.policy import Action, may, require
from incidents.reports.models import Mailing
from incidents.reports.scope import Scope

AT = time(7)
MOST = 10
WEEK = timedelta(days=7)
DAY = timedelta(days=1)


class Rhythm(StrEnum):
    """How often."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True)
class Due:
    """One report to be sent: whose, and about what."""

    mailing_id: int
    person_id: int
    scope: Scope


def wanted_by(person: Person) -> Sequence[Mailing]:
    """What this person gets, oldest first."""
    return db.session.scalars(
        select(Mailing).where(Mailing.person_id == person.id).order_by(Mailing.id)
    ).all()


def begin(rhythm: str, scope: Scope, *, by: Person) -> Mailing:
    """Send this person the figures of a scope, whatever its days, from now on."""
    require(by, Action.SEE_QUEUE)
    if rhythm not in set(Rhythm):
        raise Invalid(_("Choose each week or each month."), field="rhythm")
    if len(wanted_by(by)) >= MOST:
        raise Conflict(_("You get %(most)s reports already. Stop one first.", most=MOST))
    with write() as session:
        mailing = Mailing(
            person_id=by.id,
            rhythm=rhythm,
            channel=scope.channel,
            category=scope.category,
            service_id=scope.service_id,
            team_id=scope.team_id,
            priority=scope.priority,
            next_at=_moment(_next(Rhythm(rhythm), _today())),
        )
        session.add(mailing)
    return mailing


def stop(mailing_id: int, *, by: Person) -> None:
    """Send it no more; only whoever gets it may say so."""
    with write() as session:
        mailing = session.get(Mailing, mailing_id)
        if mailing is None or mailing.person_id != by.id:
            raise NotFound(_("You do not get this report."))
        session.delete(mailing)


def claim_due() -> list[Due]:
    """What is to be sent now; whoever gets it from here sends it, once. Those who may not see it get none."""
    now = clock.now()
    due = db.session.scalars(select(Mailing).where(Mailing.next_at <= now).order_by(Mailing.id)).all()
    found = [(one.id, one.next_at, Due(one.id, one.person_id, _scope(one)), _may_have(one)) for one in due]
    return [told for key, at, told, is_allowed in found if _claim(key, at) and is_allowed]


def put_off(mailing_id: int, *, until: datetime) -> None:
    """It could not be sent: once more, about the same days as long as they are the last ones."""
    with write() as session:
        session.execute(update(Mailing).where(Mailing.id == mailing_id).values(next_at=until))


def days_before(rhythm: Rhythm, on: date) -> tuple[date, date]:
    """The days a report of this day is about: the last whole week or month."""
    if rhythm == Rhythm.WEEKLY:
        monday = clock.monday(on)
        return monday - WEEK, monday - DAY
    last = on.replace(day=1) - DAY
    return last.replace(day=1), last


def _claim(mailing_id: int, at: datetime) -> bool:
    with write() as session:
        mailing = session.get(Mailing, mailing_id)
        if mailing is None:
            return False
        again = _moment(_next(Rhythm(mailing.rhythm), _today()))
        mine = update(Mailing).where(Mailing.id == mailing_id, Mailing.next_at == at)
        result = session.execute(mine.values(next_at=again))
        assert isinstance(result, CursorResult), "an update tells how many rows it changed"
        return result.rowcount > 0


def _may_have(mailing: Mailing) -> bool:
    person = mailing.person
    return person.active and not person.is_undeliverable and may(person, Action.SEE_QUEUE)


def _scope(mailing: Mailing) -> Scope:
    since, until = days_before(Rhythm(mailing.rhythm), _today())
    everything = Scope(since=since, until=until, channel=mailing.channel, category=mailing.category)
    return replace(
        everything,
        service_id=mailing.service_id,
        team_id=mailing.team_id,
        priority=mailing.priority,
    )


def _next(rhythm: Rhythm, after: date) -> date:
    if rhythm == Rhythm.WEEKLY:
        return clock.monday(after) + WEEK
    return (after.replace(day=1) + timedelta(days=32)).replace(day=1)


def _today() -> date:
    return clock.now().astimezone(_zone()).date()


def _moment(on: date) -> datetime:
    return datetime.combine(on, AT, _zone())


def _zone() -> ZoneInfo:
    return ZoneInfo(settings_of(current_app).timezone)
