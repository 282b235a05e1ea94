"""Maintenance windows: what is worked on may fire; what still fires when the work is over counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.alerts.models import Alert, Maintenance, Outcome, Received, Status
from incidents.alerts.signals import SERVICE_LABELS, host_of
from incidents.errors import Invalid, NotFound
from incidents.people import Person
from incidents.policy import Action, require
from incidents.services import Service


@dataclass(frozen=True, kw_only=True)
class Window:
    """When and where work is done. `service` is a slug; without service and host it is all."""

    reason: str
    starts_at: datetime
    ends_at: datetime
    service: str = ""
    host: str = ""


def plan(window: Window, *, by: Person) -> Maintenance:
    """Keep alerts of this service or host from support for this time."""
    require(by, Action.ADMINISTER)
    _check(window)
    with write() as session:
        service = session.scalar(select(Service).where(Service.slug == window.service))
        if window.service and service is None:
            raise Invalid(_("There is no such service. Choose one of the list."), field="service")
        planned = Maintenance(
            reason=window.reason.strip()[:200],
            starts_at=window.starts_at,
            ends_at=window.ends_at,
            service_id=service.id if service else None,
            host=window.host.strip().casefold()[:120],
            by_id=by.id,
        )
        session.add(planned)
    return planned


def end(window_id: int, *, by: Person) -> None:
    """The work is done: what fires now counts. Ending it twice changes nothing."""
    require(by, Action.ADMINISTER)
    with write() as session:
        window = session.get(Maintenance, window_id)
        if window is None:
            raise NotFound(_("There is no such maintenance any more."))
        window.ends_at = min(window.ends_at, clock.now())
        window.starts_at = min(window.starts_at, window.ends_at)


def lately(*, limit: int = 50) -> Sequence[Maintenance]:
    """The windows, those that end last first."""
    found = select(Maintenance).options(joinedload(Maintenance.service), joinedload(Maintenance.by))
    return db.session.scalars(found.order_by(Maintenance.ends_at.desc()).limit(limit)).all()


def running(session: Session) -> Sequence[Maintenance]:
    """The windows that are open now."""
    now = clock.now()
    found = select(Maintenance).where(Maintenance.starts_at <= now, Maintenance.ends_at > now)
    return session.scalars(found.options(joinedload(Maintenance.service))).all()


def covers(windows: Iterable[Maintenance], labels: Mapping[str, str]) -> bool:
    """Whether one of these windows keeps an alert with these labels from support."""
    named, host = {labels.get(name, "") for name in SERVICE_LABELS}, host_of(labels).casefold()
    return any(
        (window.service is None or window.service.slug in named) and window.host in {"", host}
        for window in windows
    )


def release_ended() -> None:
    """Let what still fires when no window covers it any more be sorted anew."""
    held = select(Alert).where(Alert.status == Status.FIRING, Alert.incident_id.is_(None))
    if not db.session.scalars(held.limit(1)).all():
        return
    with write() as session:
        windows = running(session)
        for alert in session.scalars(held):
            row = _last_of(session, alert)
            if row is not None and not covers(windows, row.labels):
                session.execute(update(Received).where(Received.id == row.id).values(outcome=Outcome.DUE))


def _last_of(session: Session, alert: Alert) -> Received | None:
    found: Received | None = session.scalar(
        select(Received)
        .where(Received.fingerprint == alert.fingerprint, Received.outcome == Outcome.MAINTENANCE)
        .order_by(Received.id.desc())
        .limit(1)
    )
    return found


def _check(window: Window) -> None:
    if not window.reason.strip():
        raise Invalid(_("Say what is done."), field="reason")
    if window.ends_at <= window.starts_at:
        raise Invalid(_("It must end after it begins."), field="ends_at")
    if window.ends_at <= clock.now():
        raise Invalid(_("This time is over already."), field="ends_at")
