"""What is over resolves by itself; whoever resolved it before has the last word."""

from sqlalchemy import exists, select, update

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents import lifecycle
from incidents.alerts.models import Alert, AlertGroup, Status
from incidents.lifecycle import Change, locked
from incidents.models import Resolution, State

FIRES_ON = exists().where(
    Alert.group_key == AlertGroup.key,
    Alert.incident_id == AlertGroup.incident_id,
    Alert.status == Status.FIRING,
)


def resolve_quiet() -> None:
    """Resolve the incidents of groups in which nothing fires any more."""
    over = select(AlertGroup.key, AlertGroup.incident_id).where(AlertGroup.resolve_at <= clock.now())
    if not db.session.execute(over.limit(1)).all():
        return
    with write() as session:
        session.execute(
            update(AlertGroup)
            .where(AlertGroup.resolve_at <= clock.now(), FIRES_ON)
            .values(resolve_at=None)
            .execution_options(synchronize_session=False)
        )
    for key, incident_id in db.session.execute(over).all():
        _resolve(key, incident_id)


def _resolve(key: str, incident_id: int) -> None:
    with locked(incident_id) as (session, incident):
        group = session.get(AlertGroup, key, with_for_update=True, populate_existing=True)
        if group is None or group.resolve_at is None or group.resolve_at > clock.now():
            return
        fires_on = session.scalar(select(AlertGroup.key).where(AlertGroup.key == key, FIRES_ON))
        group.resolve_at = None
        if fires_on is None and incident.is_open:
            note = _("The monitor reports that it is over.")
            wanted = Change(to=State.RESOLVED, resolution=Resolution.AUTOMATIC, note=note)
            lifecycle.apply(session, incident, wanted, by=None)
