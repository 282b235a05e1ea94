"""What a receiver hears: the event as it was, and how its incident or problem stands as it is sent."""

from flask import current_app
from sqlalchemy.orm import Session

from firstline.app import settings_of
from incidents.models import Entry, Event, Incident, Visibility
from incidents.people import Person
from incidents.problems.models import Happening, Note, Problem
from incidents.webhooks.models import Delivery

EVENTS: tuple[str, ...] = (
    *(f"incident.{event}" for event in Event),
    *(f"problem.{happening}" for happening in Happening),
)
"""The name of every event there is."""
PING = "ping"
Body = dict[str, object]


def of(session: Session, delivery: Delivery) -> Body:
    """The document of one delivery. Its `id` is the same whenever it is sent again."""
    if delivery.entry is not None:
        return _of_entry(delivery.entry, shows_internal=delivery.webhook.shows_internal)
    if delivery.note_id is None:
        return {"id": f"ping-{delivery.id}", "event": PING, "at": delivery.created_at.isoformat()}
    return _of_note(session.get_one(Note, delivery.note_id), session)


def _of_entry(entry: Entry, *, shows_internal: bool) -> Body:
    is_shown = shows_internal or entry.visibility == Visibility.PUBLIC
    return {
        "id": f"entry-{entry.id}",
        "event": f"incident.{entry.event}",
        "at": entry.created_at.isoformat(),
        "author": _person(entry.author),
        "channel": entry.channel,
        "visibility": entry.visibility,
        "text": entry.text if is_shown else None,
        "facts": entry.facts if is_shown else None,
        "incident": _incident(entry.incident),
    }


def _of_note(note: Note, session: Session) -> Body:
    return {
        "id": f"note-{note.id}",
        "event": f"problem.{note.happening}",
        "at": note.created_at.isoformat(),
        "author": _person(note.author),
        "text": note.text,
        "problem": _problem(session.get_one(Problem, note.problem_id)),
    }


def _incident(incident: Incident) -> Body:
    return {
        "number": incident.number,
        "title": incident.title,
        "state": incident.state,
        "kind": incident.kind,
        "priority": f"P{incident.priority}",
        "category": incident.category,
        "channel": incident.channel,
        "service": incident.service.slug if incident.service else None,
        "team": incident.team.slug if incident.team else None,
        "assignee": _person(incident.assignee),
        "requester": _person(incident.requester),
        "resolution": incident.resolution,
        "created_at": incident.created_at.isoformat(),
        "url": f"{settings_of(current_app).base_url}/desk/{incident.number}",
    }


def _problem(problem: Problem) -> Body:
    return {
        "number": problem.number,
        "title": problem.title,
        "standing": problem.standing,
        "service": problem.service.slug if problem.service else None,
        "owner": _person(problem.owner),
        "url": f"{settings_of(current_app).base_url}/problems/{problem.number}",
    }


def _person(person: Person | None) -> Body | None:
    return {"name": person.name, "email": person.email} if person else None
