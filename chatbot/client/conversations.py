"""Conversations: `say()` takes one turn of a person and answers it, with the bot or without."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from chatbot.client import chat_files, claims, handover, offers, payloads, smalltalk, turns, wording
from chatbot.client.answers import answer, is_ours
from chatbot.client.corrections import without_excuse
from chatbot.client.guess import guess
from chatbot.client.messages import Button, Message, Reply
from chatbot.client.models import Actor, Conversation, Turn
from chatbot.client.moment import Answer
from chatbot.client.rasa import Rasa, RasaAway
from chatbot.client.turns import Answered
from firstline import clock, log
from firstline.app import settings_of
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.attachments import Upload, store
from incidents.errors import Invalid
from incidents.people import Person

MAX_MESSAGE_ID = 64
MAX_TEXT = 200_000
ACTION_GRACE_S = 2.0
"""How long an action that has begun may go on after Rasa took too long."""

WAIT_S = 15.0
POLL_S = 0.03
GOES_ON_WITHIN = timedelta(days=1)

logger = log.get(__name__)


def say(
    person: Person,
    text: str,
    *,
    conversation: str | None = None,
    message_id: str | None = None,
    uploads: Sequence[Upload] = (),
    rasa: Rasa | None = None,
    wait_s: float = WAIT_S,
) -> Reply:
    """Take one turn of `person` and answer it within seconds, whatever the bot does.

    `conversation` None begins a new one. The same `message_id` again gives the same reply.
    A button is pressed by sending its payload as `text`; with `uploads` there need be none. Raises `incidents.errors.NotFound` for a
    conversation that is not this person's and `incidents.errors.Invalid` for words that cannot be
    taken (`KeyReused` when the message id belongs to other words). `wait_s` limits the wait for
    another process that has the same turn, or an earlier one, in hand.
    """
    message_id = _checked(text, message_id, has_files=bool(uploads))
    held = turns.conversation_of(person, conversation or turns.begin(person, f"{message_id}:{text}"))
    conversation_id, public_id = held.id, held.public_id
    handover.end_if_settled(held)
    said = replace(_read(text, conversation_id, person), files=store(uploads))
    is_said = bool(said.text)
    said = said if is_said else replace(said, text=chat_files.words_for(said.files))
    taken = turns.take(conversation_id, message_id, said)
    answered: Answered | None = None
    if taken.token is None:
        _wait_for(lambda: _now_answered(taken.turn_id) is not None, seconds=wait_s)
        answered = turns.answer_of(taken.turn_id)
    elif not _is_with_people(taken, conversation_id, wait_s) and is_said and not is_ours(said.payload):
        answered = _ask_bot(rasa or Rasa(settings_of(current_app).rasa_url), public_id, taken, said)
    if answered is None:
        _answer_ourselves(taken.turn_id) if is_said else _take_silently(taken.turn_id)
        answered = _now_answered(taken.turn_id)
    if taken.has_files:
        chat_files.place(conversation_id, taken.turn_id)
        answered = _now_answered(taken.turn_id)
    messages, by = (answered.messages, answered.by) if answered else ((), Actor.PORTAL)
    return Reply(public_id, message_id, messages, by, taken.turn_id)


def greeting(person: Person) -> Message:
    """What the window says when it opens: outages that are known, and what can be asked."""
    return wording.with_person([smalltalk.greeting(person)])[0]


def latest_conversation(person: Person) -> str | None:
    """The conversation this person had last within a day, to go on with; None when there is none."""
    lately = select(Conversation.public_id).join(Turn, Turn.conversation_id == Conversation.id)
    mine = lately.where(Conversation.person_id == person.id, Turn.at > clock.now() - GOES_ON_WITHIN)
    return db.session.scalar(mine.order_by(Turn.id.desc()).limit(1))


def _checked(text: str, message_id: str | None, *, has_files: bool) -> str:
    if not payloads.plain(text) and not has_files:
        raise Invalid(_("Write something first: a few words about what is going wrong."), field="message")
    if len(text) > MAX_TEXT:
        raise Invalid(
            _("That is too long for one message. Report it with the text as a file."), field="message"
        )
    if message_id is not None and not 0 < len(message_id) <= MAX_MESSAGE_ID:
        raise Invalid(
            _("A message id has 1 to %(most)s characters.", most=MAX_MESSAGE_ID), field="message_id"
        )
    return message_id or secrets.token_urlsafe(12)


def _read(text: str, conversation_id: int, person: Person) -> turns.Said:
    """A button counts only if we offered it, in an answer or as the window opened; all else is words."""
    if text.startswith("/"):
        at_first = [smalltalk.greeting(person).as_dict()]
        offered = payloads.titles([at_first, *turns.recent_replies(conversation_id)])
        if text in offered or text in payloads.ALWAYS:
            return turns.Said(offered.get(text) or _standing_title(text), text)
        bare = next((known for known in reversed(offered) if known.partition("{")[0] == text), None)
        if bare is not None:
            return turns.Said(offered[bare], bare)
        if payloads.carries(text):
            # Nobody types that: it is an old button, and no trouble to be logged.
            raise Invalid(
                _("This button belongs to an earlier answer. Say it in your own words."), field="message"
            )
    return turns.Said(payloads.plain(text).replace("\0", ""), None)


def _standing_title(payload: str) -> str:
    back = Button(_("Back to the assistant"), handover.BACK)
    buttons = (*offers.choices("").buttons, wording.person_button(), back)
    return next((button.title for button in buttons if button.payload == payload), payload.strip("/"))


def _is_with_people(taken: turns.Taken, conversation_id: int, wait_s: float) -> bool:
    """Whether people talk in it once it is this turn's turn."""
    if not taken.must_wait:
        return taken.is_with_people
    _wait_for(lambda: turns.is_next(taken.turn_id), seconds=wait_s)
    return turns.is_handed_over(conversation_id)


