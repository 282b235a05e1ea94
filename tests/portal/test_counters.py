"""Counts of requests start no threads, end with their window, and do not pile up."""

import pytest

from portal import limits
from portal.limits import SWEEP_EVERY_S, Counters


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the clock shows, in its only item."""
    shown = [1000.0]
    monkeypatch.setattr(limits.time, "time", lambda: shown[0])
    return shown


def test_a_count_begins_anew_with_its_window(time: list[float]) -> None:
    counters = Counters()
    assert [counters.incr("erin", 60) for _ in range(3)] == [1, 2, 3]
    time[0] += 60
    assert counters.incr("erin", 60) == 1


def test_a_long_window_outlives_the_sweep_and_a_short_one_does_not(time: list[float]) -> None:
    counters = Counters()
    counters.incr("erin", 3600)
    counters.incr("frank", 60)
    time[0] += SWEEP_EVERY_S + 1
    counters.incr("ada", 60)
    assert dict(counters.storage) == {"erin": 1, "ada": 1}
