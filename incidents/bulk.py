"""One change, or one reply, for many incidents: looked at before, told row by row, and undone.

Each incident is changed in a transaction of its own, by the same functions as alone: what is
refused for one is a sentence in its row, and the others go on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from firstline import clock
from firstline.db import Model, db, write
from firstline.i18n import gettext as _
from incidents import lifecycle
from incidents.classification import reclassify
from incidents.errors import Conflict, Invalid, NotFound, Refused
from incidents.lifecycle import locked
from incidents.models import Event, Incident, Level, State, Visibility
from incidents.people import Person, Team
from incidents.policy import Action, require
from incidents.timeline import record
from incidents.writing import canned, held

MOST = 200
UNDO_FOR = timedelta(minutes=10)
REPLY_HELD_FOR = timedelta(seconds=60)
"""Longer than for one reply: a mistake reaches many."""
IN_HAND = frozenset({State.OFFERED, State.QUEUED, State.IN_PROGRESS})


class Deed(StrEnum):
    """What can be done to many at once."""

    TAKE = "take"
    HAND_OVER = "hand_over"
    URGENCY = "urgency"
    REPLY = "reply"


class BulkChange(Model):
    """What somebody did to many incidents, row by row, so that it can be undone."""

    __tablename__ = "bulk_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    deed: Mapped[str] = mapped_column(String(12))
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_at: Mapped[datetime | None]

    @property
    def can_be_undone(self) -> bool:
        return self.undone_at is None and clock.now() - self.created_at < UNDO_FOR


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The deed and what it needs: a team and a note, an urgency, or words."""

    deed: Deed
    team: str = ""
    urgency: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What would happen to one incident: words for it, or why it will not."""

    incident: Incident
    words: str = ""
    why_not: str = ""


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
    _check(wanted)
    return [
        Row(incident=one, words=_words(one, wanted, by), why_not=_why_not(one, wanted, by))
        for one in incidents
    ]


def run(ids: Sequence[int], wanted: Wanted, *, by: Person) -> BulkChange:
    """Do it to each and keep what became of it; returns the record."""
    _check(wanted)
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
    incident = db.session.get_one(Incident, incident_id)
    row: dict[str, Any] = {"incident": incident_id, "done": False, "before": _standing(incident)}
    try:
        why = _why_not(incident, wanted, by)
        if why:
            raise Conflict(why)
        words = _words(incident, wanted, by)
        row["held"] = DO[wanted.deed](incident_id, wanted, by)
    except Refused as refusal:
        return row | {"words": refusal.sentence}
    incident = db.session.get_one(Incident, incident_id, populate_existing=True)
    return row | {"done": True, "words": words, "version": incident.version}


def _undo_one(deed: Deed, row: dict[str, Any], by: Person) -> tuple[bool, str]:
    try:
        if deed == Deed.REPLY:
            held.withdraw(row["held"], by=by)
            return True, _("Not sent; your words are a draft there.")
        if deed == Deed.URGENCY:
            reclassify(row["incident"], by=by, urgency=row["before"]["urgency"], seen=row["version"])
        else:
            _put_back(row, by)
    except Refused as refusal:
        return False, refusal.sentence
    return True, _("As it was.")


def _put_back(row: dict[str, Any], by: Person) -> None:
    before = row["before"]
    with locked(row["incident"], seen=row["version"]) as (session, incident):
        require(by, Action.WORK, incident)
        was_taken = before["state"] == State.IN_PROGRESS
        incident.state = State.IN_PROGRESS if was_taken else State.QUEUED
        incident.team_id, incident.assignee_id = before["team"], before["assignee"]
        words = _("Undid a change of many.")
        record(session, incident, Event.NOTED, author=by, text=words, visibility=Visibility.INTERNAL)


def _standing(incident: Incident) -> dict[str, Any]:
    return {
        "state": incident.state,
        "team": incident.team_id,
        "assignee": incident.assignee_id,
        "urgency": incident.urgency,
    }


def _check(wanted: Wanted) -> None:
    if wanted.deed == Deed.HAND_OVER:
        team = _team(wanted.team)
        if team is None or team.is_vendor:
            raise Invalid(_("Choose the team that shall have them."), field="team")
        if not wanted.text.strip():
            raise Invalid(_("Say in a sentence why: the next reader starts from it."), field="text")
    if wanted.deed == Deed.URGENCY and wanted.urgency not in set(Level):
        raise Invalid(_("Choose an urgency."), field="urgency")
    if wanted.deed == Deed.REPLY and not wanted.text.strip():
        raise Invalid(_("Write the reply."), field="text")


def _why_not(incident: Incident, wanted: Wanted, by: Person) -> str:
    if wanted.deed == Deed.REPLY:
        return _("You reported it yourself.") if incident.requester_id == by.id else ""
    if wanted.deed == Deed.URGENCY:
        return "" if incident.is_open else _("It is over.")
    if incident.state not in IN_HAND:
        return _("It waits: open it to decide.") if incident.is_open else _("It is over.")
    if wanted.deed == Deed.TAKE and incident.assignee_id not in {None, by.id}:
        name = incident.assignee.name if incident.assignee else ""
        return _("%(name)s has it.", name=name)
    if wanted.deed == Deed.HAND_OVER and incident.team and incident.team.slug == wanted.team:
        return _("It is there already.")
    return ""


def _words(incident: Incident, wanted: Wanted, by: Person) -> str:
    if wanted.deed == Deed.TAKE:
        return _("It is yours.")
    if wanted.deed == Deed.HAND_OVER:
        team = _team(wanted.team)
        return _("%(team)s gets it.", team=team.name if team else wanted.team)
    if wanted.deed == Deed.URGENCY:
        return _("Urgency %(was)s becomes %(now)s.", was=incident.urgency, now=wanted.urgency)
    return canned.fill(wanted.text, incident, by)


def _team(slug: str) -> Team | None:
    found: Team | None = db.session.scalar(select(Team).where(Team.slug == slug))
    return found


def _take(incident_id: int, _wanted: Wanted, by: Person) -> None:
    lifecycle.take(incident_id, by=by)


def _hand_over(incident_id: int, wanted: Wanted, by: Person) -> None:
    lifecycle.escalate(incident_id, by=by, note=wanted.text, team_slug=wanted.team)


def _set_urgency(incident_id: int, wanted: Wanted, by: Person) -> None:
    reclassify(incident_id, by=by, urgency=wanted.urgency)


def _reply(incident_id: int, wanted: Wanted, by: Person) -> int:
    text = canned.fill(wanted.text, db.session.get_one(Incident, incident_id), by)
    return held.hold(incident_id, by=by, text=text, for_=REPLY_HELD_FOR)


DO: dict[Deed, Callable[[int, Wanted, Person], object]] = {
    Deed.TAKE: _take,
    Deed.HAND_OVER: _hand_over,
    Deed.URGENCY: _set_urgency,
    Deed.REPLY: _reply,
}
