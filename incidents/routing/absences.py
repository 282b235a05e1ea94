"""Who is away, until when, and who has their part meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid, NotFound
from incidents.people import Person, find_by_address
from incidents.policy import Action, require
from incidents.routing.models import Absence


@dataclass(frozen=True, kw_only=True)
class AbsenceFacts:
    """`person` and `substitute` are addresses; without a substitute the part stays with the team."""

    person: str
    since: datetime
    until: datetime
    substitute: str = ""


def coming() -> Sequence[Absence]:
    """Absences that run or are to come, soonest first."""
    found = select(Absence).where(Absence.until > clock.now()).order_by(Absence.since, Absence.id)
    return db.session.scalars(found).all()


def announce(facts: AbsenceFacts, *, by: Person) -> Absence:
    """Keep that somebody will be away; one's own may everybody of support, others' whoever plans them."""
    person = _support(facts.person, "person")
    _may_plan(person, by)
    if facts.until <= facts.since or facts.until <= clock.now():
        raise Invalid(_("It ends before it begins, or is over already."), field="until")
    substitute = _support(facts.substitute, "substitute") if facts.substitute.strip() else None
    with write() as session:
        absence = Absence(
            person_id=person.id,
            since=facts.since,
            until=facts.until,
            substitute_id=substitute.id if substitute else None,
        )
        _refuse_rounds(session, absence)
        session.add(absence)
    return absence


def call_off(absence_id: int, *, by: Person) -> None:
    """Somebody is back, or does not go."""
    with write() as session:
        absence = session.get(Absence, absence_id)
        if absence is None:
            raise NotFound(_("There is no such absence any more."))
        _may_plan(absence.person, by)
        session.delete(absence)


def _may_plan(person: Person, by: Person) -> None:
    require(by, Action.SEE_QUEUE if person.id == by.id else Action.PLAN_ABSENCES)


def _support(address: str, field: str) -> Person:
    person = find_by_address(address)
    if person is None or not person.is_support or not person.active:
        raise Invalid(_("“%(address)s” is nobody of support.", address=address[:80]), field=field)
    return person


def _refuse_rounds(session: Session, new: Absence) -> None:
    """Who stands in for whom must end at somebody, as far as the same days go."""
    same_days = select(Absence).where(Absence.since < new.until, Absence.until > new.since)
    stand_ins = {one.person_id: one.substitute_id for one in session.scalars(same_days)}
    at, asked = new.substitute_id, {new.person_id}
    while at is not None:
        if at in asked:
            raise Conflict(
                _("Then they would stand in for each other, and nobody is there. Choose another substitute."),
                field="substitute",
            )
        asked.add(at)
        at = stand_ins.get(at)
