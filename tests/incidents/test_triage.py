import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from firstline.db import write
from incidents import triage
from incidents.models import Kind, Level
from incidents.reach import IMPACTS, Reach
from incidents.services import Criticality, Service


@pytest.fixture
def database_url(tmp_path):
    return f"sqlite:///{tmp_path / 'firstline.db'}"


def classify(words, **said):
    return triage.classify(title="", text=words, **said)


def test_the_words_name_category_and_service_and_say_why(desk):
    guess = classify("the vpn tunnel is down again")
    assert (guess.category, guess.because) == ("network", ("vpn",))
    assert guess.service_id is not None


def test_words_that_fit_nothing_are_other(desk):
    assert classify("it makes a noise").category == "other"


@pytest.mark.parametrize(
    "words",
    [
        "I clicked on the link in a strange mail",
        "my laptop was stolen on the train",
        "Lost my company phone",
        "I think this is phishing",
        "ransomware note on the screen",
    ],
)
def test_security_is_noticed_and_never_below_p2(desk, words):
    guess = classify(words, urgency=Level.LOW)
    assert (guess.kind, guess.priority) == (Kind.SECURITY, 2)


@pytest.mark.parametrize(
    "words", ["I need access to the finance folder", "Please install Visio", "I would like a new headset"]
)
def test_a_wish_is_a_request(desk, words):
    assert classify(words).kind == Kind.REQUEST


def test_plain_words_raise_impact_and_urgency(desk):
    assert classify("Nobody here can print").impact == Level.HIGH
    assert classify("my colleagues have it too").impact == Level.MEDIUM
    assert classify("I cannot work").urgency == Level.HIGH


@pytest.mark.parametrize(
    ("words", "reach"),
    [
        ("Everyone can print, only me not", "me"),
        ("nobody in our office gets a line", "site"),
        ("the whole company waits", "everybody"),
        ("my colleagues have it too", "team"),
        ("it makes a noise", None),
    ],
)
def test_who_has_it_is_read_where_the_words_tell_and_else_unknown(desk, words, reach):
    assert classify(words).reach == reach


def test_a_word_that_was_only_read_does_not_count_as_what_was_said_for_a_critical_service(desk):
    with write() as session:
        for service in session.scalars(select(Service)):
            service.criticality = Criticality.HIGH
    words = "my colleagues have it too, the vpn is slow"
    assert classify(words).impact == Level.MEDIUM
    assert classify(words, reach=Reach.TEAM).impact == Level.HIGH


def test_more_people_or_a_more_critical_service_never_lessens_the_impact():
    rank = list(Level).index
    for by_service in IMPACTS.values():
        assert sorted(by_service.values(), key=rank) == list(by_service.values())
    for critical in Criticality:
        column = [by_service[critical] for by_service in IMPACTS.values()]
        assert sorted(column, key=rank) == column


def test_what_the_person_said_stands(desk):
    guess = classify("Nobody can work, urgent!", impact=Level.LOW, urgency=Level.LOW)
    assert guess.priority == 5


@pytest.mark.parametrize(
    ("impact", "urgency", "priority"),
    [("high", "high", 1), ("high", "low", 3), ("medium", "medium", 3), ("low", "high", 3), ("low", "low", 5)],
)
def test_the_matrix_is_itils(app, impact, urgency, priority):
    assert triage.prioritise(impact, urgency, Kind.INCIDENT) == priority


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(words=st.text(max_size=2000))
def test_any_words_get_a_class(desk, words):
    assert classify(words).priority in range(1, 6)
