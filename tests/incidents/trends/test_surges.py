"""What rises above its own past is found soon, and what only looks so is left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from benchmarks import trends_made as made
from incidents.trends.baseline import WEEK, Rate, chance_of, learn, shape_of
from incidents.trends.surges import Of, Past, Report, find

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def test_surges_of_a_made_up_quarter_are_found_and_nothing_else():
    """Three weeks after eight to learn from; `python -m benchmarks trends` does whole years."""
    weeks = 11
    reports, surges = made.make(5, weeks=weeks, surges=14)
    told = made.score(list(made.findings(reports, learn_days=7)), surges, weeks=weeks)
    assert told.reached >= 10
    assert told.in_time >= 0.9 * told.reached
    assert told.false <= 1


def test_without_surges_next_to_nothing_is_proposed():
    reports, _ = made.make(6, weeks=11, surges=0)
    assert len(list(made.findings(reports, learn_days=7))) <= 3


def reports_at(*times, service="vpn", site="Berlin"):
    return [Report(at, {Of.SERVICE: service, Of.CATEGORY: "vpn", Of.SITE: site}) for at in times]


def usual(weeks=8, hour=9, many=6):
    """So many at this hour of every Monday."""
    for week in range(weeks):
        for number in range(many):
            yield MONDAY + timedelta(weeks=week, hours=hour, minutes=number * 9)


def test_what_is_usual_at_this_hour_is_no_surge_and_the_same_at_another_hour_is():
    past = Past(reports_at(*usual()), MONDAY + timedelta(weeks=8), UTC)
    now = MONDAY + timedelta(weeks=8)
    for hour, is_found in ((9, False), (15, True)):
        today = reports_at(*(now + timedelta(hours=hour, minutes=9 * number) for number in range(6)))
        assert (find(today[-1], today, past) is not None) == is_found


def test_a_busy_day_everywhere_is_nobodys_surge():
    past = Past(reports_at(*usual()), MONDAY + timedelta(weeks=8), UTC)
    at = MONDAY + timedelta(weeks=8, hours=15)
    mine = reports_at(*(at + timedelta(minutes=7 * number) for number in range(5)))
    assert find(mine[-1], mine, past) is not None
    others = [
        Report(
            at + timedelta(seconds=15 * number),
            {Of.SERVICE: f"s{number % 20}", Of.CATEGORY: f"c{number % 20}"},
        )
        for number in range(120)
    ]
    assert find(mine[-1], sorted([*mine, *others], key=lambda one: one.at), past) is None


def test_an_earlier_surge_does_not_hide_the_next():
    surge = [MONDAY + timedelta(weeks=3, hours=15, minutes=number) for number in range(50)]
    past = Past(reports_at(*sorted([*usual(), *surge])), MONDAY + timedelta(weeks=8), UTC)
    at = MONDAY + timedelta(weeks=8, hours=15)
    again = reports_at(*(at + timedelta(minutes=5 * number) for number in range(8)))
    assert find(again[-1], again, past) is not None


def test_two_of_anything_prove_nothing():
    past = Past([], MONDAY, UTC)
    two = reports_at(MONDAY, MONDAY + timedelta(seconds=1))
    assert find(two[-1], two, past) is None


@pytest.mark.parametrize("busier", [1.0, 2.5])
def test_the_chance_is_that_of_a_negative_binomial(busier):
    rate = Rate(shape=3.5, hours=7.0)
    mass = [
        chance_of(n, rate, 2.0, busier=busier) - chance_of(n + 1, rate, 2.0, busier=busier)
        for n in range(200)
    ]
    assert sum(mass) == pytest.approx(1)
    mean = sum(n * one for n, one in enumerate(mass))
    assert mean == pytest.approx(rate.mean * 2.0 * busier)
    assert 0 < chance_of(400, rate, 2.0) < 1e-30


def test_a_stream_without_a_past_has_the_shape_of_the_desk():
    desk = shape_of([[10 if hour == 9 else 0 for hour in range(WEEK)]] * 8)
    rates = learn([[1 if hour == 33 else 0 for hour in range(WEEK)]] * 8, desk)
    assert rates[9].mean > rates[10].mean
    assert rates[33].mean > rates[34].mean
    assert sum(desk) == pytest.approx(1)


def test_a_desk_that_is_two_weeks_old_was_not_quiet_before():
    young = Past(reports_at(*usual(weeks=2)), MONDAY + timedelta(weeks=2), UTC)
    a_week = sum(rate.mean for rate in young.rates(((Of.SERVICE, "vpn"),)))
    # Of the six a week some count less: all at one hour of a desk with nothing else.
    assert 4 <= a_week <= 7
