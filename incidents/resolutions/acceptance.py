"""When a resolution counts as accepted: after some working days without a word, and a warning before."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.models import Incident
from incidents.overtaking import require_unchanged
from incidents.people import Person
from incidents.policy import Action, require
from incidents.resolutions.models import ClosingRule
from incidents.resolutions.working_days import after_working_days
from incidents.sla.agreements import read_book

CLOSE_AFTER_DAYS = REOPEN_WITHIN_DAYS = 5
LEAST, MOST = 2, 60
WARNED_BEFORE_DAYS = 1


@dataclass(frozen=True)
class Rule:
    """Working days until a resolved incident closes, and within which a closed one may be reopened."""

    close_after_days: int = CLOSE_AFTER_DAYS
    reopen_within_days: int = REOPEN_WITHIN_DAYS


def rule(session: Session | None = None) -> Rule:
    """What holds now."""
    kept = (session or db.session()).scalars(select(ClosingRule).limit(1)).first()
    return Rule(kept.close_after_days, kept.reopen_within_days) if kept else Rule()


def choose(wanted: Rule, *, by: Person, seen: str = "") -> None:
    """Let this hold for what is resolved or closed from now on; `seen` as in `overtaking`."""
    require(by, Action.ADMINISTER)
    for field, days in vars(wanted).items():
        if not LEAST <= days <= MOST:
            raise Invalid(
                _("Choose from %(least)s to %(most)s working days.", least=LEAST, most=MOST), field=field
            )
    with write() as session:
        require_unchanged(vars(rule(session)), seen)
        session.merge(ClosingRule(id=1, **vars(wanted)))


def start(session: Session, incident: Incident, *, at: datetime) -> None:
    """Begin to wait for a word against a resolution."""
    days = rule(session).close_after_days
    incident.closes_at = desk_days_later(session, at, days)
    incident.warn_closing_at = desk_days_later(session, at, days - WARNED_BEFORE_DAYS)


def desk_days_later(session: Session, at: datetime, days: int) -> datetime:
    """So many working days later, on the calendar of the desk: a team's night shift accepts nothing."""
    return after_working_days(read_book().default, at, days)


def stop(incident: Incident) -> None:
    """It is closed or open again: nothing is waited for."""
    incident.closes_at = incident.warn_closing_at = None


def may_still_be_reopened(session: Session, incident: Incident, *, at: datetime) -> bool:
    """Whether the requester's word opens it again rather than a new one."""
    if incident.closed_at is None:
        return True
    return at <= desk_days_later(session, incident.closed_at, rule(session).reopen_within_days)
