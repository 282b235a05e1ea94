"""Intervals against known figures of the literature and against a second, plain way to find them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge_base.intervals import Share, Z, difference, median, median_difference, wilson

COUNTS = st.integers(1, 2_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


def by_bisection(count, of):
    """Where the score test just does not refuse a share: the definition, without the formula."""

    def refuses(share):
        return abs(count / of - share) > Z * math.sqrt(share * (1 - share) / of)

    def edge(inside, outside):
        for _ in range(80):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if refuses(middle) else (middle, outside)
        return inside

    seen = count / of
    return edge(seen, 0.0), edge(seen, 1.0)


@given(COUNTS)
def test_wilson_is_where_the_score_test_turns(counts):
    assert wilson(*counts) == pytest.approx(by_bisection(*counts), abs=1e-6)


@given(COUNTS)
def test_a_share_lies_within_its_interval_and_that_within_0_and_1(counts):
    count, of = counts
    low, high = wilson(count, of)
    assert 0 <= low <= count / of <= high <= 1


def test_of_nothing_there_is_no_share():
    assert Share(0, 0).value is None
    assert difference(Share(0, 0), Share(3, 9)) is None


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # Newcombe (1998), table II, method 10.
        (Share(56, 70), Share(48, 80), 0.0524, 0.3339),
        (Share(9, 10), Share(3, 10), 0.1705, 0.8090),
        (Share(10, 10), Share(0, 20), 0.6791, 1.0),
        (Share(0, 10), Share(0, 20), -0.1611, 0.2775),
    ],
)
def test_differences_are_those_that_newcombe_printed(one, other, low, high):
    found = difference(one, other)
    assert (found.low, found.high) == (pytest.approx(low, abs=2e-4), pytest.approx(high, abs=2e-4))


@given(COUNTS, COUNTS)
def test_a_difference_turned_round_is_the_same_with_the_other_sign(one, other):
    there, back = difference(Share(*one), Share(*other)), difference(Share(*other), Share(*one))
    assert there.low == pytest.approx(-back.high) and there.high == pytest.approx(-back.low)
    assert there.low <= there.value <= there.high


@given(st.lists(st.integers(0, 10_000), max_size=60), st.integers(0, 60))
def test_what_has_not_ended_counts_as_longer_than_all(minutes, unended):
    everything = sorted([*minutes, *[math.inf] * unended])
    found = median(minutes, unended=unended)
    assert found.of == len(everything)
    if not everything:
        assert found.value is None
        return
    half = len(everything) // 2
    plain = (everything[(len(everything) - 1) // 2] + everything[half]) / 2
    assert (math.inf if found.value is None else found.value) == plain
    if found.value is not None and found.low is not None:
        assert found.low <= found.value
    if found.value is not None and found.high is not None:
        assert found.value <= found.high


def test_a_median_of_which_little_is_known_has_no_difference():
    assert median_difference(median([1, 2, 3]), median(range(100))) is None
    apart = median_difference(median(range(100)), median(range(1000, 1100)))
    assert apart.value == -1000 and apart.low < -1000 < apart.high < 0 and apart.is_clear
