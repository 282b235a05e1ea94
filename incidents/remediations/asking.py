"""Asking for a run: by the requester, by support, or by rule; and who decides where it needs that."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock, jobs
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents import routing
from incidents.errors import Conflict, NotAllowed, NotFound
from incidents.lifecycle import locked
from incidents.models import OPEN, Incident, State
from incidents.people import Person
from incidents.policy import Action, require
from incidents.remediations import limits, offering
from incidents.remediations.models import AHEAD, Reach, Remediation, Result, Run, Trigger
from incidents.remediations.telling import note
from incidents.standing import require_open

TASK = "run-remediation"
RULE_WITHIN = timedelta(hours=1)
"""By rule only what is new is acted on, not what lay there before."""


def ask_as_requester(incident_id: int, slug: str, *, by: Person) -> Run:
    """The requester's button: once an incident, whoever presses how often."""
    with locked(incident_id) as (session, incident):
        require(by, Action.TELL_OUTCOME, incident)
        remediation = _find(session, slug)
        if incident.requester_id != by.id or not remediation.is_offered:
            raise NotAllowed(_("Only whom it concerns may start this."))
        if remediation.reach != Reach.PERSON:
            raise NotAllowed(_("This touches more than your own things. Ask the service desk."))
        key = f"requester:{incident.id}:{remediation.id}"
        run = _begin(session, incident, remediation, key=key, trigger=Trigger.REQUESTER, by=by)
    _nudge(run)
    return run


def ask_as_support(incident_id: int, slug: str, *, by: Person, nonce: str, dry: bool = False) -> Run:
    """Support's button; the same `nonce` (of the form) again is the same run."""
    with locked(incident_id) as (session, incident):
        require(by, Action.WORK, incident)
        remediation = _find(session, slug)
        key = f"support:{incident.id}:{remediation.id}:{nonce[:40]}"
        run = _begin(session, incident, remediation, key=key, trigger=Trigger.SUPPORT, by=by, dry=dry)
    _nudge(run)
    return run


def decide(run_id: int, *, by: Person, approve: bool) -> None:
    """A lead or an administrator lets it run, or not; never who asked for it."""
    require(by, Action.APPROVE_REMEDIATIONS)
    with write() as session:
        run = session.get(Run, run_id, with_for_update=True)
        if run is None:
            raise NotFound(_("There is no such run."))
        if run.state != Result.WAITS:
            raise Conflict(_("This has been decided already."))
        if run.asked_by_id == by.id:
            raise NotAllowed(_("Somebody else decides on what you asked for."))
        run.decided_by_id, run.state = by.id, Result.DUE if approve else Result.DECLINED
        note(session, run, by=by)
    _nudge(run)


@jobs.sweep(every_s=10)
def ask_by_rule() -> None:
    """Begin what rules want for incidents that are new; once each, whoever sweeps.

    Nothing for mail that proves nothing: whoever wrote it may be somebody else.
    """
    ruled = select(Remediation).where(Remediation.is_active, Remediation.is_by_rule)
    for remediation in db.session.scalars(ruled).all():
        since = max(remediation.rules_since, clock.now() - RULE_WITHIN)
        seen = select(Run.incident_id).where(
            Run.remediation_id == remediation.id, Run.trigger == Trigger.RULE
        )
        new = select(Incident.id).where(
            Incident.created_at >= since,
            Incident.state.in_(OPEN),
            Incident.is_unverified.is_(False),
            Incident.id.not_in(seen),
        )
        for incident_id in db.session.scalars(new.order_by(Incident.id).limit(200)).all():
            _ask_by_rule(incident_id, remediation.slug)


def _ask_by_rule(incident_id: int, slug: str) -> None:
    with locked(incident_id) as (session, incident):
        remediation = _find(session, slug)
        if not offering.target_of(remediation, incident) or not offering.fits(session, remediation, incident):
            return
        if not incident.is_open or _is_under_way(session, remediation, incident):
            return
        key = f"rule:{incident.id}:{remediation.id}"
        run = _begin(session, incident, remediation, key=key, trigger=Trigger.RULE, by=None)
    _nudge(run)


def _begin(
    session: Session,
    incident: Incident,
    remediation: Remediation,
    *,
    key: str,
    trigger: Trigger,
    by: Person | None,
    dry: bool = False,
) -> Run:
    """A run, or the one that there is by this key. Over a limit it waits for somebody's decision."""
    known: Run | None = session.scalar(select(Run).where(Run.key == key))
    if known is not None:
        return known
    _check(session, remediation, incident)
    target = offering.target_of(remediation, incident)
    over = "" if dry else limits.exceeded(session, remediation, target)
    waits = not dry and (remediation.needs_approval or bool(over))
    run = Run(
        remediation_id=remediation.id,
        incident_id=incident.id,
        key=key,
        trigger=trigger,
        is_dry=dry,
        target=target,
        state=Result.WAITS if waits else Result.DUE,
        message=over,
        asked_by_id=by.id if by else None,
    )
    session.add(run)
    session.flush()
    note(session, run, by=by)
    if waits and incident.state == State.OFFERED:
        routing.route(session, incident, because=_("“%(name)s” needs approval", name=remediation.name))
    return run


def _check(session: Session, remediation: Remediation, incident: Incident) -> None:
    require_open(incident)
    if not remediation.is_active or not offering.fits(session, remediation, incident):
        raise NotFound(_("This remediation does not fit this incident."))
    if not offering.target_of(remediation, incident):
        raise Conflict(_("There is nothing for it to act on: say which service or device it is about."))
    if _is_under_way(session, remediation, incident):
        raise Conflict(_("“%(name)s” is under way already.", name=remediation.name))


def _is_under_way(session: Session, remediation: Remediation, incident: Incident) -> bool:
    """Whether a run on the same target has not ended yet, for whichever incident."""
    target = offering.target_of(remediation, incident)
    ahead = select(Run.id).where(
        Run.remediation_id == remediation.id,
        Run.target == target,
        Run.state.in_(AHEAD),
        Run.is_dry.is_(False),
    )
    return session.scalar(ahead.limit(1)) is not None


def _find(session: Session, slug: str) -> Remediation:
    """Locked, so that two who ask at once are counted one after the other."""
    found = session.scalar(select(Remediation).where(Remediation.slug == slug).with_for_update())
    if found is None:
        raise NotFound(_("There is no such remediation any more."))
    return found


def _nudge(run: Run) -> None:
    if run.state == Result.DUE:
        jobs.nudge(TASK, run.id)
