"""More mail than a person writes: counted instead of opened, and talk between machines cut short.

Three bounds, each an hour long: incidents one sender opens (case 136), mails of one sender about one
incident that still do something (cases 48, 53), and those that are still kept as notes.
"""

from datetime import timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from email_intake.models import Flood, Outcome, RawMessage
from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from incidents import correspondence
from incidents.lifecycle import locked
from incidents.models import Incident

WITHIN = timedelta(hours=1)
MOST_OPENED = 40
MOST_HEARD = 12
MOST_NOTED = 60
COUNTED = "flood: counted, not opened"


LATELY = select(func.count(RawMessage.id)).where(
    RawMessage.sender == bindparam("sender"),
    RawMessage.outcome == bindparam("outcome"),
    RawMessage.received_at > bindparam("since"),
)
HEARD = LATELY.where(RawMessage.incident_id == bindparam("incident_id"))
RUNNING = (
    select(Flood)
    .where(Flood.sender == bindparam("sender"), Flood.last_at > bindparam("since"))
    .order_by(Flood.id.desc())
    .limit(1)
)
"""Built once, for they are asked with every mail."""


def has_opened_enough(sender: str) -> bool:
    """Whether one more incident of this sender would be a flood."""
    asked = {"sender": sender, "outcome": Outcome.OPENED, "since": clock.now() - WITHIN}
    return (db.session.scalar(LATELY, asked) or 0) >= MOST_OPENED


def heard(sender: str, incident_id: int) -> int:
    """How many mails of this sender this incident has taken within the hour."""
    asked = {"sender": sender, "outcome": Outcome.APPENDED, "since": clock.now() - WITHIN}
    return db.session.scalar(HEARD, {**asked, "incident_id": incident_id}) or 0


def running(sender: str) -> Flood | None:
    """The flood this sender's mail is counted in at the moment."""
    flood: Flood | None = db.session.scalar(RUNNING, {"sender": sender, "since": clock.now() - WITHIN})
    return flood


def begin(session: Session, sender: str, incident: Incident) -> None:
    """From now on this sender's mail is counted on this incident; support reads why."""
    session.add(Flood(sender=sender, incident_id=incident.id))
    words = _(
        "%(sender)s has sent more than %(most)s mails within an hour. Further ones are counted here instead "
        "of opening incidents; each is kept and can be released on the mail page.",
        sender=sender,
        most=MOST_OPENED,
    )
    correspondence.note(session, incident, by=None, text=words, facts={"flood": sender})


def ensure(session: Session, sender: str, incident_id: int) -> Flood:
    """The running count of this sender's mail, begun on this incident where there is none."""
    flood = running(sender)
    if flood is None:
        flood = Flood(sender=sender, incident_id=incident_id)
        session.add(flood)
        session.flush()
    return flood


def count(session: Session, flood_id: int) -> None:
    """One more."""
    one_more = update(Flood).where(Flood.id == flood_id)
    session.execute(one_more.values(count=Flood.count + 1, last_at=clock.now()))


def tell_of_a_loop(session: Session, incident: Incident, sender: str) -> None:
    """Tell a human, once, that two machines seem to be talking here."""
    words = _(
        "%(sender)s has written %(most)s times within an hour: this looks like two machines answering each "
        "other. Further mail is kept here as notes that change nothing and notify nobody.",
        sender=sender,
        most=MOST_HEARD,
    )
    correspondence.note(session, incident, by=None, text=words, facts={"loop": sender})


def tell_of_too_many_answers(incident_id: int, address: str) -> None:
    """Tell a human that we stopped answering somebody (case 53)."""
    words = _(
        "No acknowledgement went to %(address)s: they had as many as one person gets within an hour. If two "
        "desks answer each other, tell theirs not to open tickets for our mail.",
        address=address,
    )
    with locked(incident_id) as (session, incident):
        correspondence.note(session, incident, by=None, text=words, facts={"not_answered": address})


def floods_of(incident_id: int) -> list[Flood]:
    """The floods counted on this incident."""
    return list(db.session.scalars(select(Flood).where(Flood.incident_id == incident_id)))
