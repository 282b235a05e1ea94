"""Keeping the rota: the turn, how long a step waits, the webhook, and who stands in for whom."""

import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from firstline import secrets
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Invalid, NotFound
from incidents.oncall.models import Override, Rota
from incidents.overtaking import NOTHING_YET, require_unchanged
from incidents.people import Person, Team
from incidents.policy import Action, require

LONGEST_TURN_DAYS = 92


@dataclass(frozen=True, kw_only=True)
class RotaFacts:
    """A rota as it is typed; `people` are addresses in their order."""

    zone: str
    first_day: date
    people: Sequence[str]
    turn_days: int = 7
    handover_minute: int = 9 * 60
    step_minutes: int = 10
    webhook_url: str = ""


def list_rotas() -> Sequence[Rota]:
    """Every rota with its team."""
    loaded = select(Rota).options(joinedload(Rota.team), selectinload(Rota.overrides))
    return db.session.scalars(loaded.join(Rota.team).order_by(Team.tier, Team.name)).all()


def save_rota(team_id: int, facts: RotaFacts, *, by: Person, seen: str = "") -> Rota:
    """Make or correct the rota of a team. Its first webhook gets a secret, see `show_secret`.

    `seen` as in `overtaking`.
    """
    require(by, Action.ADMINISTER)
    _check(facts)
    with write() as session:
        if session.get(Team, team_id) is None:
            raise NotFound(_("There is no such team any more."))
        found = session.scalar(select(Rota).where(Rota.team_id == team_id))
        require_unchanged(found or NOTHING_YET, seen)
        rota = found or Rota(team_id=team_id)
        rota.people = [_support(session, address).id for address in facts.people]
        rota.zone, rota.first_day, rota.turn_days = facts.zone, facts.first_day, facts.turn_days
        rota.handover_minute, rota.step_minutes = facts.handover_minute, facts.step_minutes
        rota.webhook_url = facts.webhook_url.strip()
        if rota.webhook_url and not rota.webhook_secret:
            rota.webhook_secret = secrets.encrypt(random.token_urlsafe(32))
        session.add(rota)
    return rota


def stand_in(rota_id: int, address: str, *, since: datetime, until: datetime, by: Person) -> Override:
    """Let somebody else be on duty for a while."""
    require(by, Action.ADMINISTER)
    if until <= since:
        raise Invalid(_("It must end after it begins."), field="until")
    if until - since > timedelta(days=LONGEST_TURN_DAYS):
        raise Invalid(_("That is longer than three months. Change the rota instead."), field="until")
    with write() as session:
        _rota(session, rota_id)
        person = _support(session, address)
        override = Override(rota_id=rota_id, person_id=person.id, since=since, until=until)
        session.add(override)
    return override


def drop_stand_in(override_id: int, *, by: Person) -> None:
    """The turn goes on as planned."""
    require(by, Action.ADMINISTER)
    with write() as session:
        override = session.get(Override, override_id)
        if override is not None:
            session.delete(override)


def show_secret(rota: Rota) -> str:
    """By which the receiver of the webhook checks that it is ours; empty without one."""
    try:
        return secrets.decrypt(rota.webhook_secret)
    except secrets.Unreadable:
        return ""


def _check(facts: RotaFacts) -> None:
    if facts.zone not in available_timezones():
        raise Invalid(_("Choose a time zone of the list, such as Europe/Berlin."), field="zone")
    if not facts.people:
        raise Invalid(_("Name at least one person who is on duty."), field="people")
    if len(set(facts.people)) < len(facts.people):
        raise Invalid(_("Name each person once."), field="people")
    if not 1 <= facts.turn_days <= LONGEST_TURN_DAYS:
        raise Invalid(_("A turn lasts from a day to three months."), field="turn_days")
    if not 1 <= facts.step_minutes <= 24 * 60:
        raise Invalid(
            _("Wait at least a minute and at most a day before the next is called."), field="step_minutes"
        )
    if not 0 <= facts.handover_minute < 24 * 60:
        raise Invalid(_("Write the time of the hand-over like 09:00."), field="handover")
    url = urlsplit(facts.webhook_url.strip())
    if facts.webhook_url.strip() and (url.scheme not in {"http", "https"} or not url.hostname):
        raise Invalid(
            _("Write the whole address, such as https://pager.example.com/hook."), field="webhook_url"
        )


def _support(session: Session, address: str) -> Person:
    found = session.scalar(select(Person).where(Person.email == address.strip().casefold(), Person.active))
    if found is None or not found.is_support:
        raise Invalid(
            _("%(address)s is nobody of support. Only support is on duty.", address=address[:60]),
            field="people",
        )
    return found


def _rota(session: Session, rota_id: int) -> Rota:
    rota = session.get(Rota, rota_id)
    if rota is None:
        raise NotFound(_("There is no such rota any more."))
    return rota
