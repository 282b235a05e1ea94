"""Monitoring: one incident for each alert while it fires, resolved by itself when it is over.

An alert is the same while its fingerprint and its start are; repeated notifications change nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from firstline import clock
from firstline.db import Model, db, write
from firstline.i18n import gettext as _
from incidents import intake, lifecycle
from incidents.errors import Conflict
from incidents.intake import Report
from incidents.lifecycle import Change
from incidents.models import Channel, Incident, Level, Resolution, State
from incidents.people import Person
from incidents.policy import Action, require
from incidents.services import Service

FINGERPRINT_LENGTH = 64
SEVERITY = {
    "critical": (Level.MEDIUM, Level.HIGH),
    "page": (Level.MEDIUM, Level.HIGH),
    "error": (Level.MEDIUM, Level.MEDIUM),
    "warning": (Level.MEDIUM, Level.LOW),
    "info": (Level.LOW, Level.LOW),
}
"""Impact and urgency by the usual values of the label `severity`."""


class Status(StrEnum):
    """What the monitor says of an alert."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Alert(Model):
    """The latest occurrence of one alert and the incident it belongs to."""

    __tablename__ = "alert"

    id: Mapped[int] = mapped_column(primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(FINGERPRINT_LENGTH), unique=True)
    status: Mapped[str] = mapped_column(String(10))
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    starts_at: Mapped[datetime]
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)

    incident: Mapped[Incident] = relationship()


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One alert as a monitor sends it; `fingerprint` tells it from all others."""

    fingerprint: str
    status: Status
    title: str
    description: str
    starts_at: datetime
    labels: Mapping[str, str]


def take(signal: Signal, *, by: Person) -> Incident | None:
    """The incident of this alert: opened, joined or resolved; None for the end of one never seen."""
    require(by, Action.SEND_ALERTS)
    known = db.session.scalar(select(Alert).where(Alert.fingerprint == signal.fingerprint))
    if signal.status == Status.RESOLVED:
        return _end(known) if known else None
    if known is not None and (known.starts_at == signal.starts_at or known.incident.is_open):
        return _seen_again(known, signal)
    incident = intake.report(_as_report(signal, by))
    _remember(signal, incident.id)
    return incident


def _seen_again(known: Alert, signal: Signal) -> Incident:
    incident = known.incident
    _remember(signal, incident.id)
    return incident


def _end(known: Alert) -> Incident:
    incident, alert_id = known.incident, known.id
    if incident.is_open and known.status == Status.FIRING:
        note = _("The monitor reports that it is over.")
        resolved = Change(to=State.RESOLVED, resolution=Resolution.AUTOMATIC, note=note)
        try:
            lifecycle.change(incident.id, resolved, by=None)
        except Conflict:
            # Somebody resolved it in the same moment; their word stands.
            db.session.rollback()
    with write() as session:
        alert = session.get_one(Alert, alert_id)
        alert.status, alert.seen_at = Status.RESOLVED, clock.now()
    return incident


def _remember(signal: Signal, incident_id: int) -> None:
    with write() as session:
        alert = session.scalar(select(Alert).where(Alert.fingerprint == signal.fingerprint).with_for_update())
        if alert is None:
            alert = Alert(fingerprint=signal.fingerprint)
            session.add(alert)
        alert.incident_id, alert.status = incident_id, Status.FIRING
        alert.starts_at, alert.seen_at = signal.starts_at, clock.now()


def _as_report(signal: Signal, by: Person) -> Report:
    impact, urgency = SEVERITY.get(signal.labels.get("severity", ""), (None, None))
    return Report(
        requester_id=by.id,
        caller="monitoring",
        key=f"{signal.fingerprint}:{signal.starts_at.isoformat()}",
        title=signal.title,
        description=signal.description,
        channel=Channel.MONITORING,
        service=_known_service(signal.labels.get("service", "")),
        impact=impact,
        urgency=urgency,
        allow_empty=True,
    )


def _known_service(slug: str) -> str | None:
    return db.session.scalar(select(Service.slug).where(Service.slug == slug)) if slug else None
