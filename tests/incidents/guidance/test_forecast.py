"""How long it takes is told with an interval that holds what it promises."""

import random
from datetime import timedelta

import pytest

from incidents.guidance.forecast import FEWEST, span


def hours(rng, n, *, mean, spread):
    return [timedelta(hours=rng.lognormvariate(mean, spread)) for _ in range(n)]


@pytest.mark.parametrize("covers", [80, 90])
@pytest.mark.parametrize(("n", "mean", "spread"), [(19, 1.0, 0.5), (60, 3.0, 1.5), (400, 0.2, 2.0)])
def test_the_interval_covers_what_it_promises_of_held_out_ones(covers, n, mean, spread):
    rng, inside, tried = random.Random(n), 0, 2000
    for _ in range(tried):
        *known, held_out = hours(rng, n + 1, mean=mean, spread=spread)
        found = span(known, covers=covers)
        assert found is not None
        inside += found.low <= held_out <= found.high
    # Ranks are whole, so that few of them cover a little more than promised, never less.
    assert covers - 3 <= 100 * inside / tried <= covers + 12


def test_of_those_that_lasted_longer_already_it_holds_as_well():
    rng, inside, tried = random.Random(7), 0, 0
    while tried < 1000:
        *known, held_out = hours(rng, 201, mean=2.0, spread=1.0)
        age = timedelta(hours=8)
        longer = [took for took in known if took > age]
        if held_out <= age or (found := span(longer)) is None:
            continue
        tried += 1
        inside += found.low <= held_out <= found.high
    assert 0.77 <= inside / tried <= 0.88


def test_too_few_tell_nothing():
    assert span([timedelta(hours=1)] * (FEWEST - 1)) is None


def test_the_middle_lies_within():
    found = span([timedelta(hours=n) for n in range(1, 100)])
    assert (found.low, found.middle, found.high) == tuple(timedelta(hours=n) for n in (10, 50, 90))
