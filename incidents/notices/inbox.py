"""What the bell shows: the notices of one person on the web, and which of them they have read."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import bindparam, delete, func, select, update

from firstline import clock, jobs
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.models import Incident
from incidents.notices.models import Topic, WebNotice
from incidents.people import Person

MOST = 100
KEPT_FOR = timedelta(days=60)
_OF_ONE = WebNotice.recipient_id == bindparam("person_id")
_STANDING = select(
    select(func.count()).where(_OF_ONE, WebNotice.read_at.is_(None)).scalar_subquery(),
    select(func.max(WebNotice.id)).where(_OF_ONE).scalar_subquery(),
)
"""Made once: every page shows the bell."""


def latest(person: Person, *, limit: int = MOST, after: int = 0) -> Sequence[WebNotice]:
    """This person's notices, newest first; `after` leaves out those up to that number."""
    mine = select(WebNotice).where(WebNotice.recipient_id == person.id, WebNotice.id > after)
    return db.session.scalars(mine.order_by(WebNotice.id.desc()).limit(limit)).all()


def unread(person: Person) -> int:
    """How many this person has not read."""
    return standing(person)[0]


def standing(person: Person) -> tuple[int, int]:
    """How many this person has not read, and the number of the latest, 0 before the first."""
    many, last = db.session.execute(_STANDING, {"person_id": person.id}).one()
    return many, last or 0


def read_all(person: Person, *, up_to: int) -> None:
    """Everything up to this notice is read; what came since stays unread."""
    person_id = person.id
    with write() as session:
        mine = update(WebNotice).where(WebNotice.recipient_id == person_id, WebNotice.read_at.is_(None))
        session.execute(mine.where(WebNotice.id <= up_to).values(read_at=clock.now()))


def read_of(person: Person, incident: Incident) -> None:
    """Whoever looks at an incident has read what the bell says of it. Writes only if there is something."""
    here = WebNotice.recipient_id == person.id, WebNotice.incident_id == incident.id
    if db.session.scalar(select(WebNotice.id).where(*here, WebNotice.read_at.is_(None)).limit(1)) is None:
        return
    with write() as session:
        session.execute(
            update(WebNotice).where(*here, WebNotice.read_at.is_(None)).values(read_at=clock.now())
        )


def headline(topic: str, *, number: str, name: str) -> str:
    """One line about a notice; `name` is who did it, empty for the desk itself."""
    name = name or _("The service desk")
    match topic:
        case Topic.ACKNOWLEDGED:
            return _("We have your message as %(number)s", number=number)
        case Topic.ANSWERED:
            return _("%(name)s answered you about %(number)s", name=name, number=number)
        case Topic.WAITING:
            return _("We need a word from you on %(number)s", number=number)
        case Topic.RESOLVED:
            return _("%(number)s is solved. Is it?", number=number)
        case Topic.CLOSING_SOON:
            return _("%(number)s closes soon", number=number)
        case Topic.REOPENED:
            return _("%(number)s was opened again", number=number)
        case Topic.PROPOSED:
            return _("%(name)s found a solution for %(number)s", name=name, number=number)
        case Topic.ASSIGNED:
            return _("%(number)s is yours to take", number=number)
        case Topic.ACTION_DUE:
            return _("An action from the review of %(number)s is due", number=number)
        case Topic.LEAD_CALLED:
            return _("You are called to %(number)s as the lead", number=number)
        case Topic.INVITED:
            return _("%(name)s asks you to look at %(number)s together", name=name, number=number)
        case Topic.CLOCK:
            return _("The time for %(number)s runs out", number=number)
        case Topic.PAGED:
            return _("%(number)s needs somebody now", number=number)
        case Topic.MENTIONED:
            return _("%(name)s names you in a note on %(number)s", name=name, number=number)
        case Topic.WATCHED:
            return _("News on %(number)s, which you watch", number=number)
        case _:
            return _("%(name)s has added to %(number)s", name=name, number=number)


@jobs.sweep(every_s=86_400)
def forget_old() -> None:
    """What the bell said two months ago."""
    with write() as session:
        session.execute(delete(WebNotice).where(WebNotice.created_at < clock.now() - KEPT_FOR))