def _ask_bot(rasa: Rasa, sender: str, taken: turns.Taken, said: turns.Said) -> Answered | None:
    """Let the bot answer the turn; None when it could not."""
    assert taken.token is not None, "only a new turn is passed on"
    message = f"/{payloads.read(said.payload).intent}" if said.payload else without_excuse(said.text)
    db.session.rollback()
    texts: list[str] = []
    try:
        texts = rasa.say(sender=sender, message=message, token=taken.token)
    except RasaAway as away:
        logger.warning("the bot did not answer", why=str(away))
    finally:
        answered = claims.leave_bot(taken.turn_id)
    if texts and answered is None:
        _settle_texts(taken.turn_id, texts)
        return turns.answer_of(taken.turn_id)
    return answered


def _settle_texts(turn_id: int, texts: list[str]) -> None:
    """Rasa answered by itself, without an action: such as that no rule fitted."""
    if not claims.claim(turn_id):
        return
    said = wording.with_person([wording.text(text) for text in texts])
    claims.settle(turn_id, Actor.PORTAL, Answer(said, turns.moment_of(turn_id).memory))


def _answer_ourselves(turn_id: int) -> None:
    """The bot is away, or not asked: do what the words plainly ask for, and say so if it is away."""
    if not claims.claim(turn_id):
        _wait_for(lambda: _now_answered(turn_id) is not None, seconds=ACTION_GRACE_S)
        if _now_answered(turn_id) or not claims.claim(turn_id, even_from_bot=True):
            return
    moment = turns.moment_of(turn_id)
    turn = db.session.get_one(Turn, turn_id)
    intent = payloads.read(turn.payload).intent if turn.payload else guess(without_excuse(moment.words))
    given = answer(moment, intent)
    if moment.handed_to or is_ours(turn.payload):
        claims.settle(turn_id, Actor.PORTAL, given)
        return
    away = wording.text(
        _("The assistant is not available right now, so I take care of this in a simpler way.")
    )
    claims.settle(turn_id, Actor.PORTAL, replace(given, messages=(away, *given.messages)))


def _take_silently(turn_id: int) -> None:
    """Nothing but files: there is nothing to understand, and what becomes of them is said apart."""
    if claims.claim(turn_id):
        claims.settle(turn_id, Actor.PORTAL, Answer((), turns.moment_of(turn_id).memory))


def _now_answered(turn_id: int) -> Answered | None:
    """The answer as far as anybody has given one by now."""
    db.session.rollback()
    answered = turns.answer_of(turn_id)
    db.session.rollback()
    return answered


def _wait_for(condition: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        db.session.rollback()
        time.sleep(POLL_S)
