"""People in the chat: handed over, answered, given back; with Rasa away, which must not matter."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from chatbot.client import handover, history, live
from chatbot.client.messages import Reply
from chatbot.client.models import Conversation, Turn
from firstline import clock, jobs
from firstline.db import db, write
from incidents import conversation as talk
from incidents import lifecycle, queue, selfhelp
from incidents.errors import NotFound
from incidents.lifecycle import Change
from incidents.models import Channel, Entry, Event, Incident, Resolution, State, Visibility
from incidents.notices import READ_IN_CHAT, Delivery, Notice
from incidents.people import Person, Role, Team
from knowledge_base import articles
from tests.chatbot.conftest import fake_rasa

People = Callable[..., Person]
PERSON = "/talk_to_human"


@pytest.fixture
def tess(person: People, desk: dict[str, Team]) -> Person:
    return person("tess", Role.AGENT, desk["first"])


def words_of(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def the_incident() -> Incident:
    db.session.rollback()
    return db.session.scalars(select(Incident).order_by(Incident.id.desc())).first()  # type: ignore[return-value]


def the_conversation() -> Conversation:
    db.session.rollback()
    return db.session.scalars(select(Conversation)).one()


def answer(tess: Person, words: str) -> None:
    incident = the_incident()
    waits = live.mail_waits(incident)
    talk.say(incident.id, by=tess, text=words, channel=Channel.CHAT, mail_after=waits)
    live.agent_answered(tess, the_incident())


def look(erin: Person, mark: str = "", *, is_typing: bool = False, is_away: bool = False) -> live.News | None:
    public_id = the_conversation().public_id
    return live.look(erin, public_id, mark=mark, is_typing=is_typing, is_away=is_away)


def test_support_gets_what_was_said_and_tried_as_a_note_of_its_own(say: Callable[..., Reply]) -> None:
    articles.create(
        articles.Draft(title="Printer is offline", body="1. Restart the printer.\n2. Print again."),
        publish=True,
    )
    jobs.run_waiting()
    say("printer is offline")
    say(PERSON)
    incident = the_incident()
    assert incident.state == State.QUEUED
    (note,) = db.session.scalars(select(Entry).where(Entry.event == Event.NOTED))
    assert note.visibility == Visibility.INTERNAL
    assert "Erin: printer is offline" in note.text
    assert "Printer is offline: " in note.text
    assert "Assistant: " in note.text


def test_what_the_bot_took_the_words_for_is_in_the_note(erin: Person, say: Callable[..., Reply]) -> None:
    say("my headset crackles")
    with write() as session:
        turn = session.scalars(select(Turn)).one()
        turn.intent, turn.confidence = "report_problem", 0.93
    say(PERSON)
    note = db.session.scalars(select(Entry).where(Entry.event == Event.NOTED)).one()
    assert "[taken for report_problem, 93% sure]" in note.text


def test_the_person_reads_no_note_of_support(erin: Person, say: Callable[..., Reply]) -> None:
    say("my headset crackles")
    say(PERSON)
    assert all(entry.event != Event.NOTED for entry in queue.timeline(erin, the_incident()))


def test_it_says_who_has_it_and_by_when_and_no_more(say: Callable[..., Reply]) -> None:
    say("my headset crackles")
    told = words_of(say(PERSON))
    assert "It is with Service Desk; you will hear from us by" in told
    assert "by mail when this window is closed" in told


def test_whoever_gets_no_mail_is_promised_none(erin: Person, say: Callable[..., Reply]) -> None:
    with write() as session:
        session.get_one(Person, erin.id).is_undeliverable = True
    say("my headset crackles")
    told = words_of(say(PERSON))
    assert "mail" not in told
    assert "My incidents" in told


@pytest.fixture
def in_the_evening(tess: Person) -> Iterator[None]:
    """A Friday at 18:00 UTC; Tess works from Monday to Friday until 17:00."""
    with write() as session:
        session.get_one(Person, tess.id).shift = "Mon-Fri 08:00-17:00"
    with clock.freeze(datetime(2026, 11, 27, 18, tzinfo=UTC)):
        yield


@pytest.mark.usefixtures("in_the_evening")
def test_out_of_hours_it_says_when_somebody_comes_and_offers_mail(
    erin: Person, say: Callable[..., Reply]
) -> None:
    say("my headset crackles")
    told = say(PERSON)
    assert "they come at 09:00, 30 November" in words_of(told), (
        "the desk opens at nine, Tess is there at eight"
    )
    assert say("it is the left ear").messages == (), "the words wait for them"
    press = next(b.payload for b in told.messages[-1].buttons if b.title == "Answer me by mail")
    assert erin.email in words_of(say(press))
    assert the_conversation().handed_over_at is None
    assert the_incident().state == State.QUEUED


def test_in_working_hours_nothing_is_said_of_when_somebody_comes(
    tess: Person, say: Callable[..., Reply]
) -> None:
    with clock.freeze(datetime(2026, 11, 27, 10, tzinfo=UTC)):
        say("my headset crackles")
        told = say(PERSON)
    assert "they come at" not in words_of(told)
    assert "Answer me by mail" not in [button.title for button in told.messages[-1].buttons]


@pytest.mark.usefixtures("in_the_evening")
def test_out_of_hours_no_mail_is_offered_to_whoever_gets_none(
    erin: Person, say: Callable[..., Reply]
) -> None:
    with write() as session:
        session.get_one(Person, erin.id).is_undeliverable = True
    say("my headset crackles")
    told = say(PERSON)
    assert "they come at" in words_of(told)
    assert "Answer me by mail" not in [button.title for button in told.messages[-1].buttons]


def test_while_people_talk_the_bot_is_silent_and_the_words_reach_support(
    erin: Person, say: Callable[..., Reply]
) -> None:
    say("my headset crackles")
    say(PERSON)
    asked: list[object] = []

    def note(body: object) -> tuple[int, bytes]:
        asked.append(body)
        return 200, b'[{"text": "I am the bot"}]'

    with fake_rasa(note) as rasa:
        reply = say("list my incidents please", rasa=rasa)
    assert reply.messages == ()
    assert asked == []
    assert "list my incidents please" in [entry.text for entry in queue.timeline(erin, the_incident())]


def test_the_same_message_again_is_passed_on_once(say: Callable[..., Reply]) -> None:
    say("my headset crackles")
    say(PERSON)
    say("are you there?", message_id="one")
    say("are you there?", message_id="one")
    comments = select(Entry).where(Entry.event == Event.COMMENTED)
    assert [entry.text for entry in db.session.scalars(comments)] == ["are you there?"]


def test_asking_twice_for_a_person_hands_over_once(say: Callable[..., Reply]) -> None:
    say("my headset crackles")
    say(PERSON)
    again = say(PERSON)
    assert the_incident().number in words_of(again)
    assert len(db.session.scalars(select(Entry).where(Entry.event == Event.NOTED)).all()) == 1


def test_an_answer_is_news_once(erin: Person, tess: Person, say: Callable[..., Reply]) -> None:
    say("my headset crackles")
    say(PERSON)
    before = look(erin)
    assert before is not None
    assert look(erin, before.mark) is None
    answer(tess, "Hi Erin, I am Tess.")
    news = look(erin, before.mark)
    assert news is not None
    assert [(one.by, one.message.text) for one in news.bubbles] == [("Tess", "Hi Erin, I am Tess.")]
    assert look(erin, news.mark) is None


def test_a_second_window_gets_what_was_said_in_the_first(erin: Person, say: Callable[..., Reply]) -> None:
    say("my headset crackles")
    first = look(erin)
    assert first is not None
    say("hello")
    news = look(erin, first.mark)
    assert news is not None
    assert [one.by for one in news.bubbles] == ["you", "bot", "bot", "bot"]


@pytest.mark.parametrize("mark", ["", "nonsense", "9" * 400, "1", "-1.-1.x", "0.0."])
def test_a_mark_that_is_none_shows_everything(erin: Person, say: Callable[..., Reply], mark: str) -> None:
    say("my headset crackles")
    news = look(erin, mark)
    assert news is not None
    assert news.bubbles[0].message.text == "my headset crackles"


def test_presence_is_never_guessed(erin: Person, tess: Person, say: Callable[..., Reply]) -> None:
    with clock.freeze(clock.now()):
        say("my headset crackles")
        say(PERSON)
        assert live.presence(the_conversation()).agent is None
        live.agent_looks(tess, the_incident(), seen_entry=0, is_typing=False)
        here = live.presence(the_conversation())
        assert here.agent is not None
        assert (here.agent.name, here.is_here, here.is_typing) == ("Tess", True, False)
        clock.advance(timedelta(seconds=21))
        assert not live.presence(the_conversation()).is_here


def test_typing_shows_on_both_sides_and_ends(erin: Person, tess: Person, say: Callable[..., Reply]) -> None:
    with clock.freeze(clock.now()):
        say("my headset crackles")
        say(PERSON)
        live.agent_looks(tess, the_incident(), seen_entry=0, is_typing=True)
        look(erin, is_typing=True)
        visitor = live.visitor_on(the_incident())
        assert visitor is not None
        assert visitor.is_typing
        assert live.presence(the_conversation()).is_typing
        clock.advance(timedelta(seconds=7))
        visitor = live.visitor_on(the_incident())
        assert visitor is not None
        assert (visitor.is_here, visitor.is_typing) == (True, False)
        assert not live.presence(the_conversation()).is_typing


def test_what_was_sent_is_no_longer_being_typed(erin: Person, say: Callable[..., Reply]) -> None:
    say("my headset crackles")
    say(PERSON)
    look(erin, is_typing=True)
    say("it is the left side")
    visitor = live.visitor_on(the_incident())
    assert visitor is not None
    assert (visitor.is_here, visitor.is_typing) == (True, False)


def test_an_agent_who_is_gone_for_good_is_not_here(
    erin: Person, tess: Person, say: Callable[..., Reply]
) -> None:
    say("my headset crackles")
    say(PERSON)
    live.agent_looks(tess, the_incident(), seen_entry=0, is_typing=False)
    with write() as session:
        session.scalars(select(Conversation)).one().agent_id = None
    assert not live.presence(the_conversation()).is_here


def test_a_page_nobody_looks_at_is_nobodys_presence(erin: Person, say: Callable[..., Reply]) -> None:
    with clock.freeze(clock.now()):
        say("my headset crackles")
        say(PERSON)
        clock.advance(timedelta(seconds=30))
        look(erin, is_away=True)
        visitor = live.visitor_on(the_incident())
        assert visitor is not None
        assert not visitor.is_here


def test_the_agent_gives_it_back_and_the_window_says_so(
    erin: Person, tess: Person, say: Callable[..., Reply]
) -> None:
    say("my headset crackles")
    say(PERSON)
    before = look(erin)
    assert before is not None
    handover.give_back_from_desk(the_incident().id, by=tess)
    handover.give_back_from_desk(the_incident().id, by=tess)
    news = look(erin, before.mark)
    assert news is not None
    assert [one.message.text.partition(".")[0] for one in news.bubbles] == [
        "Tess has given our conversation back to me, the assistant"
    ]
    assert news.presence.since is None
    assert words_of(say("what is the status?")) != ""


def test_the_person_gives_it_back_and_may_ask_again(say: Callable[..., Reply]) -> None:
    say("my headset crackles")
    say(PERSON)
    told = words_of(say(handover.BACK))
    assert "I am the assistant again." in told
    assert "not available" not in told
    assert the_conversation().handed_over_at is None
    say(PERSON)
    assert the_conversation().handed_over_at is not None


def test_back_without_a_hand_over_is_no_trouble(say: Callable[..., Reply]) -> None:
    assert "I am the assistant again." in words_of(say(handover.BACK))


def test_solving_it_gives_it_back_with_the_solution(
    erin: Person, tess: Person, say: Callable[..., Reply]
) -> None:
    say("my headset crackles")
    say(PERSON)
    before = look(erin)
    assert before is not None
    solved = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, note="A new cable.", cause="cable")
    lifecycle.change(the_incident().id, solved, by=tess)
    news = look(erin, before.mark)
    assert news is not None
    assert "is solved. A new cable. I am the assistant again" in news.bubbles[-1].message.text
    assert len(news.bubbles) == 1
    say("thanks a lot")
    assert the_incident().state == State.RESOLVED


def test_saying_oneself_that_it_is_solved_is_answered_once(erin: Person, say: Callable[..., Reply]) -> None:
    say("my headset crackles")
    say(PERSON)
    selfhelp.tell_outcome(the_incident().id, by=erin, solved=True)
    look(erin)
    look(erin)
    own = [turn for turn in db.session.scalars(select(Turn)) if not turn.text]
    assert len(own) == 1


def test_nobody_else_looks_into_a_conversation(
    erin: Person, person: People, tess: Person, say: Callable[..., Reply]
) -> None:
    say("my secret trouble")
    say(PERSON)
    public_id = the_conversation().public_id
    for stranger in (person("mallory"), tess):
        with pytest.raises(NotFound):
            live.look(stranger, public_id, mark="", is_typing=True, is_away=False)
    assert the_conversation().person_typing_at is None


def test_an_answer_read_in_the_window_needs_no_mail(
    erin: Person, tess: Person, say: Callable[..., Reply]
) -> None:
    with clock.freeze(clock.now()):
        say("my headset crackles")
        say(PERSON)
        look(erin)
        answer(tess, "Please try another port.")
        notice = db.session.scalars(select(Notice)).one()
        assert notice.not_before == clock.now() + timedelta(seconds=60)
        shown = look(erin)
        assert shown is not None
        assert db.session.scalars(select(Notice)).one().state == Delivery.DUE, "sent, but perhaps never shown"
        look(erin, shown.mark)
        notice = db.session.scalars(select(Notice)).one()
        assert (notice.state, notice.error) == (Delivery.SUPPRESSED, READ_IN_CHAT)


def test_an_answer_to_a_closed_window_is_mailed_at_once(
    erin: Person, tess: Person, say: Callable[..., Reply]
) -> None:
    with clock.freeze(clock.now()):
        say("my headset crackles")
        say(PERSON)
        clock.advance(timedelta(seconds=61))
        answer(tess, "Please try another port.")
        assert db.session.scalars(select(Notice)).one().not_before == clock.now()


def test_a_page_in_the_background_reads_nothing(
    erin: Person, tess: Person, say: Callable[..., Reply]
) -> None:
    say("my headset crackles")
    say(PERSON)
    look(erin)
    answer(tess, "Please try another port.")
    shown = look(erin, is_away=True)
    assert shown is not None
    look(erin, shown.mark, is_away=True)
    assert db.session.scalars(select(Notice)).one().state == Delivery.DUE


def test_an_agent_in_the_chat_gets_no_mail_for_every_line(
    erin: Person, tess: Person, say: Callable[..., Reply]
) -> None:
    say("my headset crackles")
    say(PERSON)
    lifecycle.take(the_incident().id, by=tess)
    live.agent_looks(tess, the_incident(), seen_entry=0, is_typing=False)
    say("it is the left side")
    (notice,) = db.session.scalars(select(Notice).where(Notice.recipient_id == tess.id))
    assert notice.not_before > clock.now()
    last = queue.timeline(tess, the_incident())[-1].id
    live.agent_looks(tess, the_incident(), seen_entry=last, is_typing=False)
    (notice,) = db.session.scalars(select(Notice).where(Notice.recipient_id == tess.id))
    assert notice.state == Delivery.SUPPRESSED


def test_the_conversation_before_a_hand_over_of_nothing_asks_what_it_is_about(
    say: Callable[..., Reply],
) -> None:
    told = words_of(say(PERSON))
    assert "What is it about?" in told
    assert say("my badge stopped working").messages == ()
    assert "my badge stopped working" in [entry.text for entry in the_incident().entries]


def test_the_history_holds_the_words_of_both_sides(
    erin: Person, tess: Person, say: Callable[..., Reply]
) -> None:
    say("my headset crackles")
    say(PERSON)
    say("are you there?")
    answer(tess, "Yes, I am.")
    bubbles = history.whole(erin, the_conversation().public_id)
    assert [(one.by, one.message.text) for one in bubbles[-2:]] == [
        ("you", "are you there?"),
        ("Tess", "Yes, I am."),
    ]
