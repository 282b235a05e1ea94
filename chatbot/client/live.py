"""Who is in a conversation right now, seen from both sides, and what is new there.

A time somebody was seen is written by their own window while they look at it, at most every few
seconds. Nothing here is guessed: who has not been seen lately is not here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select

from chatbot.client import handover, history, turns
from chatbot.client.history import Bubble, Seen
from chatbot.client.models import Conversation, ConversationIncident
from firstline import clock
from firstline.db import db, write
from incidents import notices
from incidents.models import Incident
from incidents.people import Person

HERE_FOR = timedelta(seconds=20)
TYPES_FOR = timedelta(seconds=6)
READS_FOR = timedelta(seconds=60)
"""A window seen this lately is taken to show an answer; the mail waits as long to be sure."""

STAMPED_EVERY = timedelta(seconds=5)


@dataclass(frozen=True, kw_only=True)
class Presence:
    """Who answers in a conversation: the assistant while `since` is None, else people.

    `agent` is who was there last, on `incident`; whether they are now is `is_here`.
    """

    since: datetime | None = None
    incident: Incident | None = None
    agent: Person | None = None
    is_here: bool = False
    is_typing: bool = False

    @property
    def code(self) -> str:
        """Changes whenever what is shown of it changes."""
        if self.since is None:
            return "bot"
        version = self.incident.version if self.incident else 0
        agent = self.agent.id if self.agent else 0
        return f"{agent}-{self.is_here:d}-{self.is_typing:d}-{version}"


@dataclass(frozen=True)
class News:
    """What a window has not shown yet, who is there, and the mark to come back with."""

    bubbles: list[Bubble]
    presence: Presence
    mark: str


@dataclass(frozen=True)
class Visitor:
    """The requester, as support sees them in the chat."""

    conversation_id: int
    person: Person
    is_here: bool
    is_typing: bool
    seen_at: datetime | None


def look(person: Person, public_id: str, *, mark: str, is_typing: bool, is_away: bool) -> News | None:
    """What is new since `mark`, None when nothing is; raises `NotFound`.

    `is_away` is a window nobody looks at: it gets the news, but counts as nobody's presence and
    nothing in it as read.
    """
    held = enter(person, public_id)
    if not is_away:
        _stamp_person(held, is_typing=is_typing)
        _note_read(held, Seen.read(mark))
    found = mark_of(held)
    if found == mark:
        return None
    return News(history.since(held, Seen.read(mark)), presence(held), found)


def enter(person: Person, public_id: str) -> Conversation:
    """The person's conversation as they open its window; raises `NotFound`."""
    held = turns.conversation_of(person, public_id)
    handover.end_if_settled(held)
    return held


def mark_of(held: Conversation) -> str:
    """How far a window that shows everything has come, and whom it shows as present."""
    return f"{history.reach(held)}.{presence(held).code}"


def presence(held: Conversation | None) -> Presence:
    """Who answers in this conversation now."""
    if held is None or held.handed_over_at is None:
        return Presence()
    is_here = held.agent is not None and _is_within(held.agent_seen_at, HERE_FOR)
    return Presence(
        since=held.handed_over_at,
        incident=db.session.get(Incident, held.handed_to_id) if held.handed_to_id else None,
        agent=held.agent,
        is_here=is_here,
        is_typing=is_here and _is_within(held.agent_typing_at, TYPES_FOR),
    )


def visitor_on(incident: Incident) -> Visitor | None:
    """The requester in the chat on this incident; None when no conversation is handed over to it."""
    held = _handed_to(incident)
    if held is None:
        return None
    is_here = _is_within(held.person_seen_at, HERE_FOR)
    is_typing = is_here and _is_within(held.person_typing_at, TYPES_FOR)
    return Visitor(held.id, held.person, is_here, is_typing, held.person_seen_at)


def agent_looks(agent: Person, incident: Incident, *, seen_entry: int, is_typing: bool) -> None:
    """An agent has the incident before them, up to this entry; who is there already stays."""
    _withdraw(agent, select(Incident.id).where(Incident.id == incident.id), seen_entry)
    held = _handed_to(incident)
    if held is None or held.person_id == agent.id:
        return
    if held.agent_id != agent.id and _is_within(held.agent_seen_at, HERE_FOR) and not is_typing:
        return
    is_known = held.agent_id == agent.id and _is_within(held.agent_seen_at, STAMPED_EVERY)
    if not is_known or is_typing:
        _stamp_agent(held.id, agent.id, typing_at=clock.now() if is_typing else held.agent_typing_at)


def agent_answered(agent: Person, incident: Incident) -> None:
    """Whoever answers is the one who is there, and no longer typing."""
    held = _handed_to(incident)
    if held is not None and held.person_id != agent.id:
        _stamp_agent(held.id, agent.id, typing_at=None)


def agent_mail_waits(incident: Incident) -> timedelta:
    """How long a mail to the assignee waits, because they have the incident before them."""
    held = _handed_to(incident)
    is_theirs = held is not None and held.agent_id == incident.assignee_id
    return READS_FOR if held and is_theirs and _is_within(held.agent_seen_at, HERE_FOR) else timedelta()


def mail_waits(incident: Incident) -> timedelta:
    """How long a mail about an answer waits, because a window is open that will show it."""
    open_windows = (
        select(Conversation.id)
        .join(ConversationIncident, ConversationIncident.conversation_id == Conversation.id)
        .where(ConversationIncident.incident_id == incident.id)
        .where(Conversation.person_id == incident.requester_id)
        .where(Conversation.person_seen_at > clock.now() - READS_FOR)
    )
    return READS_FOR if db.session.scalar(open_windows.limit(1)) else timedelta()


def _handed_to(incident: Incident) -> Conversation | None:
    handed = select(Conversation).where(
        Conversation.handed_to_id == incident.id,
        Conversation.handed_over_at.is_not(None),
        Conversation.person_id == incident.requester_id,
    )
    latest = (Conversation.person_seen_at.desc(), Conversation.id.desc())
    found: Conversation | None = db.session.scalar(handed.order_by(*latest).limit(1))
    return found


def _stamp_person(held: Conversation, *, is_typing: bool) -> None:
    if _is_within(held.person_seen_at, STAMPED_EVERY) and not is_typing:
        return
    with write() as session:
        stamped = session.get_one(Conversation, held.id)
        stamped.person_seen_at = clock.now()
        if is_typing:
            stamped.person_typing_at = clock.now()


def _stamp_agent(conversation_id: int, agent_id: int, *, typing_at: datetime | None) -> None:
    with write() as session:
        stamped = session.get_one(Conversation, conversation_id)
        stamped.agent_id, stamped.agent_seen_at, stamped.agent_typing_at = agent_id, clock.now(), typing_at


def _note_read(held: Conversation, seen: Seen) -> None:
    """What the window has shown needs no mail any more."""
    linked = select(ConversationIncident.incident_id).where(ConversationIncident.conversation_id == held.id)
    _withdraw(held.person, linked, seen.entry)


def _withdraw(person: Person, incident_ids: Select[tuple[int]], entry: int) -> None:
    owed = notices.owed(person, incident_ids, up_to_entry=entry)
    if owed:
        with write() as session:
            notices.withdraw(session, owed, because=notices.READ_IN_CHAT)


def _is_within(at: datetime | None, time: timedelta) -> bool:
    return at is not None and at > clock.now() - time
