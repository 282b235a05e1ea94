"""A random share of reports that is shown no fixes, so that the effect of showing them can be measured.

Off unless an administrator switches it on. The lot is drawn when a report is sent, by a keyed hash of
draw, person and topic: a retry, and the same trouble reported again, fall to the same side.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock, signing
from firstline.db import db, once_a_transaction, write
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.models import Channel, Incident, State
from incidents.overtaking import NOTHING_YET, require_unchanged
from incidents.people import Person
from incidents.policy import Action, require
from incidents.services import known_outages
from knowledge_base.models import HoldOut

MOST_PERCENT = 50
TAKES_PART = frozenset({Channel.PORTAL, Channel.CHAT, Channel.MAIL, Channel.API})
"""On the telephone support reads fixes out, whatever a lot says."""

LOTS = 2**64


@dataclass(frozen=True)
class Lot:
    """Which draw a report took part in, and whether it is shown no fixes."""

    hold_out_id: int
    is_held_out: bool


def running() -> HoldOut | None:
    """The hold-out that runs now; None while it is off."""
    return _running(db.session())


def draws() -> list[HoldOut]:
    """Every hold-out there ever was, latest first."""
    return list(db.session.scalars(select(HoldOut).order_by(HoldOut.id.desc())))


def choose(percent: int, *, by: Person, seen: str = "") -> None:
    """Show no fixes to this share of reports from now on; 0 ends it. Another share is a new draw.

    `seen` as in `overtaking`.
    """
    require(by, Action.ADMINISTER)
    if not 0 <= percent <= MOST_PERCENT:
        raise Invalid(_("Choose a share from 0 to %(most)s percent.", most=MOST_PERCENT), field="percent")
    with write() as session:
        current = _running(session)
        require_unchanged(current or NOTHING_YET, seen)
        if current is not None and current.percent == percent:
            return
        if current is not None:
            current.ended_at = clock.now()
        if percent:
            session.add(HoldOut(percent=percent, started_at=clock.now(), chosen_by_id=by.id))


def draw(session: Session, incident: Incident) -> Lot | None:
    """The lot of an incident for which fixes were found; None where none may be drawn."""
    current = once_a_transaction(session, "hold-out", lambda: _running(session))
    if current is None or not may_take_part(incident):
        return None
    return Lot(current.id, is_drawn(current, person_id=incident.requester_id, topic=incident.category))


def may_take_part(incident: Incident) -> bool:
    """Never what support has already (P1, P2, security), what others logged, or a known outage."""
    told_by_themselves = incident.logged_by_id in {None, incident.requester_id}
    return (
        incident.state == State.OFFERED
        and incident.channel in TAKES_PART
        and told_by_themselves
        and not _is_known_outage(incident)
    )


def is_drawn(hold_out: HoldOut, *, person_id: int, topic: str) -> bool:
    """Whether this person is shown no fixes for this topic as long as this draw runs."""
    lot = int(signing.short_mac("hold-out", f"{hold_out.id}:{person_id}:{topic}"), 16)
    return lot * 100 < hold_out.percent * LOTS


def _running(session: Session) -> HoldOut | None:
    current: HoldOut | None = session.scalar(
        select(HoldOut).where(HoldOut.ended_at.is_(None)).order_by(HoldOut.id.desc()).limit(1)
    )
    return current


def _is_known_outage(incident: Incident) -> bool:
    running_now = known_outages(incident.requester)
    return any(outage.service_id in {None, incident.service_id} for outage in running_now)
