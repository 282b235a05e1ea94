"""The conversations with the bot and the mails behind the year's incidents, and those that led to none."""

import random
from collections import Counter
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from chatbot.client.messages import Message
from chatbot.client.models import Actor, Conversation, ConversationIncident, Turn, TurnState
from commands.demo.sources import read
from commands.demo.year.desk import Desk, counters
from email_intake.models import Outcome, RawMessage, Taken
from incidents.models import Channel, Event, Resolution
from incidents.moving import rows
from incidents.moving.life import Life, Row

HANDED, TALKED, UNUSED = 0.11, 0.45, 0.06
"""Shares of the conversations that reported something: handed to a person; and beside them, without a report."""
IGNORED, HELD = 0.09, 0.02
"""Beside mails that said something: automatic answers, and what was held back."""
ROUTE = "smtp"
REASONS = {Outcome.IGNORED: "automatic answer", Outcome.QUARANTINED: "sender not proven"}


def write_talk(session: Session, desk: Desk) -> None:
    """Write both, inside the caller's `write()`."""
    _write_chats(session, desk)
    _write_mails(session, desk)


def _write_chats(session: Session, desk: Desk) -> None:
    ids = counters(session, Conversation)[Conversation]
    lives = [one for one in desk.lives.values() if one.incident.channel == Channel.CHAT]
    talks = [_talk(desk.chance, next(ids), life) for life in lives]
    many = round(len(lives) * (TALKED + UNUSED))
    talks += [_small_talk(desk, next(ids)) for _ in range(many)]
    rows.put(session, Conversation, [talk for talk, _turns, _named in talks])
    rows.put(session, Turn, [turn for _talk, turns, _named in talks for turn in turns])
    rows.put(session, ConversationIncident, [named for _talk, _turns, named in talks if named])


Talk = tuple[Row, list[Row], Row]


def _talk(chance: random.Random, key: int, life: Life) -> Talk:
    """Words that were logged at once, and what was said of the fix."""
    one = life.incident
    is_handed = one.resolution != Resolution.SELF_SERVICE and chance.random() < HANDED
    talk = _conversation(key, chance, one.requester_id, one.created_at)
    if is_handed and one.assignee_id is not None:
        talk |= {"handed_to_id": one.id, "agent_id": one.assignee_id}
    told = f"I have logged {one.number}."
    turns = [_turn(talk, 1, one.created_at, one.description, "report_problem", told, chance)]
    if one.resolution == Resolution.SELF_SERVICE and one.resolved_at is not None:
        turns.append(
            _turn(talk, 2, one.resolved_at, "that helped, thanks", "solved", "Glad to hear it.", chance)
        )
    return talk, turns, {"conversation_id": key, "incident_id": one.id, "at": one.created_at}


def _small_talk(desk: Desk, key: int) -> Talk:
    """What led to no incident: a question, or nothing at all."""
    like = desk.chance.choice(list(desk.tales.values()))
    at = like.at + timedelta(minutes=desk.chance.uniform(1, 50))
    at = min(at, desk.now)
    who = desk.cast.employee(desk.chance, at)
    talk = _conversation(key, desk.chance, who.id, at)
    if desk.chance.random() < UNUSED / (TALKED + UNUSED):
        return talk, [], {}
    said = desk.chance.choice(read("year/sayings"))
    return talk, [_turn(talk, 1, at, said["text"], said["intent"], said["reply"], desk.chance)], {}


def _conversation(key: int, chance: random.Random, person_id: int, at: datetime) -> Row:
    names = ("handed_over_at", "person_seen_at", "person_typing_at", "agent_seen_at", "agent_typing_at")
    none: Row = dict.fromkeys((*names, "handed_to_id", "agent_id"))
    public = f"{chance.getrandbits(96):024x}"
    return {"id": key, "public_id": public, "person_id": person_id, "started_at": at, "memory": {}, **none}


def _turn(
    talk: Row, place: int, at: datetime, text: str, intent: str, reply: str, chance: random.Random
) -> Row:
    return {
        "conversation_id": talk["id"],
        "message_id": f"year-{talk['id']}-{place}",
        "text": text,
        "at": at,
        "state": TurnState.ANSWERED,
        "intent": intent,
        "confidence": round(0.6 + 0.39 * chance.random(), 3),
        "answered_by": Actor.BOT,
        "reply": [Message(reply).as_dict()],
    }


def _write_mails(session: Session, desk: Desk) -> None:
    mails = [mail for life in desk.lives.values() for mail in _mails_of(desk, life)]
    mails += [_noise(desk, outcome) for outcome in _drawn_noise(desk.chance, len(mails))]
    mails.sort(key=lambda mail: mail["received_at"])
    for number, mail in enumerate(mails):
        mail["digest"] = sha256(f"year {number}".encode()).hexdigest()
    rows.put(session, RawMessage, mails)
    taken: Counter[date] = Counter(mail["received_at"].date() for mail in mails)
    for day, many in taken.items():
        session.merge(Taken(day=day, route=ROUTE, count=many + _taken_before(session, day)))


def _taken_before(session: Session, day: date) -> int:
    known = session.get(Taken, (day, ROUTE))
    return known.count if known is not None else 0


def _mails_of(desk: Desk, life: Life) -> list[Row]:
    """The report itself, and what its sender wrote later."""
    one = life.incident
    if one.channel != Channel.MAIL:
        return []
    sender = desk.cast.address_of[one.requester_id]
    opened = _mail(one.created_at, sender, one.title, Outcome.OPENED, one.id)
    later = [entry for entry in life.entries if entry["event"] == Event.COMMENTED]
    return [
        opened,
        *(_mail(e["created_at"], sender, f"Re: {one.title}", Outcome.APPENDED, one.id) for e in later),
    ]


def _drawn_noise(chance: random.Random, many: int) -> list[Outcome]:
    wanted = {Outcome.IGNORED: IGNORED, Outcome.QUARANTINED: HELD}
    return [outcome for outcome, share in wanted.items() for _ in range(round(many * share))]


def _noise(desk: Desk, outcome: Outcome) -> Row:
    at = desk.chance.choice(list(desk.tales.values())).at
    sender = "noreply@example.net" if outcome == Outcome.IGNORED else "prize@example.org"
    return _mail(
        at, sender, "Automatic reply" if outcome == Outcome.IGNORED else "You have won", outcome, None
    )


def _mail(at: datetime, sender: str, subject: str, outcome: Outcome, incident_id: int | None) -> Row:
    """A mail whose original is erased already, as those of a past year are."""
    plain: dict[str, Any] = {
        "route": ROUTE,
        "size": 4_096,
        "envelope_to": [],
        "participants": [],
        "defects": [],
    }
    return plain | {
        "received_at": at,
        "processed_at": at,
        "erased_at": at,
        "not_before": at,
        "outcome": outcome,
        "reason": REASONS.get(outcome, ""),
        "incident_id": incident_id,
        "sender": sender,
        "subject": subject,
    }
