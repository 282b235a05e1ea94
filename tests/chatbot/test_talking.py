"""What people do in a conversation beside answering: tell of several things, correct, ask in between."""

from collections.abc import Callable

import pytest

from chatbot.client import corrections, troubles
from firstline import clock
from firstline.db import db, write
from incidents import outages, queue
from incidents.intake import Report, report
from incidents.models import Channel, Event, Incident, State, Visibility
from incidents.people import Person, Role
from incidents.services import Outage
from tests.chatbot.talk import PRINTER, VPN, Talk, incidents, known_fix

People = Callable[..., Person]


def timeline(incident: Incident, reader: Person) -> list[str]:
    db.session.rollback()
    return [entry.text for entry in queue.timeline(reader, incident)]


# Several troubles in one message


@pytest.mark.parametrize(
    "words",
    [
        f"{VPN} and also {PRINTER}",
        f"{VPN}. Also {PRINTER}",
        f"{VPN}, and {PRINTER}",
        f"1. {VPN} 2. {PRINTER}",
        f"Two things:\n- {VPN}\n- {PRINTER}",
        f"{VPN}; another problem: {PRINTER}.",
    ],
)
def test_two_troubles_are_told_apart(erin: Person, words: str) -> None:
    assert troubles.apart(words) == (VPN, PRINTER) or troubles.apart(words) == (VPN, f"{PRINTER}.")


@pytest.mark.parametrize(
    "words",
    [
        "my laptop is slow and the fan is loud",
        "vpn 2.1 drops on floor 3. since monday",
        "I restarted it and my colleague also tried",
        "it says: 1) error 2) retry",
        f"{VPN} and also slow",
        "my vpn drops and the tunnel does not come back",
        f"{VPN} " * 100,
        "",
    ],
)
def test_one_trouble_stays_one_however_it_is_told(erin: Person, words: str) -> None:
    assert troubles.apart(words) == (words,)


def test_what_sounds_like_no_trouble_stays_with_the_one_before_it(erin: Person) -> None:
    words = f"{VPN} and also the projector shows only pink. also {PRINTER}"
    assert troubles.apart(words) == (f"{VPN}, the projector shows only pink", PRINTER)


def test_each_trouble_becomes_an_incident_of_its_own(talk: Talk) -> None:
    known_fix("Printer is jammed")
    said = talk.say(f"{VPN} and also {PRINTER}", "report_problem")
    assert [incident.description for incident in incidents()] == [VPN, PRINTER]
    assert all(incident.number in said for incident in incidents())


def test_after_one_of_them_the_other_is_asked_about(talk: Talk) -> None:
    known_fix("My VPN keeps dropping")
    known_fix("The printer on floor 3 is jammed")
    talk.say(f"{VPN} and also {PRINTER}", "report_problem")
    vpn, printer = incidents()
    talk.press(f"{vpn.number}: I still need help")
    said = talk.press("Skip") + talk.press("Skip")
    assert f"And {printer.number}" in said
    talk.say("yes that one is fixed", "solved")
    assert [incident.state for incident in incidents()] == [State.QUEUED, State.RESOLVED]


def test_what_was_one_trouble_after_all_is_joined(talk: Talk, erin: Person) -> None:
    talk.say(f"{VPN} and also {PRINTER}", "report_problem")
    talk.press("It is one and the same")
    first, other = incidents()
    assert other.state == State.CANCELLED
    assert PRINTER in timeline(first, erin)


# Corrections


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("no, I meant teams asks for it", "teams asks for it"),
        ("Sorry I mean the other printer", "the other printer"),
        ("wait, no - what I meant was floor 3", "floor 3"),
        ("no i was asking about the wifi", "the wifi"),
        ("that's not what I meant", ""),
        ("you got me wrong, it is the badge", "it is the badge"),
        ("No", None),
        ("I do not know what they meant by that", None),
        ("it means that my laptop is dead", None),
    ],
)
def test_corrections_are_read(words: str, meant: str | None) -> None:
    assert corrections.meant(words) == meant


