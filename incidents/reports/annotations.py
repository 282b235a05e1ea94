"""What people write beside the charts, so that a peak explains itself."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Invalid, NotFound
from incidents.people import Person
from incidents.policy import Action, require
from incidents.reports.models import Annotation
from incidents.reports.scope import Scope

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


def within(scope: Scope) -> Sequence[Annotation]:
    """Those of the range, in order."""
    wanted = select(Annotation).where(Annotation.on >= scope.since, Annotation.on <= scope.until)
    return db.session.scalars(wanted.order_by(Annotation.on, Annotation.id)).all()
