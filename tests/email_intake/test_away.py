"""Subjects of out-of-office answers in eighteen languages, and those of people who write about them."""

from pathlib import Path

import pytest

from email_intake.away import AWAY

HERE = Path(__file__).parent


def lines(name):
    return (HERE / name).read_text().splitlines()


@pytest.mark.parametrize("prefix", ["", "Re: ", "AW: "])
def test_a_machine_that_answers_for_somebody_away_is_known_by_its_subject(prefix):
    assert [one for one in lines("away_subjects.txt") if not AWAY.match(prefix + one)] == []


def test_whoever_writes_about_such_answers_is_a_person():
    assert [one for one in lines("human_subjects.txt") if AWAY.match(one)] == []