def test_a_misunderstood_report_is_replaced(talk: Talk, erin: Person) -> None:
    talk.say("outlook asks for my password", "report_problem")
    said = talk.say("no, I meant teams asks for my password", "report_problem")
    wrong, right = incidents()
    assert (wrong.state, right.description) == (State.CANCELLED, "teams asks for my password")
    assert right.number in said
    assert any("teams asks for my password" in text for text in timeline(wrong, erin))
    assert talk.corrected() == ["outlook asks for my password"]


def test_a_detail_is_corrected_on_the_incident(talk: Talk, erin: Person) -> None:
    talk.say("the printer on floor 2 is jammed", "report_problem")
    talk.say("no, I meant floor 3", "inform")
    (incident,) = incidents()
    assert "Correction: floor 3" in timeline(incident, erin)


def test_how_bad_it_is_can_be_corrected(talk: Talk) -> None:
    talk.say("the label machine spits paper", "report_problem")
    talk.say("my whole team", "inform")
    assert incidents()[0].impact == "medium"
    talk.say("no, I meant only me", "deny")
    assert incidents()[0].impact == "low"


def test_what_somebody_works_on_is_not_withdrawn_by_a_correction(talk: Talk) -> None:
    talk.say("outlook asks for my password", "report_problem")
    with write() as session:
        session.get_one(Incident, incidents()[0].id).state = State.IN_PROGRESS
    talk.say("no, I meant teams asks for my password", "report_problem")
    assert incidents()[0].state == State.IN_PROGRESS


def test_who_only_says_that_it_was_wrong_is_asked_what_was_meant(talk: Talk) -> None:
    known_fix("How to print on both sides")
    talk.say("I need two sides", "request_service")
    assert "What did you mean?" in talk.say("that's not what I meant", "deny")
    talk.say("how to print on both sides", "ask_howto")
    assert talk.cards() == ["How to print on both sides"]
    assert [incident.state for incident in incidents()] == [State.CANCELLED]


# Questions in between


def test_an_interrupted_question_is_put_once_more_and_then_left(talk: Talk) -> None:
    talk.say("the label machine spits paper", "report_problem")
    said = talk.say("what is the status?", "check_status")
    assert "How badly does it stop you?" in said
    assert "I cannot work" in talk.titles()
    assert "How badly" not in talk.say("what can you do?", "help")
    talk.press("Show my incidents")
    assert incidents()[0].urgency == "medium"


def test_thanks_in_between_holds_nobody_up(talk: Talk) -> None:
    talk.say("the label machine spits paper", "report_problem")
    assert "How badly" not in talk.say("thanks", "thank")


def test_a_no_to_how_bad_it_is_is_no_comment(talk: Talk, erin: Person) -> None:
    talk.say("the label machine spits paper", "report_problem")
    assert "Noted" not in talk.say("no", "deny")
    assert "no" not in timeline(incidents()[0], erin)


# How-to


def test_a_question_without_steps_is_answered_with_the_passage(talk: Talk) -> None:
    body = (
        "Badges are made at the reception. Badges are made on Tuesdays between nine and ten. Bring a photo."
    )
    known_fix("When are badges made", body)
    said = talk.say("when are badges made", "ask_howto")
    assert "“When are badges made” says:" in said
    assert "on Tuesdays between nine and ten" in said
    assert incidents() == []


def test_an_answer_we_are_not_sure_of_is_not_given(talk: Talk) -> None:
    known_fix("Printer is offline")
    talk.say("how do I train my parrot", "ask_howto")
    assert talk.cards() == []
    assert talk.titles() == ["Yes, report it", "No"]


# Known outages


def test_a_report_of_an_outage_is_asked_about_before_any_fix(
    talk: Talk, vpn_outage: Outage, person: People
) -> None:
    known_fix("VPN keeps dropping")
    said = talk.say("vpn keeps dropping", "report_problem")
    (incident,) = incidents()
    assert said.startswith("VPN is slow in Berlin, known since")
    assert incident.number in said
    assert talk.cards() == []
    assert "You are added" in talk.press("Yes, add me")
    assert incidents()[0].state == State.QUEUED
    assert "Affected by the known outage “VPN is slow in Berlin”." in timeline(
        incidents()[0], person("tess", Role.AGENT)
    )


