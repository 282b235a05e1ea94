"""Received alerts become incidents: repeated ones change nothing, those of one group share one.

Each pass decides for the rows it can; a group without an open incident gets one by the one door, with
a key made of the row that asks for it, and the next pass finds it. So it may be cut off anywhere and
run twice at once: the rows are decided under a lock, the incident is the same by its key.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock, jobs, log
from firstline.db import db, write
from incidents import intake
from incidents.alerts import maintenance, waiting
from incidents.alerts.models import Alert, AlertGroup, Maintenance, Outcome, Received, Status
from incidents.alerts.raising import raise_for
from incidents.alerts.recovery import resolve_quiet
from incidents.alerts.signals import SEVERITY
from incidents.errors import Refused
from incidents.intake import Report
from incidents.models import OPEN, Channel, Incident
from incidents.services import Service

TASK = "sort-alerts"
logger = log.get(__name__)
BATCH = 100
"""Sorted in one transaction: few, so that people do not wait long for their turn to write."""
FLAPS = 3
"""Having begun so many times within `FLAPS_WITHIN`, an alert is flapping."""
FLAPS_WITHIN = timedelta(minutes=30)
QUIET_FOR = timedelta(minutes=15)
"""A group in which an alert flaps is over when nothing fired for so long."""


@jobs.task(TASK)
@jobs.sweep(every_s=5)
def sort_due() -> None:
    """Sort everything that waits, in the order of its arrival, and resolve what is over."""
    maintenance.release_ended()
    while True:
        has_come = waiting.gather()
        wanting, is_more = _decide()
        # What is over resolves before the next occurrence opens, so that each has its own incident.
        resolve_quiet()
        for row in wanting:
            _open(row)
        if not (has_come or is_more):
            return


def _decide() -> tuple[Sequence[Received], bool]:
    """Decide for a batch; returns the rows that want an incident, and whether to go on."""
    with write() as session:
        due = select(Received).where(Received.outcome == Outcome.DUE).order_by(Received.id)
        rows = session.scalars(due.limit(BATCH).with_for_update()).all()
        desk = _Desk(session, rows)
        for row in rows:
            desk.sort(row)
    return list(desk.wanting.values()), bool(rows)


class _Desk:
    """What is known of the alerts and groups of one batch."""

    def __init__(self, session: Session, rows: Sequence[Received]) -> None:
        prints, keys = {row.fingerprint for row in rows}, {row.group_key for row in rows}
        known = select(Alert).where(Alert.fingerprint.in_(prints))
        self._session, self._now = session, clock.now()
        self._alerts = {alert.fingerprint: alert for alert in session.scalars(known)}
        keys |= {alert.group_key for alert in self._alerts.values()}
        groups = select(AlertGroup).where(AlertGroup.key.in_(keys))
        self._groups = {group.key: group for group in session.scalars(groups)}
        owned = {alert.incident_id for alert in self._alerts.values()}
        self._open = _open_ones(session, owned | {group.incident_id for group in self._groups.values()})
        self._windows: Sequence[Maintenance] = maintenance.running(session)
        self._held: set[str] = set()
        self._weighed: set[tuple[int | None, str]] = set()
        self.wanting: dict[str, Received] = {}

    def sort(self, row: Received) -> None:
        """Give the row its outcome, or leave it due until its group has an incident."""
        if row.group_key in self._held:
            return
        alert = self._alerts.get(row.fingerprint)
        if row.status == Status.RESOLVED:
            self._recover(row, alert)
        elif alert is not None and self._is_known_already(alert, row):
            self._repeat(row, alert)
        elif maintenance.covers(self._windows, row.labels):
            self._settle(row, Outcome.MAINTENANCE, self._fire(row, None))
        else:
            self._begin(row)

    def _begin(self, row: Received) -> None:
        group = self._groups.get(row.group_key)
        if group is None or group.incident_id not in self._open or self._is_over(group):
            # The group's later rows wait with it: their order is kept.
            self.wanting[row.group_key] = row
            self._held.add(row.group_key)
            return
        group.resolve_at = None
        alert = self._fire(row, group.incident_id)
        joined = Outcome.FLAPPING if _flaps(alert, self._now) else Outcome.JOINED
        self._settle(row, Outcome.OPENED if group.opened_by_id == row.id else joined, alert)
        self._weigh(row, alert)

    def _is_over(self, group: AlertGroup) -> bool:
        return group.resolve_at is not None and group.resolve_at <= self._now

    def _repeat(self, row: Received, alert: Alert) -> None:
        if alert.status == Status.RESOLVED:
            self._settle(row, Outcome.OVER_ALREADY, alert)
            return
        alert.starts_at, alert.seen_at = row.starts_at, self._now
        self._settle(row, Outcome.REPEATED, alert)
        self._weigh(row, alert)

    def _weigh(self, row: Received, alert: Alert) -> None:
        """Once for each severity that an incident of this batch meets: thousands say the same."""
        met = (alert.incident_id, row.labels.get("severity", ""))
        if alert.incident_id in self._open and met not in self._weighed:
            self._weighed.add(met)
            raise_for(self._session, row, alert.incident_id)

    def _is_known_already(self, alert: Alert, row: Received) -> bool:
        """Whether this says nothing new: the occurrence is known, or its incident is being worked on."""
        if alert.starts_at == row.starts_at or _is_older(row, alert):
            return alert.status == Status.RESOLVED or alert.incident_id is not None
        return alert.status == Status.FIRING and alert.incident_id in self._open

    def _recover(self, row: Received, alert: Alert | None) -> None:
        if alert is None:
            # Kept, so that the alert itself, should it come later, is known to be over.
            self._settle(row, Outcome.NEVER_SEEN, self._put(row, Status.RESOLVED))
            return
        if alert.status == Status.RESOLVED or _is_older(row, alert):
            self._settle(row, Outcome.OVER_ALREADY, alert)
            return
        alert.status, alert.seen_at = Status.RESOLVED, self._now
        self._settle(row, Outcome.RECOVERED, alert)
        group = self._groups.get(alert.group_key)
        if group is not None and group.incident_id == alert.incident_id:
            quiet = QUIET_FOR if _flaps(alert, self._now) else timedelta()
            group.resolve_at = max(group.resolve_at or self._now, self._now + quiet)

    def _fire(self, row: Received, incident_id: int | None) -> Alert:
        alert = self._put(row, Status.FIRING)
        alert.incident_id, alert.starts_at = incident_id, row.starts_at
        since = self._now - FLAPS_WITHIN
        lately = [at for at in alert.began if datetime.fromisoformat(at) >= since]
        alert.began = [*lately, self._now.isoformat()][-FLAPS:]
        return alert

    def _put(self, row: Received, status: Status) -> Alert:
        alert = self._alerts.get(row.fingerprint)
        if alert is None:
            alert = Alert(fingerprint=row.fingerprint, starts_at=row.starts_at, began=[])
            self._session.add(alert)
            self._alerts[row.fingerprint] = alert
        alert.status, alert.seen_at, alert.group_key = status, self._now, row.group_key
        return alert

    def _settle(self, row: Received, outcome: Outcome, alert: Alert) -> None:
        row.outcome, row.incident_id = outcome, alert.incident_id


def _open_ones(session: Session, ids: set[int | None]) -> frozenset[int]:
    found = select(Incident.id).where(Incident.id.in_(ids - {None}), Incident.state.in_(OPEN))
    return frozenset(session.scalars(found))


def _is_older(row: Received, alert: Alert) -> bool:
    """Whether the row is about an earlier occurrence; a clock from the future proves nothing."""
    return row.starts_at < alert.starts_at <= alert.seen_at


def _flaps(alert: Alert, now: datetime) -> bool:
    began = [datetime.fromisoformat(at) for at in alert.began]
    return len(began) >= FLAPS and began[0] >= now - FLAPS_WITHIN


def _open(row: Received) -> None:
    row_id, key = row.id, row.group_key
    group = db.session.get(AlertGroup, key)
    if group is not None and group.incident.is_open and group.resolve_at is None:
        # Others of the group fire on: the next pass lets the row join them.
        return
    try:
        incident_id = intake.report(_as_report(row)).id
    except Refused as refusal:
        logger.warning("an alert was refused", alert=row_id, why=refusal.sentence)
        with write() as session:
            session.get_one(Received, row_id).outcome = Outcome.REFUSED
        return
    _give(key, incident_id, row_id)


def _give(key: str, incident_id: int, row_id: int) -> None:
    with write() as session:
        group = session.get(AlertGroup, key, with_for_update=True)
        if group is None:
            group = AlertGroup(key=key)
            session.add(group)
        group.incident_id, group.opened_by_id, group.resolve_at = incident_id, row_id, None


def _as_report(row: Received) -> Report:
    impact, urgency = SEVERITY.get(row.labels.get("severity", "").casefold(), (None, None))
    return Report(
        requester_id=row.by_id,
        caller="monitoring",
        key=f"alert:{row.id}",
        title=row.title,
        description=row.description,
        channel=Channel.MONITORING,
        service=_known_service(row.labels),
        impact=impact,
        urgency=urgency,
        allow_empty=True,
    )


def _known_service(labels: Mapping[str, str]) -> str | None:
    slug = labels.get("service", "")
    return db.session.scalar(select(Service.slug).where(Service.slug == slug)) if slug else None
