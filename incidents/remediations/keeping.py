"""The allow-list: which remediations there are, kept by administrators."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from firstline import clock, outgoing, secrets
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Invalid, NotFound
from incidents.overtaking import require_unchanged
from incidents.people import Person
from incidents.policy import Action, require
from incidents.remediations import actions
from incidents.remediations.models import WEBHOOK, Reach, Remediation, Result, Run

SLUG = re.compile(r"\A[a-z0-9][a-z0-9-]{0,58}\Z")
SECRET_LENGTH = 16
MOST_RUNS = 50
BOUNDS = {
    "timeout_s": (1, 120),
    "hourly_limit": (1, 10_000),
    "repeat_limit": (1, 1_000),
    "target_limit": (1, 10_000),
}


@dataclass(frozen=True, kw_only=True)
class RemediationFacts:
    """A remediation as it is typed. An empty `secret` leaves the one that is kept; limits per hour
    (runs) and per day (runs on one target, different targets)."""

    slug: str
    name: str
    offer: str = ""
    description: str = ""
    action: str = WEBHOOK
    url: str = ""
    secret: str = ""
    reach: str = Reach.PERSON
    articles: Sequence[str] = ()
    categories: Sequence[str] = ()
    alerts: Sequence[str] = ()
    is_offered: bool = False
    is_by_rule: bool = False
    needs_approval: bool = False
    is_active: bool = True
    timeout_s: int = 20
    hourly_limit: int = 20
    repeat_limit: int = 2
    target_limit: int = 50


def every() -> Sequence[Remediation]:
    """All remediations, by name."""
    found = select(Remediation).options(joinedload(Remediation.by)).order_by(Remediation.name)
    return db.session.scalars(found).all()


def lately() -> Sequence[Run]:
    """The latest runs; those that wait for a decision first."""
    waits_first = (Run.state == Result.WAITS).desc()
    found = select(Run).options(joinedload(Run.incident), joinedload(Run.remediation))
    return db.session.scalars(found.order_by(waits_first, Run.id.desc()).limit(MOST_RUNS)).all()


def save(
    facts: RemediationFacts, *, by: Person, remediation_id: int | None = None, seen: str = ""
) -> Remediation:
    """Make or correct one; raises `Invalid`. `seen` as in `overtaking`."""
    require(by, Action.ADMINISTER)
    with write() as session:
        kept = session.get(Remediation, remediation_id) if remediation_id else Remediation(by_id=by.id)
        if kept is None:
            raise NotFound(_("There is no such remediation any more."))
        if remediation_id:
            require_unchanged(kept, seen)
        _check(session, facts, kept)
        if facts.is_by_rule and not kept.is_by_rule:
            kept.rules_since = clock.now()
        _fill(kept, facts, by)
        session.add(kept)
    return kept


def _fill(kept: Remediation, facts: RemediationFacts, by: Person) -> None:
    kept.slug, kept.name, kept.by_id = facts.slug, facts.name.strip()[:120], by.id
    kept.offer = facts.offer.strip()[:80] or kept.name[:80]
    kept.description, kept.action, kept.reach = facts.description.strip(), facts.action, facts.reach
    kept.url = facts.url.strip() if facts.action == WEBHOOK else ""
    for several in ("articles", "categories", "alerts"):
        setattr(kept, several, [one.strip() for one in getattr(facts, several) if one.strip()])
    for one in ("is_offered", "is_by_rule", "needs_approval", "is_active", *BOUNDS):
        setattr(kept, one, getattr(facts, one))
    if facts.secret:
        kept.secret = secrets.encrypt(facts.secret)


def _check(session: Session, facts: RemediationFacts, kept: Remediation) -> None:
    if not facts.name.strip():
        raise Invalid(_("Write a name."), field="name")
    if not SLUG.match(facts.slug):
        raise Invalid(_("Use small letters, digits and hyphens."), field="slug")
    if session.scalar(select(Remediation.id).where(Remediation.slug == facts.slug)) not in {None, kept.id}:
        raise Invalid(_("Another remediation is called so."), field="slug")
    if facts.reach not in set(Reach):
        raise Invalid(_("Say what it touches."), field="reach")
    if facts.is_offered and facts.reach != Reach.PERSON:
        raise Invalid(
            _("Only what touches nobody else is offered to the one who asks for help."), field="is_offered"
        )
    for name, (least, most) in BOUNDS.items():
        if not least <= getattr(facts, name) <= most:
            raise Invalid(_("Write a number from %(least)s to %(most)s.", least=least, most=most), field=name)
    _check_action(facts, is_new=not kept.secret)


def _check_action(facts: RemediationFacts, *, is_new: bool) -> None:
    if facts.action != WEBHOOK:
        if facts.action not in actions.plugins():
            raise Invalid(_("Choose what is installed."), field="action")
        return
    try:
        outgoing.check(facts.url)
    except outgoing.NotTaken as error:
        raise Invalid(_("It cannot be sent there: %(why)s.", why=str(error)), field="url") from error
    if (is_new or facts.secret) and len(facts.secret) < SECRET_LENGTH:
        raise Invalid(_("A secret has at least %(n)s characters.", n=SECRET_LENGTH), field="secret")