def test_a_trouble_that_is_not_the_outage_gets_its_fixes(talk: Talk, vpn_outage: Outage) -> None:
    known_fix("VPN keeps dropping")
    talk.say("vpn keeps dropping", "report_problem")
    talk.say("no it is something else", "deny")
    assert talk.cards() == ["VPN keeps dropping"]
    assert incidents()[0].state == State.OFFERED


def test_who_asks_for_an_outage_is_added_once(talk: Talk, vpn_outage: Outage) -> None:
    assert "Shall I add you?" in talk.say("is the vpn down?", "outage_check")
    assert incidents() == []
    talk.say("yes please", "affirm")
    talk.say("is the vpn down?", "outage_check")
    assert "You are with it already" in talk.press("Add me")
    assert len(incidents()) == 1


def test_no_outage_is_claimed_for_what_has_none(talk: Talk, vpn_outage: Outage) -> None:
    said = talk.say("is sap down?", "outage_check")
    assert "no outage of that" in said
    assert "VPN is slow in Berlin" in said
    talk.press("Yes, report it")
    assert incidents()[0].description == "is sap down?"


def test_of_two_outages_the_person_says_which(talk: Talk, vpn_outage: Outage) -> None:
    with write() as session:
        session.add(Outage(title="Mail arrives late", since=clock.now()))
    talk.say("any known outages?", "outage_check")
    talk.press("VPN is slow in Berlin")
    assert incidents()[0].title.startswith("VPN is slow in Berlin")


# Reopen, escalate, feedback


def test_what_came_back_is_reopened(talk: Talk) -> None:
    known_fix("Printer is jammed")
    talk.say("printer is jammed", "report_problem")
    talk.say("it works now", "solved")
    assert incidents()[0].state == State.RESOLVED
    said = talk.say("it is jammed again", "not_solved")
    assert incidents()[0].state == State.QUEUED
    assert incidents()[0].reopened_count == 1
    assert incidents()[0].number in said


def test_escalation_asks_for_its_reason_and_passes_it_on(talk: Talk, person: People) -> None:
    talk.say("my laptop does not start", "report_problem")
    assert "Why does" in talk.say("please escalate this", "escalate")
    said = talk.say("I have a customer demo at noon", "inform")
    assert "with your words" in said
    assert any("customer demo at noon" in text for text in timeline(incidents()[0], person("t", Role.AGENT)))


def test_escalation_with_a_reason_or_without_any_is_taken_at_once(talk: Talk, erin: Person) -> None:
    talk.say("my laptop does not start", "report_problem")
    said = talk.say("escalate this because payroll runs today", "escalate")
    assert "Why does" not in said
    other = Talk(erin)
    other.say("escalate this", "escalate")
    assert "that you want" in other.press("Just raise it")


def test_feedback_is_read_by_support_and_wakes_nothing(talk: Talk, erin: Person, person: People) -> None:
    known_fix("Printer is jammed")
    talk.say("printer is jammed", "report_problem")
    talk.say("it works now", "solved")
    said = talk.say("that was quick, great service", "give_feedback")
    (incident,) = incidents()
    assert incident.number in said
    assert incident.state == State.RESOLVED
    notes = [
        entry
        for entry in queue.timeline(person("tess", Role.AGENT), incident)
        if "great service" in entry.text
    ]
    assert [(note.visibility, note.event) for note in notes] == [(Visibility.INTERNAL, Event.NOTED)]
    assert notes[0].channel == Channel.CHAT


def test_the_third_thing_that_is_none_of_ours_offers_a_person(talk: Talk) -> None:
    for _ in range(2):
        assert "nothing I can help with" in talk.say("sing me a song about the sea", "out_of_scope")
    assert "A person can" in talk.say("sing me a song about the sea", "out_of_scope")


# The same again, and the same as others


def test_what_is_told_again_goes_to_their_open_incident_and_nothing_is_logged_twice(talk, erin):
    talk.say(VPN, "report_problem")
    said = talk.say("my vpn keeps dropping again", "report_problem")
    (only,) = incidents()
    assert f"the same as {only.number}" in said and "I have added your words there." in said
    assert "my vpn keeps dropping again" in timeline(only, erin)


