"""Files put into a conversation: kept with their turn, and put on the incident once there is one."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from chatbot.client import wording
from chatbot.client.memory import Memory, Question
from chatbot.client.messages import Message
from chatbot.client.models import ChatFile, Conversation, Turn
from firstline.db import write
from firstline.i18n import gettext as _
from incidents import conversation as talk
from incidents.attachments import StoredFile
from incidents.models import Channel, Incident


def words_for(files: Sequence[StoredFile]) -> str:
    """What stands in the conversation where nothing was said beside the files."""
    return _("Sent: %(names)s", names=_names(files))


def keep(session: Session, conversation_id: int, turn_id: int, files: Sequence[StoredFile]) -> None:
    """Keep them with the turn, inside the transaction that stores it."""
    for file in files:
        session.add(
            ChatFile(
                conversation_id=conversation_id,
                turn_id=turn_id,
                name=file.name,
                media_type=file.media_type,
                size=file.size,
                digest=file.digest,
            )
        )


def place(conversation_id: int, turn_id: int) -> None:
    """Put what waits on the incident that is spoken about now, and say so in the turn's answer.

    Without an open incident they wait for the next one, and the person is asked what it is about.
    """
    with write() as session:
        held = session.scalars(
            select(Conversation).where(Conversation.id == conversation_id).with_for_update(of=Conversation)
        ).one()
        waiting = session.scalars(select(ChatFile).where(ChatFile.conversation_id == held.id)).all()
        if not waiting:
            return
        incident = _incident(session, held)
        turn = session.get_one(Turn, turn_id)
        if incident is not None:
            _put_on(session, incident, held, waiting)
        elif all(file.turn_id == turn_id for file in waiting):
            _ask_what(held)
        else:
            return
        _tell(turn, held, _told(incident, waiting))


def _incident(session: Session, held: Conversation) -> Incident | None:
    """The one people talk on, else the one spoken about, as long as it is open and the person's own."""
    number = Memory.from_dict(held.memory).incident
    spoken_of = int(number.removeprefix("INC-")) if number else None
    wanted = held.handed_to_id if held.handed_over_at is not None else spoken_of
    found = session.scalar(select(Incident).where(Incident.id == wanted).with_for_update(of=Incident))
    return found if found is not None and found.is_open and found.requester_id == held.person_id else None


def _put_on(session: Session, incident: Incident, held: Conversation, waiting: Sequence[ChatFile]) -> None:
    files = [
        StoredFile(name=file.name, media_type=file.media_type, size=file.size, digest=file.digest)
        for file in waiting
    ]
    talk.requester_says(session, incident, held.person, "", Channel.CHAT, files)
    for file in waiting:
        session.delete(file)


def _ask_what(held: Conversation) -> None:
    memory = Memory.from_dict(held.memory)
    if memory.asked is None:
        held.memory = memory.but(asked=Question.WHAT).as_dict()


def _tell(turn: Turn, held: Conversation, words: str) -> None:
    """One more bubble; while people talk the assistant stays silent."""
    if held.handed_over_at is not None and not turn.reply:
        return
    said = [Message.from_dict(message) for message in turn.reply or []]
    first, rest = (said[:-1], said[-1:]) if said else ([], [])
    told = wording.with_person([*first, wording.text(words), *rest])
    turn.reply = [message.as_dict() for message in told]


def _told(incident: Incident | None, files: Sequence[ChatFile]) -> str:
    if incident is None:
        return _("I keep %(names)s. Tell me what it is about, and I add it there.", names=_names(files))
    return _("I have added %(names)s to %(number)s.", names=_names(files), number=incident.number)


def _names(files: Sequence[StoredFile] | Sequence[ChatFile]) -> str:
    return ", ".join(f"“{file.name}”" for file in files)
