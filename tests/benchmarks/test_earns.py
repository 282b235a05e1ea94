"""The simulated desk by which the benchmark says what Firstline earns."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import earns
from benchmarks.earns import WAYS, Assumptions, Axis, Job, Told, replay, serve

jobs_of_any_kind = st.lists(
    st.builds(Job, at=st.floats(0, 1000), priority=st.integers(1, 5), minutes=st.floats(0.1, 100)),
    max_size=30,
)


@given(jobs_of_any_kind, st.integers(1, 4))
def test_nobody_works_on_two_things_and_nothing_is_left(jobs, people):
    done = serve(jobs, people)
    began = [end - job.minutes for end, job in zip(done, jobs, strict=True)]
    assert all(start >= job.at - 1e-6 for start, job in zip(began, jobs, strict=True))
    for start in began:
        at_work = sum(b <= start + 1e-9 < end - 1e-6 for b, end in zip(began, done, strict=True))
        assert at_work <= people


def test_the_most_urgent_goes_first_and_none_is_broken_off():
    jobs = [Job(0, 3, 10), Job(1, 3, 10), Job(2, 1, 10)]
    assert serve(jobs, 1) == [10, 30, 20]
    assert serve(jobs, 3) == [10, 11, 12]
    assert serve([], 1) == []


def test_nights_weekends_and_holidays_are_no_working_time():
    axis = Axis(datetime(2025, 12, 1, tzinfo=UTC))
    friday = datetime(2025, 12, 5, 18, 0, tzinfo=UTC)
    monday = datetime(2025, 12, 8, 7, 0, tzinfo=UTC)
    assert axis.at(friday) == axis.at(monday)
    assert axis.at(monday + timedelta(hours=1)) - axis.at(monday) == 60
    assert axis.at(datetime(2025, 12, 26, 12, 0, tzinfo=UTC)) == axis.at(datetime(2025, 12, 25, tzinfo=UTC))


def report(**more):
    facts = {"at": 0.0, "priority": 3, "minutes": 20.0, "helps": 1.0, "goes_up": False, "over_at": None}
    facts |= {"is_joinable": False, "by_itself": True, "luck": (0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0)}
    return Told(**(facts | more))


@pytest.mark.parametrize(
    ("ways", "told", "minutes"),
    [
        (WAYS[0], report(), 23),
        (WAYS[1], report(), 0),
        (WAYS[1], report(helps=0.0), 23),
        (WAYS[1], report(by_itself=False), 23),
        (WAYS[2], report(), 20),
        (WAYS[2], report(luck=(0, 1, 0, 0.95, 0, 1, 1)), 26),
        (WAYS[3], report(is_joinable=True), 1),
        (WAYS[0], report(is_joinable=True), 23),
        (WAYS[0], report(is_joinable=True, luck=(0, 1, 0, 0, 0, 1, 0)), 4),
        (WAYS[3], report(luck=(0, 1, 0, 0, 0, 0, 1)), 38),
    ],
)
def test_each_help_changes_what_it_is_for(ways, told, minutes):
    assert replay([told], ways, (1, 1), Assumptions()).hours * 60 == pytest.approx(minutes)


def test_a_report_of_an_outage_is_not_over_before_the_outage():
    told = [report(over_at=600.0, is_joinable=True)]
    assert replay(told, WAYS[4], (1, 1), Assumptions()).mttr == 10


def test_the_same_year_is_the_same_again_and_every_assumption_has_its_source():
    one, other = (earns.tell(3, 300, Assumptions()) for _ in range(2))
    assert one == other and len(one) > 250
    assert set(earns.SOURCES) == set(vars(Assumptions()))