def test_it_may_be_something_else_all_the_same_and_is_not_asked_again(talk, erin):
    talk.say(VPN, "report_problem")
    talk.say("my vpn keeps dropping again", "report_problem")
    assert "INC-000002 is logged." in talk.press("No, it is something else")
    assert [one.merged_into_id for one in incidents()] == [None, None]
    assert "Me too" not in talk.titles() and "Yes, go on there" not in talk.titles()


def test_me_too_follows_what_others_have_and_tells_none_of_their_words(talk, person):
    first = report(
        Report(requester_id=person("bob").id, description=f"{VPN}, says Bob", channel=Channel.MAIL)
    )
    said = talk.say(VPN, "report_problem")
    assert "Somebody else reported something like it." in said
    assert "Bob" not in said and first.number not in said
    assert "you have it too" in talk.press("Me too")
    assert [(one.parent_id, one.requester.name) for one in incidents()] == [(None, "Bob"), (first.id, "Erin")]


def test_what_others_have_may_be_something_else(talk, person):
    report(Report(requester_id=person("bob").id, description=VPN, channel=Channel.MAIL))
    talk.say(VPN, "report_problem")
    button = next(one for one in talk.buttons() if "not_same" in one.payload)
    assert "by itself" in talk.press(button.title)
    assert [one.parent_id for one in incidents()] == [None, None]


def test_the_greeting_takes_a_me_too_in_one_click(talk, erin, vpn_outage):
    talk.say("my keyboard is broken", "report_problem")
    assert "VPN is slow in Berlin" in talk.say("hello", "greet")
    assert "You are added" in talk.press("Me too")
    keyboard, vpn = incidents()
    assert (outages.joined_by(keyboard), outages.joined_by(vpn).id) == (None, vpn_outage.id)


# What no model can know


@pytest.mark.parametrize("words", ["😡😡😡", "???", "..."])
def test_signs_without_words_are_no_yes(talk: Talk, words: str) -> None:
    assert "did not get that" in talk.say(words, "affirm")


def test_a_thumb_is_a_yes(talk: Talk) -> None:
    talk.say("the toaster hums strangely at night", "unsure")
    talk.say("👍", "unsure")
    assert [one.title for one in incidents()] == ["the toaster hums strangely at night"]


def test_another_script_is_passed_on_and_not_judged(talk: Talk) -> None:
    assert "do not read this script" in talk.say("我的电脑坏了", "out_of_scope")
    talk.press("Yes, report it")
    assert [one.description for one in incidents()] == ["我的电脑坏了"]


def test_yes_please_resolves_nothing(talk: Talk) -> None:
    known_fix("The printer is jammed")
    talk.say("the printer is jammed", "report_problem")
    assert "Did it solve it" in talk.say("yes please", "affirm")
    assert incidents()[0].state == State.OFFERED
    talk.press("This solved it")
    assert incidents()[0].state == State.RESOLVED


@pytest.mark.parametrize("words", ["not working again", "i have 3 problems"])
def test_that_it_fails_again_or_in_how_many_ways_says_not_what(talk: Talk, words: str) -> None:
    assert "what is going wrong?" in talk.say(words, "report_problem")
    assert incidents() == []


def test_who_asks_for_a_colleagues_incidents_is_told_that_these_are_theirs(talk: Talk) -> None:
    talk.say(PRINTER, "report_problem")
    assert "incidents of others" in talk.say("which tickets does my colleague have?", "list_incidents")
    assert "incidents of others" not in talk.say("my tickets", "list_incidents")


# Several at once


def test_ordinals_name_what_was_listed_and_too_goes_on_with_it(talk: Talk) -> None:
    known_fix("My VPN keeps dropping")
    known_fix("The printer on floor 3 is jammed")
    talk.say(f"1. {VPN} 2. {PRINTER} 3. outlook does not open my calendar", "report_problem")
    talk.say("the first one is solved", "solved")
    talk.say("the third too", "inform")
    assert [one.state == State.RESOLVED for one in incidents()] == [True, False, True]
    talk.say("but not the second", "not_solved")
    assert incidents()[1].state == State.QUEUED
