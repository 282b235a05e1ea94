"""Notices that did not certainly arrive: a person decides about each, once."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from firstline import clock, jobs
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Conflict
from incidents.existing import existing
from incidents.notices.models import TASK, Delivery, Notice
from incidents.people import Person
from incidents.policy import Action, require


def undelivered() -> Sequence[Notice]:
    """Notices that failed, or of which nobody knows whether they arrived; latest first."""
    stuck = select(Notice).where(Notice.state.in_([Delivery.FAILED, Delivery.UNKNOWN]))
    loaded = stuck.options(joinedload(Notice.recipient), joinedload(Notice.incident))
    return db.session.scalars(loaded.order_by(Notice.id.desc()).limit(200)).all()


def counts() -> dict[str, int]:
    """How many notices stand where."""
    counted = select(Notice.state, func.count().label("many")).group_by(Notice.state)
    return {row.state: row.many for row in db.session.execute(counted)}


def settle(notice_id: int, *, by: Person, send_again: bool) -> None:
    """A person decides about a notice that did not certainly arrive: once more, or never."""
    require(by, Action.ADMINISTER)
    with write() as session:
        notice = existing(session, Notice, notice_id)
        if notice.state not in {Delivery.FAILED, Delivery.UNKNOWN}:
            raise Conflict(_("This notice has been settled already."))
        notice.state = Delivery.DUE if send_again else Delivery.SUPPRESSED
        notice.not_before, notice.lease_until, notice.attempts = clock.now(), None, 0
    jobs.nudge(TASK)
