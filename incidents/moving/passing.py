"""How an incident of another desk went, lived again by our own table of states."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents import triage
from incidents.attachments import StoredFile
from incidents.models import TITLE_LENGTH, Attachment, Event, Kind, Resolution, State
from incidents.moving import clocks
from incidents.moving.life import Life, Row, born
from incidents.moving.records import Author, Case, Said
from incidents.people import Person, Team, ensure_person, normalise_address
from incidents.resolutions import acceptance
from incidents.services import Service
from incidents.sla.agreements import Book, read_book
from knowledge_base.models import Category

SETTLED = frozenset({State.RESOLVED, State.CLOSED})


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What of ours a case may name, read once for a batch, by slugs and names in small letters."""

    session: Session
    book: Book
    now: datetime
    teams: dict[str, Team]
    services: dict[str, Service]
    categories: frozenset[str]
    first_team: Team | None


def open_desk(session: Session) -> Desk:
    """The desk as it is now."""
    teams = session.scalars(select(Team).where(Team.is_vendor.is_(False)).order_by(Team.tier, Team.id)).all()
    services = session.scalars(select(Service)).all()
    return Desk(
        session=session,
        book=read_book(),
        now=clock.now(),
        teams={name.casefold(): team for team in teams for name in (team.name, team.slug)},
        services={name.casefold(): one for one in services for name in (one.name, one.slug)},
        categories=frozenset(session.scalars(select(Category.slug))),
        first_team=teams[0] if teams else None,
    )


def live(desk: Desk, case: Case, files: Sequence[Sequence[StoredFile]], source: str) -> Life:
    """The case as an incident of ours; `files` are those of the report, then of each thing said."""
    requester = _person(desk, case.by)
    life = born(
        None, case.at, desk.now, requester_id=requester.id, channel=case.channel, **_facts(desk, case)
    )
    life.incident.suggested_at = case.at
    reported = life.tell(Event.REPORTED, requester.id, channel=case.channel)
    _attach(life, reported, files[0] if files else ())
    team = desk.teams.get(case.team.casefold()) or desk.first_team
    life.incident.team_id, life.incident.placed_at = team.id if team else None, case.at
    came = _("Moved in from %(source)s, where it was %(key)s", source=source, key=case.key)
    life.incident.routed_because = came[:300]
    life.move(State.QUEUED, None, came, facts={"team": team.name if team else ""})
    _talk(desk, life, case, requester, files[1:])
    _end(desk, life, case)
    life.entries.sort(key=lambda entry: entry["created_at"])
    clocks.settle(life, desk.book)
    life.incident.updated_at = life.entries[-1]["created_at"]
    return life


def _facts(desk: Desk, case: Case) -> Row:
    """What is said of it, and what has to be guessed."""
    service = desk.services.get(case.service.casefold())
    guess = triage.classify(title=case.title, text=case.text, service=service)
    category = case.category if case.category in desk.categories else guess.category
    return {
        "title": " ".join(case.title.split())[:TITLE_LENGTH] or _("(no words)"),
        "description": case.text.replace("\0", "").strip() or case.title,
        "kind": guess.kind if guess.kind != Kind.MAJOR else Kind.INCIDENT,
        "category": category,
        "reach": guess.reach,
        "impact": guess.impact,
        "urgency": guess.urgency,
        "priority": case.priority or guess.priority,
        "service_id": guess.service_id,
        "minutes_spent": case.minutes_spent,
    }


def _talk(
    desk: Desk, life: Life, case: Case, requester: Person, files: Sequence[Sequence[StoredFile]]
) -> None:
    for place, said in enumerate(case.said):
        author = _person(desk, said.by) if said.by else None
        life.at = max(life.at, min(said.at, desk.now))
        _take(life, author, requester)
        entry = _say(life, said, author, requester)
        _attach(life, entry, files[place] if place < len(files) else ())
    owner = _person(desk, Author(email=case.owner)) if "@" in case.owner else None
    _take(life, owner, requester)


def _take(life: Life, author: Person | None, requester: Person) -> None:
    """Whoever of support wrote in it first had it, as far as we know."""
    if (
        author is not None
        and author.is_support
        and author.id != requester.id
        and life.incident.assignee_id is None
    ):
        life.move(State.IN_PROGRESS, author.id)
        life.incident.assignee_id = author.id


def _say(life: Life, said: Said, author: Person | None, requester: Person) -> Row:
    text = said.text.replace("\0", "").strip()
    author_id = author.id if author else None
    if said.is_internal or author is None:
        return life.tell(Event.NOTED, author_id, text, is_internal=True, channel=said.channel)
    if author.id == requester.id or not author.is_support:
        return life.tell(Event.COMMENTED, author_id, text, channel=said.channel)
    life.answered()
    return life.tell(Event.ANSWERED, author_id, text, channel=said.channel)


def _end(desk: Desk, life: Life, case: Case) -> None:
    one = life.incident
    ended = min(case.ended_at or life.at, desk.now)
    life.at = max(life.at, ended)
    if case.state == State.WAITING:
        life.move(State.WAITING, one.assignee_id, facts={"waiting_on": "requester"})
    if case.state not in SETTLED:
        return
    one.resolution, one.resolved_at, one.solution = Resolution.SUPPORT, life.at, case.solution
    acceptance.start(desk.session, one, at=life.at)
    facts: dict[str, Any] = {"resolution": Resolution.SUPPORT, "cause": ""}
    life.move(State.RESOLVED, one.assignee_id, case.solution, facts=facts)
    if case.state == State.CLOSED:
        life.move(State.CLOSED, None, _("It was closed before it moved in."))
        one.closed_at = life.at
        acceptance.stop(one)


def _attach(life: Life, entry: Row, files: Sequence[StoredFile]) -> None:
    for file in files:
        life.add(Attachment, incident_id=None, entry_id=entry, created_at=entry["created_at"], **vars(file))


def _person(desk: Desk, told: Author) -> Person:
    """Unknown ones become contacts, who cannot sign in."""
    return ensure_person(desk.session, normalise_address(told.email), name=told.name)
