"""Which remediation fits which incident, and on what it would act."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from firstline.db import db
from incidents import selfhelp
from incidents.alerts.models import Received
from incidents.models import Incident
from incidents.remediations.models import AHEAD, Reach, Remediation, Result, Run

MOST_RUNS = 20


def for_support(incident: Incident) -> list[Remediation]:
    """What fits this incident and has something to act on, by name."""
    if not incident.is_open:
        return []
    session = db.session()
    known = session.scalars(select(Remediation).where(Remediation.is_active).order_by(Remediation.name))
    return [one for one in known if target_of(one, incident) and fits(session, one, incident)]


def for_requester(incident: Incident) -> list[Remediation]:
    """What its requester may start: only what touches their own things, once, and while it is open.

    However it was reported: whoever presses the button has signed in as the requester.
    """
    if not incident.is_open:
        return []
    offered = [one for one in offered_to_persons() if fits(db.session(), one, incident)]
    asked = {run.remediation_id for run in runs_of(incident) if not run.is_dry} if offered else set()
    return [one for one in offered if one.id not in asked]


def offered_to_persons() -> Sequence[Remediation]:
    """What anybody may start for their own things, by name."""
    offered = select(Remediation).where(
        Remediation.is_active, Remediation.is_offered, Remediation.reach == Reach.PERSON
    )
    return db.session.scalars(offered.order_by(Remediation.name)).all()


def fits(session: Session, remediation: Remediation, incident: Incident) -> bool:
    """Whether it is attached to the incident's category, to a fix offered for it or to its alert."""
    if incident.category in remediation.categories:
        return True
    if remediation.articles and any(
        fix.slug in remediation.articles for fix in selfhelp.fixes_of(incident.id)
    ):
        return True
    names = _alerts_of(session, incident) if remediation.alerts else set()
    return any(name.casefold() in names for name in remediation.alerts)


def target_of(remediation: Remediation, incident: Incident) -> str:
    """What it would act on, from what we know and never from what was typed; empty: nothing."""
    if remediation.reach == Reach.PERSON:
        return incident.requester.email
    if remediation.reach == Reach.ITEM:
        return incident.device.tag if incident.device else ""
    return incident.service.slug if incident.service else ""


def runs_of(incident: Incident) -> Sequence[Run]:
    """The runs for this incident, latest first."""
    found = select(Run).where(Run.incident_id == incident.id).options(joinedload(Run.remediation))
    return db.session.scalars(found.order_by(Run.id.desc()).limit(MOST_RUNS)).all()


def latest_of(incident: Incident) -> Run | None:
    """The last run that is under way, or tells its requester how it went."""
    shown = AHEAD | {Result.DONE, Result.FAILED, Result.UNKNOWN}
    return next((run for run in runs_of(incident) if run.state in shown and not run.is_dry), None)


def _alerts_of(session: Session, incident: Incident) -> set[str]:
    rows = session.scalars(select(Received.labels).where(Received.incident_id == incident.id).distinct())
    return {str(labels.get("alertname", "")).casefold() for labels in rows}
