"""Files in the chat: none is lost, and each is on the incident it belongs to, once."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from chatbot.client import history
from chatbot.client.messages import Reply
from chatbot.client.models import ChatFile
from firstline.db import db, write
from incidents.attachments import Upload
from incidents.errors import Invalid
from incidents.models import Attachment, Incident, State
from incidents.people import Person

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
SHOT = Upload("shot.png", PNG)


def said(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def placed() -> list[tuple[str, str, str]]:
    db.session.rollback()
    rows = db.session.execute(
        select(Incident.id, Attachment.name, Attachment.media_type).join(
            Attachment, Attachment.incident_id == Incident.id
        )
    )
    return [(f"INC-{number:06d}", name, kind) for number, name, kind in rows]


def test_a_picture_beside_a_report_is_on_its_incident(say: Callable[..., Reply]) -> None:
    reply = say("my label machine spits paper", uploads=[SHOT])
    assert placed() == [("INC-000001", "shot.png", "image/png")]
    assert "I have added “shot.png” to INC-000001" in said(reply)
    assert "/talk_to_human" in [button.payload for button in reply.messages[-1].buttons]


def test_a_picture_alone_waits_for_what_it_is_about(say: Callable[..., Reply]) -> None:
    reply = say("", uploads=[SHOT])
    assert "Tell me what it is about" in said(reply)
    assert "not available" not in said(reply), "the bot was not needed"
    assert placed() == []
    say("the label machine spits paper")
    assert placed() == [("INC-000001", "shot.png", "image/png")]
    assert db.session.query(ChatFile).count() == 0


def test_a_picture_later_goes_to_what_is_spoken_about(say: Callable[..., Reply]) -> None:
    say("my label machine spits paper")
    say("", uploads=[SHOT, Upload("log.txt", b"words")])
    assert [name for _number, name, _kind in placed()] == ["shot.png", "log.txt"]
    bubbles = history.whole(db.session.query(Person).first(), say("thanks").conversation)
    assert "Sent: “shot.png”, “log.txt”" in [bubble.message.text for bubble in bubbles]


def test_while_people_talk_a_picture_reaches_them_and_the_assistant_is_silent(
    say: Callable[..., Reply],
) -> None:
    say("my label machine spits paper")
    say("/talk_to_human")
    assert say("", uploads=[SHOT]).messages == ()
    assert [number for number, _name, _kind in placed()] == ["INC-000001"]


def test_the_same_message_again_adds_its_picture_once(say: Callable[..., Reply]) -> None:
    say("my label machine spits paper")
    first = say("see here", uploads=[SHOT], message_id="m")
    again = say("see here", uploads=[SHOT], message_id="m")
    assert said(first) == said(again)
    assert len(placed()) == 1


def test_a_picture_does_not_reopen_what_is_solved(say: Callable[..., Reply]) -> None:
    say("my label machine spits paper")
    with write() as session:
        session.get_one(Incident, 1).state = State.CLOSED
    assert "I keep “shot.png”" in said(say("", uploads=[SHOT]))
    assert placed() == []


def test_what_is_too_large_is_refused_with_a_sentence(say: Callable[..., Reply]) -> None:
    with pytest.raises(Invalid, match="larger than"):
        say("see here", uploads=[Upload("film.mov", b"0" * (25 * 1024 * 1024 + 1))])
    with pytest.raises(Invalid, match="at most 10"):
        say("see here", uploads=[SHOT] * 11)
    assert placed() == []
