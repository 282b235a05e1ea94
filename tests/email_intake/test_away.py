"""Subjects of out-of-office answers in eighteen languages, and those of people who write about them."""

from pathlib import Path

import pytest

from email_intake.away import AWAY, says_away

HERE = Path(__file__).parent


def lines(name):
    return (HERE / name).read_text().splitlines()


@pytest.mark.parametrize("prefix", ["", "Re: ", "AW: "])
def test_a_machine_that_answers_for_somebody_away_is_known_by_its_subject(prefix):
    assert [one for one in lines("away_subjects.txt") if not AWAY.match(prefix + one)] == []


def test_whoever_writes_about_such_answers_is_a_person():
    assert [one for one in lines("human_subjects.txt") if AWAY.match(one)] == []


@pytest.mark.parametrize(
    "subject",
    [
        "Erin Example is out of the office.",
        "Erin Example ist außer Haus",
        "Example, Erin est absente",
        "Erin Example no está en la oficina",
        "Re: Erin is on parental leave until 9 March",
    ],
)
def test_who_is_away_is_the_sender(subject):
    assert says_away(subject, "Erin Example")
    assert not says_away(subject, "Carl Case")


def test_whoever_says_that_a_thing_is_away_is_a_person():
    things = [
        "Drive K is away",
        "Laufwerk K ist abwesend",
        "Erin is away and needs a laptop",
        *lines("human_subjects.txt"),
    ]
    assert [one for one in things if says_away(one, "Erin Example")] == []
