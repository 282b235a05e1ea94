"""What happens when an incident becomes a part of another, when that is taken back, and at the end of both."""

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents.kinship import effects, family
from incidents.lifecycle.wanted import Change
from incidents.models import Event, Incident, Resolution, State, Visibility
from incidents.people import Person
from incidents.timeline import record

Apply = Callable[..., None]


def merge(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    effects.merge(session, incident, wanted.into_id, wanted.note, by)


def split(session: Session, incident: Incident, wanted: Change, by: Person | None) -> None:
    effects.split(session, incident, wanted.note, by)


def end_with(session: Session, ended: Incident, wanted: Change, by: Person | None, apply: Apply) -> None:
    """One cause gone: what follows it is resolved too, and everybody is told.

    Where its reporter alone found a way, or needs it no more, the others still have the trouble:
    their incidents go on by themselves.
    """
    if wanted.to == State.RESOLVED and wanted.resolution != Resolution.SELF_SERVICE:
        effects.tell_merged(session, ended, wanted.note, by)
        for child in family.followers_to_resolve(session, ended):
            apply(session, child, replace(wanted, minutes_spent=0), by=None)
        return
    because = _("%(number)s ended for its reporter alone.", number=ended.number)
    for child in family.followers_to_resolve(session, ended):
        child.follows_parent = False
        record(session, child, Event.NOTED, text=because, visibility=Visibility.INTERNAL)
    for theirs in family.merged_into(session, ended):
        if theirs.requester_id != ended.requester_id:
            apply(session, theirs, Change(to=State.QUEUED, note=because), by=None)
