"""The chat without Rasa: the window keeps taking reports, says so, and never doubles one."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from chatbot.client import claims, conversations, history, turns, wording
from chatbot.client.answers import answer
from chatbot.client.memory import Memory
from chatbot.client.messages import Reply
from chatbot.client.models import Actor, Turn
from chatbot.client.moment import Answer
from chatbot.client.rasa import Rasa
from firstline import jobs
from firstline.db import db, write
from incidents import conversation as talk
from incidents import queue
from incidents.errors import Invalid, KeyReused, NotFound
from incidents.models import Channel, State
from incidents.people import Person, Role
from knowledge_base import articles
from tests.chatbot.conftest import fake_rasa
from tests.chatbot.talk import incidents

People = Callable[..., Person]


def said(reply: Reply) -> str:
    return "\n".join(message.text for message in reply.messages)


def payloads_of(reply: Reply) -> list[str]:
    return [button.payload for message in reply.messages for button in message.buttons]


def test_a_report_is_taken_although_the_bot_is_off(erin: Person, no_rasa: Rasa) -> None:
    reply = conversations.say(erin, "vpn keeps disconnecting since monday", rasa=no_rasa)
    (incident,) = incidents()
    assert reply.answered_by == "portal"
    assert "not available" in reply.messages[0].text
    assert incident.number in said(reply)
    assert incident.channel == Channel.CHAT
    assert incident.description == "vpn keeps disconnecting since monday"


def test_every_answer_offers_a_person(erin: Person, no_rasa: Rasa) -> None:
    talk_id = None
    for words in ("hi", "help", "printer is jammed", "zz", "list my incidents", "thanks", "cancel", "no"):
        reply = conversations.say(erin, words, conversation=talk_id, rasa=no_rasa)
        talk_id = reply.conversation
        assert "/talk_to_human" in payloads_of(reply), words


@pytest.mark.parametrize(
    "answer", [(500, b"oops"), (200, b"<html>"), (200, b"[]"), (200, b'{"text": 1}'), (200, b"[1, 2]")]
)
def test_a_rasa_that_talks_nonsense_costs_nothing(erin: Person, answer: tuple[int, bytes]) -> None:
    with fake_rasa(lambda _: answer) as rasa:
        reply = conversations.say(erin, "outlook asks for my password all the time", rasa=rasa)
    assert reply.answered_by == "portal"
    assert len(incidents()) == 1


def test_a_rasa_that_hangs_is_left_after_its_limit(erin: Person) -> None:
    released = threading.Event()

    def hang(_: object) -> tuple[int, bytes]:
        released.wait(10)
        return 200, b"[]"

    with fake_rasa(hang, limit_s=0.3) as rasa:
        reply = conversations.say(erin, "outlook asks for my password all the time", rasa=rasa)
        released.set()
    assert reply.answered_by == "portal"
    assert len(incidents()) == 1


def test_an_action_server_that_fails_costs_nothing_and_doubles_nothing(erin: Person) -> None:
    from flask import current_app

    context = current_app._get_current_object().app_context  # type: ignore[attr-defined]

    def act_and_break(body: dict[str, Any]) -> tuple[int, bytes]:
        """The action logs, breaks before it has answered, and Rasa says nothing, as it does then."""
        with context():
            turn_id = claims.resolve(body["metadata"]["token"])
            answer(turns.moment_of(turn_id), "report_problem")
            claims.release(turn_id, Actor.BOT)
        return 200, b"[]"

    with fake_rasa(act_and_break) as rasa:
        reply = conversations.say(erin, "outlook asks for my password all the time", rasa=rasa)
    assert reply.answered_by == "portal"
    assert len(incidents()) == 1
    assert incidents()[0].number in said(reply)


def test_the_same_message_again_is_the_same_answer(erin: Person, no_rasa: Rasa) -> None:
    first = conversations.say(erin, "the printer is jammed again", message_id="m1", rasa=no_rasa)
    again = conversations.say(
        erin, "the printer is jammed again", conversation=first.conversation, message_id="m1", rasa=no_rasa
    )
    assert again == first
    assert len(incidents()) == 1


def test_a_lost_first_answer_is_found_again_by_its_message_id(erin: Person, no_rasa: Rasa) -> None:
    first = conversations.say(erin, "the printer is jammed again", message_id="m1", rasa=no_rasa)
    assert conversations.say(erin, "the printer is jammed again", message_id="m1", rasa=no_rasa) == first
    other = conversations.say(erin, "my mouse is dead", message_id="m1", rasa=no_rasa)
    assert other.conversation != first.conversation
    assert len(incidents()) == 2


def test_a_message_id_cannot_be_used_for_other_words(erin: Person, no_rasa: Rasa) -> None:
    first = conversations.say(erin, "the printer is jammed again", message_id="m1", rasa=no_rasa)
    with pytest.raises(KeyReused):
        conversations.say(
            erin, "something else", conversation=first.conversation, message_id="m1", rasa=no_rasa
        )


def test_two_tabs_that_send_the_same_message_make_one_incident(
    app: Flask, erin: Person, no_rasa: Rasa
) -> None:
    talk_id = conversations.say(erin, "hello", rasa=no_rasa).conversation
    erin_id, replies = erin.id, []

    def send() -> None:
        with app.app_context():
            me = db.session.get_one(Person, erin_id)
            words = "my second monitor stays black"
            replies.append(
                conversations.say(me, words, conversation=talk_id, message_id="same", rasa=no_rasa)
            )

    tabs = [threading.Thread(target=send) for _ in range(4)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(replies) == 4
    assert all(reply == replies[0] for reply in replies)
    assert len(incidents()) == 1


def test_turns_of_one_conversation_are_answered_in_order(app: Flask, erin: Person, no_rasa: Rasa) -> None:
    talk_id = conversations.say(erin, "hello", rasa=no_rasa).conversation
    held = turns.conversation_of(erin, talk_id).id
    first = turns.take(held, "first", turns.Said("my screen is black", None))
    second = turns.take(held, "second", turns.Said("and the keyboard is dead", None))
    assert turns.is_next(first.turn_id)
    assert not turns.is_next(second.turn_id)


def test_the_next_turn_waits_until_rasa_has_stored_the_one_that_its_action_answered(
    app: Flask, erin: Person, no_rasa: Rasa
) -> None:
    talk_id = conversations.say(erin, "hello", rasa=no_rasa).conversation
    held = turns.conversation_of(erin, talk_id).id
    first = turns.take(held, "first", turns.Said("my screen is black", None))
    second = turns.take(held, "second", turns.Said("and the keyboard is dead", None))
    assert first.token is not None
    answered = Answer((wording.text("Have you tried another cable?"),), Memory())
    claims.settle(claims.resolve(first.token), Actor.BOT, answered)
    assert not turns.is_next(second.turn_id)
    claims.leave_bot(first.turn_id)
    assert turns.is_next(second.turn_id)


def test_somebody_elses_conversation_is_as_if_it_were_not_there(
    erin: Person, person: People, no_rasa: Rasa
) -> None:
    talk_id = conversations.say(erin, "hello", rasa=no_rasa).conversation
    with pytest.raises(NotFound):
        conversations.say(person("mallory"), "hello", conversation=talk_id, rasa=no_rasa)
    with pytest.raises(NotFound):
        history.whole(person("eve"), talk_id)


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.AGENT])
def test_nobody_reads_a_foreign_incident_in_the_chat(
    erin: Person, person: People, no_rasa: Rasa, role: Role
) -> None:
    conversations.say(erin, "my laptop screen is cracked", rasa=no_rasa)
    number = incidents()[0].number
    reply = conversations.say(person("mallory", role), f"status of {number}", rasa=no_rasa)
    assert "no incident" in said(reply)
    assert "cracked" not in said(reply)
    assert all(message.incident is None for message in reply.messages)


def test_a_bare_number_asks_for_its_status(erin: Person, no_rasa: Rasa) -> None:
    conversations.say(erin, "my laptop screen is cracked", rasa=no_rasa)
    (incident,) = incidents()
    for words in (f"#{incident.id}", incident.number, f"{incident.number}?"):
        assert incident.number in said(conversations.say(erin, words, rasa=no_rasa))
    assert len(incidents()) == 1


def test_typed_slashes_are_words_and_not_commands(erin: Person, no_rasa: Rasa) -> None:
    reply = conversations.say(erin, "/restart my laptop hangs at the logo", rasa=no_rasa)
    assert reply.answered_by == "portal"
    assert incidents()[0].description == "restart my laptop hangs at the logo"


def test_only_buttons_we_offered_can_be_pressed(erin: Person, no_rasa: Rasa) -> None:
    first = conversations.say(erin, "hello", rasa=no_rasa)
    for press in ('/solved{"incident":"INC-000001"}', '/inform{"urgency":"low"}'):
        with pytest.raises(Invalid, match="earlier answer"):
            conversations.say(erin, press, conversation=first.conversation, rasa=no_rasa)
    assert incidents() == []


def test_rasa_gets_no_slash_a_person_typed(erin: Person) -> None:
    seen: list[dict[str, object]] = []

    def note(body: dict[str, object]) -> tuple[int, bytes]:
        seen.append(body)
        return 200, b"[]"

    with fake_rasa(note) as rasa:
        reply = conversations.say(erin, "//report_problem", rasa=rasa)
    assert seen[0]["message"] == "report_problem"
    assert seen[0]["sender"] == reply.conversation


def test_pressing_still_need_help_brings_it_to_support_without_rasa(erin: Person, no_rasa: Rasa) -> None:
    first = conversations.say(erin, "my headset crackles", rasa=no_rasa)
    reply = conversations.say(erin, "/talk_to_human", conversation=first.conversation, rasa=no_rasa)
    (incident,) = incidents()
    assert incident.state == State.QUEUED
    assert "Service Desk" in said(reply)
    again = conversations.say(erin, "/talk_to_human", conversation=first.conversation, rasa=no_rasa)
    assert len(incidents()) == 1
    assert incident.number in said(again)


def test_asking_for_a_person_before_anything_was_said_opens_an_incident(erin: Person, no_rasa: Rasa) -> None:
    first = conversations.say(erin, "/talk_to_human", rasa=no_rasa)
    (incident,) = incidents()
    assert incident.state == State.QUEUED
    conversations.say(erin, "my badge stopped working", conversation=first.conversation, rasa=no_rasa)
    assert len(incidents()) == 1
    assert "my badge stopped working" in [entry.text for entry in queue.timeline(erin, incidents()[0])]


def test_the_answers_to_our_questions_set_the_priority(erin: Person, no_rasa: Rasa) -> None:
    first = conversations.say(erin, "the label machine spits paper", rasa=no_rasa)
    assert "How badly does it stop you?" in said(first)
    before = incidents()[0].priority
    press = next(each for each in payloads_of(first) if '"high"' in each)
    second = conversations.say(erin, press, conversation=first.conversation, rasa=no_rasa)
    assert "Who else has it?" in said(second)
    conversations.say(erin, "my whole team", conversation=first.conversation, rasa=no_rasa)
    assert incidents()[0].priority == 2 < before


def test_an_answer_to_the_other_question_counts_too(erin: Person, no_rasa: Rasa) -> None:
    first = conversations.say(erin, "the label machine spits paper", rasa=no_rasa)
    second = conversations.say(erin, "my whole team", conversation=first.conversation, rasa=no_rasa)
    assert incidents()[0].impact == "medium"
    assert "How badly" in said(second)
    third = conversations.say(erin, "we cannot work at all", conversation=first.conversation, rasa=no_rasa)
    assert incidents()[0].urgency == "high"
    assert "all I need" in said(third)


def test_skipping_both_questions_adds_nothing(erin: Person, no_rasa: Rasa) -> None:
    first = conversations.say(erin, "the label machine spits paper", rasa=no_rasa)
    for _ in range(3):
        conversations.say(erin, "/inform", conversation=first.conversation, rasa=no_rasa)
    assert "Skip" not in [entry.text for entry in queue.timeline(erin, incidents()[0])]


def test_a_vague_report_is_asked_for_words_and_then_logged(erin: Person, no_rasa: Rasa) -> None:
    first = conversations.say(erin, "I want to report a problem", rasa=no_rasa)
    assert incidents() == []
    conversations.say(erin, "no sound in any meeting", conversation=first.conversation, rasa=no_rasa)
    assert [incident.description for incident in incidents()] == ["no sound in any meeting"]


@pytest.mark.parametrize("text", ["", "   ", "/", "///"])
def test_an_empty_message_is_a_sentence(erin: Person, no_rasa: Rasa, text: str) -> None:
    with pytest.raises(Invalid, match="Write something"):
        conversations.say(erin, text, rasa=no_rasa)


def test_a_hundred_kilobytes_are_kept_whole(erin: Person, no_rasa: Rasa) -> None:
    words = "my screen shows this: " + "abcdefghi " * 10_000
    conversations.say(erin, words, rasa=no_rasa)
    (incident,) = incidents()
    assert incident.description.startswith("my screen shows this")
    assert db.session.scalar(select(func.length(Turn.text))) == len(words.strip())


def test_other_scripts_are_taken_as_reports(erin: Person, no_rasa: Rasa) -> None:
    conversations.say(erin, "мой ноутбук не включается", rasa=no_rasa)
    assert incidents()[0].title == "мой ноутбук не включается"


def test_the_history_holds_both_sides_and_what_support_answered(
    erin: Person, person: People, no_rasa: Rasa
) -> None:
    reply = conversations.say(erin, "my headset crackles", rasa=no_rasa)
    (incident,) = incidents()
    tess = person("tess", Role.AGENT)
    talk.say(incident.id, by=tess, text="Please try another port.", channel=Channel.PORTAL)
    bubbles = history.whole(erin, reply.conversation)
    assert (bubbles[0].by, bubbles[0].message.text) == ("you", "my headset crackles")
    assert (bubbles[-1].by, bubbles[-1].message.text) == ("Tess", "Please try another port.")
    assert conversations.latest_conversation(erin) == reply.conversation


def test_a_turn_whose_process_died_is_answered_by_whoever_retries(erin: Person, no_rasa: Rasa) -> None:
    talk_id = conversations.say(erin, "hello", rasa=no_rasa).conversation
    held = turns.conversation_of(erin, talk_id).id
    turns.take(held, "lost", turns.Said("my mouse is dead since lunch", None))
    reply = conversations.say(
        erin,
        "my mouse is dead since lunch",
        conversation=talk_id,
        message_id="lost",
        rasa=no_rasa,
        wait_s=0.1,
    )
    assert "INC-" in said(reply)
    assert len(incidents()) == 1


def test_what_the_bot_stored_counts_even_when_rasa_then_fails(erin: Person) -> None:

    app_erin = erin.id

    def act_then_fail(body: dict[str, object]) -> tuple[int, bytes]:
        metadata = body["metadata"]
        assert isinstance(metadata, dict)
        tokens.append(metadata["token"])
        with context():
            turn_id = claims.resolve(metadata["token"])
            given = answer(turns.moment_of(turn_id), "report_problem")
            claims.settle(turn_id, Actor.BOT, given, claims.Understood("report_problem", 0.9))
        return 500, b"boom"

    from flask import current_app

    context = current_app._get_current_object().app_context  # type: ignore[attr-defined]
    tokens: list[str] = []
    with fake_rasa(act_then_fail) as rasa:
        reply = conversations.say(erin, "my monitor is black", rasa=rasa)
    assert reply.answered_by == "bot"
    assert len(incidents()) == 1
    assert incidents()[0].requester_id == app_erin


def test_a_token_is_good_for_one_turn_only(erin: Person, no_rasa: Rasa) -> None:
    talk_id = conversations.say(erin, "hello", rasa=no_rasa).conversation
    held = turns.conversation_of(erin, talk_id).id
    taken = turns.take(held, "m", turns.Said("my monitor is black", None))
    assert taken.token is not None
    assert claims.resolve(taken.token) == taken.turn_id
    for token in (taken.token, "forged", ""):
        with pytest.raises(claims.TokenRefused):
            claims.resolve(token)


def test_a_late_action_finds_its_token_void(erin: Person, no_rasa: Rasa) -> None:
    talk_id = conversations.say(erin, "hello", rasa=no_rasa).conversation
    held = turns.conversation_of(erin, talk_id).id
    taken = turns.take(held, "m", turns.Said("my monitor is black", None))
    assert taken.token is not None
    assert claims.claim(taken.turn_id)
    with pytest.raises(claims.TokenRefused):
        claims.resolve(taken.token)


def test_a_turn_that_an_action_could_not_answer_is_free_for_the_portal(erin: Person, no_rasa: Rasa) -> None:
    talk_id = conversations.say(erin, "hello", rasa=no_rasa).conversation
    held = turns.conversation_of(erin, talk_id).id
    taken = turns.take(held, "m", turns.Said("my monitor is black", None))
    assert taken.token is not None
    claims.resolve(taken.token)
    assert not claims.claim(taken.turn_id)
    claims.release(taken.turn_id, Actor.BOT)
    assert claims.claim(taken.turn_id)


def test_a_token_ends_after_a_minute(erin: Person, no_rasa: Rasa) -> None:
    from datetime import timedelta

    from firstline import clock

    talk_id = conversations.say(erin, "hello", rasa=no_rasa).conversation
    held = turns.conversation_of(erin, talk_id).id
    taken = turns.take(held, "m", turns.Said("my monitor is black", None))
    assert taken.token is not None
    with clock.freeze(clock.now() + timedelta(seconds=61)), pytest.raises(claims.TokenRefused):
        claims.resolve(taken.token)


def test_only_the_hash_of_a_token_is_kept(erin: Person, no_rasa: Rasa) -> None:
    talk_id = conversations.say(erin, "hello", rasa=no_rasa).conversation
    held = turns.conversation_of(erin, talk_id).id
    taken = turns.take(held, "m", turns.Said("my monitor is black", None))
    turn = db.session.get_one(Turn, taken.turn_id)
    assert turn.token_hash not in {None, taken.token}


def known_fixes(*titles: str) -> None:
    """Published articles, indexed, as the knowledge base offers them."""
    for title in titles:
        body = f"{title} by these steps.\n\n1. Restart the printer.\n2. Print the page again."
        articles.create(articles.Draft(title=title, body=body, category="printing"), publish=True)
    jobs.run_waiting()


def test_fixes_are_offered_as_cards_and_the_one_that_helped_is_credited(erin: Person, no_rasa: Rasa) -> None:
    known_fixes("Printer is offline", "Printer prints blank pages")
    first = conversations.say(erin, "printer is offline", rasa=no_rasa)
    cards = [card for message in first.messages for card in message.articles]
    assert cards
    assert cards[0].title == "Printer is offline"
    assert cards[0].steps
    assert cards[0].solved is not None
    conversations.say(erin, cards[0].solved, conversation=first.conversation, rasa=no_rasa)
    (incident,) = incidents()
    assert (incident.state, incident.article_id) == (State.RESOLVED, cards[0].article)


def test_fixes_that_do_not_help_bring_it_to_support(erin: Person, no_rasa: Rasa) -> None:
    known_fixes("Printer is offline")
    first = conversations.say(erin, "printer is offline", rasa=no_rasa)
    press = next(each for each in payloads_of(first) if each.startswith("/not_solved"))
    reply = conversations.say(erin, press, conversation=first.conversation, rasa=no_rasa)
    assert incidents()[0].state == State.QUEUED
    assert "How badly does it stop you?" in said(reply)
    conversations.say(erin, "/inform", conversation=first.conversation, rasa=no_rasa)
    again = conversations.say(erin, press, conversation=first.conversation, rasa=no_rasa)
    assert "How badly" not in said(again)


def test_a_how_to_question_is_answered_from_the_articles(erin: Person, no_rasa: Rasa) -> None:
    known_fixes("How to print on both sides")
    first = conversations.say(erin, "how to print on both sides", rasa=no_rasa)
    assert incidents() == []
    assert [card.title for message in first.messages for card in message.articles] == [
        "How to print on both sides"
    ]
    conversations.say(erin, "/not_solved", conversation=first.conversation, rasa=no_rasa)
    (incident,) = incidents()
    assert (incident.state, incident.description) == (State.QUEUED, "how to print on both sides")


def test_a_known_outage_is_told_first(erin: Person, no_rasa: Rasa) -> None:
    from firstline import clock
    from incidents.services import Outage, Service

    with write() as session:
        vpn = session.scalars(select(Service).where(Service.slug == "vpn")).one()
        session.add(Outage(title="VPN is slow in Berlin", service_id=vpn.id, since=clock.now()))
    reply = conversations.say(erin, "vpn keeps dropping", rasa=no_rasa)
    assert "VPN is slow in Berlin" in reply.messages[1].text
    assert "VPN is slow in Berlin" in conversations.greeting(erin).text
