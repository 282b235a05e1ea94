"""What is read without the model: German, “why?”, a wish that we act, and lost patience."""

from chatbot.client import german, guess
from chatbot.client.reading import asks_to_act, is_rude
from chatbot.client.why import is_why
from tests.chatbot.talk import VPN, incidents, known_fix

GERMAN = {
    "Mein Drucker druckt nicht": "report_problem",
    "Der Scanner geht nicht": "report_problem",
    "Outlook startet nicht mehr seit dem Update": "report_problem",
    "Passwort vergessen": "report_problem",
    "Guten Morgen, mein Laptop lässt sich nicht einschalten, was soll ich tun?": "report_problem",
    "Ich brauche einen neuen Bildschirm": "report_problem",
    "Wie richte ich das VPN ein?": "ask_howto",
    "Wo finde ich meine alten Mails?": "ask_howto",
    "Ich möchte mit einem Menschen sprechen": "talk_to_human",
    "Was ist mit meinem Ticket INC-000170?": "check_status",
    "Wie ist der Stand?": "check_status",
    "Zeig mir meine Tickets": "list_incidents",
    "Gibt es eine Störung beim VPN?": "outage_check",
    "Ist Outlook ausgefallen?": "outage_check",
    "Funktioniert jetzt wieder": "solved",
    "Hat nicht geholfen": "not_solved",
    "Geht immer noch nicht": "not_solved",
    "Hallo": "greet",
    "Vielen Dank": "thank",
    "Ja, bitte": "affirm",
    "Nein danke": "deny",
    "Nochmal von vorne": "start_over",
    "abbrechen": "cancel",
    "Tschüss": "goodbye",
    "Bist du ein Mensch?": "bot_challenge",
}


def test_german_is_read_by_rule_with_the_bot_and_without():
    assert {words: german.read(words) for words in GERMAN} == GERMAN
    assert {words: guess.guess(words) for words in GERMAN} == GERMAN


def test_english_is_left_to_the_model():
    english = ["the vpn is down", "die printer", "my um laptop is so slow", "Teams will not start", "hat"]
    assert [words for words in english if german.is_german(words)] == []


def test_a_german_report_is_logged_at_once_whatever_the_model_takes_it_for(talk):
    talk.say("Mein Drucker druckt nur noch leere Seiten", "out_of_scope", confidence=0.2)
    (incident,) = incidents()
    assert incident.title == "Mein Drucker druckt nur noch leere Seiten"
    assert talk.memory()["asked"] == "urgency"
    talk.say("kann nicht arbeiten", "unsure")
    talk.say("meine Kollegen auch", "unsure")
    (incident,) = incidents()
    assert (incident.urgency, incident.reach) == ("high", "team")


def test_why_asks_for_our_reason_unless_a_trouble_is_told():
    asked = ["why?", "Why do you ask?", "but why", "what for?", "Warum fragst du?"]
    others = ["why is my laptop slow", "why does outlook ask for my password", "whyever", "why not"]
    assert [words for words in asked + others if is_why(words)] == asked


def test_the_reason_leaves_the_question_open(talk):
    talk.say("the coffee machine on floor 3 leaks", "report_problem")
    assert talk.memory()["asked"] == "urgency"
    assert "what stops people" in talk.say("why?", "give_feedback")
    assert "I cannot work" in talk.titles()
    talk.press("I cannot work")
    assert incidents()[0].urgency == "high"


def test_a_wish_that_we_act_is_known_by_naming_nothing_new():
    wishes = ["can you reset it for me?", "please fix it", "could you unlock this please", "do it for me"]
    others = [
        "can you reset my password",
        "can you fix the printer",
        "it resets itself",
        "do it",
        "restart this",
    ]
    assert [words for words in wishes + others if asks_to_act(words)] == wishes


def test_we_promise_nothing_that_only_support_can_do(talk):
    known_fix("Printer prints blank pages")
    talk.say("printer prints blank pages", "report_problem")
    assert "cannot do that myself" in talk.say("can you fix it for me?", "start_over")
    assert talk.titles() == ["This solved it", "I still need help"]
    talk.press("I still need help")
    assert incidents()[0].state == "queued"


def test_lost_patience_is_known():
    angry = ["you are useless", "this is a joke", "WTF", "du bist nutzlos"]
    assert [words for words in [*angry, "tell me a joke", "assess it"] if is_rude(words)] == angry


def test_who_loses_patience_gets_a_person_and_no_thanks(talk):
    talk.say("the coffee machine on floor 3 leaks", "report_problem")
    said = talk.say("you are useless", "give_feedback")
    assert "sorry" in said and "Thank" not in said and incidents()[0].number in said
    assert len(incidents()) == 1
    assert talk.buttons()[-1].title == "Talk to a person"


def test_an_angry_report_is_a_report(talk):
    talk.say("the fucking printer prints nothing", "report_problem")
    assert incidents()[0].title == "the fucking printer prints nothing"


def test_the_outage_is_asked_about_again_when_the_how_to_is_done(talk, vpn_outage):
    known_fix("Set a mail signature", "1. Open the settings.\n2. Write it.")
    talk.say(VPN, "report_problem")
    assert talk.memory()["asked"] == "outage"
    assert "Set a mail signature" in talk.say("how do I set a mail signature", "ask_howto")
    assert "VPN is slow in Berlin" in talk.say("yes that helped", "solved")
    talk.press("Yes, add me")
    assert [one.state for one in incidents()] == ["queued"]


def test_what_was_asked_of_an_incident_waits_for_the_how_to(talk):
    known_fix("Printer prints blank pages")
    known_fix("Set a mail signature", "1. Open the settings.\n2. Write it.")
    talk.say("printer prints blank pages", "report_problem")
    talk.say("how do I set a mail signature", "ask_howto")
    assert "did a fix help?" in talk.say("yes that helped", "solved")
    talk.press("This solved it")
    assert [one.state for one in incidents()] == ["resolved"]
