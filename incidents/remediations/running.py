"""Running what was asked for: once. What was begun and lost is unknown, and is never begun again."""

from datetime import timedelta

from sqlalchemy import CursorResult, select, update

from firstline import clock, jobs, log
from firstline.db import db, settle_on_disk, write
from firstline.i18n import gettext as _
from incidents import lifecycle
from incidents.lifecycle import Change, locked
from incidents.models import Channel, Resolution, State
from incidents.remediations import actions
from incidents.remediations.actions import Answer, Order
from incidents.remediations.asking import TASK
from incidents.remediations.models import Result, Run
from incidents.remediations.telling import hand_to_person, note

LOST_AFTER = timedelta(seconds=30)
"""So long after its time-out a run that nobody ended was lost with its process."""
NUDGE_AGAIN = timedelta(seconds=10)
logger = log.get(__name__)


@jobs.task(TASK)
def run(run_id: int) -> None:
    """Run it unless somebody has begun it, or nobody needs it any more."""
    if not _claim(run_id):
        return
    # Begun must survive a power cut, else it would begin a second time.
    settle_on_disk()
    one = db.session.get_one(Run, run_id)
    chosen, order = one.remediation, _order(one)
    action, url, secret, timeout_s = chosen.action, chosen.url, chosen.secret, chosen.timeout_s
    db.session.rollback()
    settle(run_id, actions.perform(action, order, url=url, secret=secret, timeout_s=timeout_s))


def settle(run_id: int, answer: Answer) -> None:
    """Keep how it ended; of two words on one run only the first counts."""
    incident_id = db.session.get_one(Run, run_id).incident_id
    with locked(incident_id) as (session, incident):
        one = session.get_one(Run, run_id, with_for_update=True)
        if one.state != Result.RUNNING:
            return
        one.state, one.message, one.ended_at = answer.result, answer.message, clock.now()
        logger.info("a remediation ended", run=run_id, key=one.key, result=one.state)
        entry = note(session, one)
        if one.is_dry:
            return
        if one.state != Result.DONE:
            hand_to_person(session, one, entry)
        elif incident.is_open and incident.channel != Channel.MONITORING:
            # What a monitor reported is over when the monitor says so.
            said = one.message or _("“%(name)s” was done.", name=one.remediation.name)
            wanted = Change(to=State.RESOLVED, resolution=Resolution.AUTOMATIC, note=said)
            lifecycle.apply(session, incident, wanted, by=None)


@jobs.sweep(every_s=5)
def look_after() -> None:
    """Ask again for what nobody began, and give up what was lost."""
    now = clock.now()
    late = select(Run.id).where(Run.state == Result.DUE, Run.created_at < now - NUDGE_AGAIN)
    for run_id in db.session.scalars(late.order_by(Run.id).limit(20)).all():
        jobs.nudge(TASK, run_id)
    lost = select(Run.id).where(Run.state == Result.RUNNING, Run.lost_at < now)
    for run_id in db.session.scalars(lost).all():
        settle(run_id, Answer(Result.UNKNOWN, _("It was cut off while it ran.")))


def _claim(run_id: int) -> bool:
    with write() as session:
        one = session.get(Run, run_id)
        if one is None or one.state != Result.DUE:
            return False
        if not one.incident.is_open or not one.remediation.is_active:
            one.state, one.message, one.ended_at = Result.DECLINED, _("Not needed any more."), clock.now()
            note(session, one)
            return False
        now = clock.now()
        lost_at = now + timedelta(seconds=one.remediation.timeout_s) + LOST_AFTER
        still_due = update(Run).where(Run.id == run_id, Run.state == Result.DUE)
        begun = session.execute(still_due.values(state=Result.RUNNING, started_at=now, lost_at=lost_at))
        assert isinstance(begun, CursorResult), "an update tells how many rows it changed"
        return begun.rowcount > 0


def _order(one: Run) -> Order:
    return Order(
        key=one.key,
        remediation=one.remediation.slug,
        target=one.target,
        incident=one.incident.number,
        requester=one.incident.requester.email,
        dry_run=one.is_dry,
    )
