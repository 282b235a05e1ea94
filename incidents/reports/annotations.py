"""What people write beside the charts, so that a peak explains itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Invalid, NotFound
from incidents.people import Person
from incidents.policy import Action, require
from incidents.reports.boards import span_of
from incidents.reports.models import Annotation
from incidents.reports.scope import Scope
from incidents.services import Outage

LENGTH = 200


def annotate(on: date | None, text: str, *, by: Person) -> Annotation:
    """Say what happened on a day."""
    require(by, Action.SEE_QUEUE)
    if on is None:
        raise Invalid(_("Choose the day."), field="on")
    if not text.strip():
        raise Invalid(_("Say in a few words what happened."), field="text")
    with write() as session:
        made = Annotation(on=on, text=text.strip()[:LENGTH], author_id=by.id)
        session.add(made)
    return made


def remove(annotation_id: int, *, by: Person) -> None:
    """Take it away again."""
    require(by, Action.SEE_QUEUE)
    with write() as session:
        held = session.get(Annotation, annotation_id)
        if held is None:
            raise NotFound(_("It is gone already."))
        session.delete(held)


@dataclass(frozen=True)
class Mark:
    """What stands beside every chart over time."""

    on: date
    text: str


def marks(since: date, until: date) -> list[Mark]:
    """What people wrote down, and the outages they were told of, of these days of the desk, in order."""
    wanted = select(Annotation.on, Annotation.text).where(Annotation.on.between(since, until))
    written = [Mark(on, text) for on, text in db.session.execute(wanted)]
    return sorted([*written, *_outages(since, until)], key=lambda one: (one.on, one.text))


def _outages(since: date, until: date) -> Iterator[Mark]:
    span = span_of(Scope(since=since, until=until))
    zone = span.since.tzinfo
    told = select(Outage.since, Outage.title).where(span.holds(Outage.since))
    for at, title in db.session.execute(told):
        yield Mark(at.astimezone(zone).date(), _("Outage: %(title)s", title=title))


def within(scope: Scope) -> Sequence[Annotation]:
    """Those of the range, in order."""
    wanted = select(Annotation).where(Annotation.on >= scope.since, Annotation.on <= scope.until)
    return db.session.scalars(wanted.order_by(Annotation.on, Annotation.id)).all()
