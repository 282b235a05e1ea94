"""Look at a deed for many, do it, undo it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.bulk.deeds import DEEDS, standing
from incidents.bulk.models import MOST, BulkChange, Deed, Row, Wanted
from incidents.errors import Conflict, Invalid, NotFound, Refused
from incidents.models import Incident
from incidents.people import Person
from incidents.policy import Action, require


def chosen(ids: Sequence[int], by: Person) -> Sequence[Incident]:
    """The incidents with these ids, in their order; too many at once are refused."""
    require(by, Action.SEE_QUEUE)
    if not ids:
        raise Invalid(_("Choose at least one incident."))
    if len(ids) > MOST:
        raise Invalid(_("Choose at most %(most)s incidents at once.", most=MOST))
    found = {one.id: one for one in db.session.scalars(select(Incident).where(Incident.id.in_(ids)))}
    return [found[key] for key in ids if key in found]


def preview(incidents: Sequence[Incident], wanted: Wanted, *, by: Person) -> list[Row]:
    """What the deed would do to each; nothing is changed."""
    doing = DEEDS[wanted.deed]
    doing.check(wanted)
    return [
        Row(incident=one, words=doing.words(one, wanted, by), why_not=doing.why_not(one, wanted, by))
        for one in incidents
    ]


def run(ids: Sequence[int], wanted: Wanted, *, by: Person) -> BulkChange:
    """Do it to each and keep what became of it; returns the record."""
    DEEDS[wanted.deed].check(wanted)
    incidents = [one.id for one in chosen(ids, by)]
    rows = [_run_one(incident_id, wanted, by) for incident_id in incidents]
    with write() as session:
        made = BulkChange(person_id=by.id, deed=wanted.deed, rows=rows)
        session.add(made)
    return made


def find(change_id: int, by: Person) -> BulkChange:
    """One's own bulk change."""
    made = db.session.get(BulkChange, change_id)
    if made is None or made.person_id != by.id:
        raise NotFound(_("There is no such change of yours."))
    return made


def undo(change_id: int, *, by: Person) -> BulkChange:
    """Take it back where nothing has happened since; the rows say where that was not so."""
    made = find(change_id, by)
    if not made.can_be_undone:
        raise Conflict(_("This cannot be undone any more."))
    deed, rows = Deed(made.deed), [dict(row) for row in made.rows]
    for row in rows:
        if row["done"]:
            row["undone"], row["words"] = _undo_one(deed, row, by)
    with write() as session:
        made = find(change_id, by)
        made.rows, made.undone_at = rows, clock.now()
        session.add(made)
    return made


def _run_one(incident_id: int, wanted: Wanted, by: Person) -> dict[str, Any]:
    doing, incident = DEEDS[wanted.deed], db.session.get_one(Incident, incident_id)
    row: dict[str, Any] = {"incident": incident_id, "done": False, "before": standing(incident)}
    try:
        why = doing.why_not(incident, wanted, by)
        if why:
            raise Conflict(why)
        words = doing.words(incident, wanted, by)
        row["held"] = doing.do(incident_id, wanted, by)
    except Refused as refusal:
        return row | {"words": refusal.sentence}
    incident = db.session.get_one(Incident, incident_id, populate_existing=True)
    return row | {"done": True, "words": words, "version": incident.version}


def _undo_one(deed: Deed, row: dict[str, Any], by: Person) -> tuple[bool, str]:
    try:
        return True, DEEDS[deed].undo(row, by)
    except Refused as refusal:
        return False, refusal.sentence
