"""Counts of requests are those of all web processes, end with their window, and do not pile up."""

import sqlite3
from pathlib import Path

import pytest

from portal import limits, shared
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
    time[0] -= SWEEP_EVERY_S + 1
    assert [counters.get(name) for name in ("erin", "frank", "ada")] == [1, 0, 1]


def test_two_processes_count_together_and_one_that_cannot_goes_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "run" / "web.db"
    shared.make(path)
    one, other = (Counters(f"counters://{path}") for _process in range(2))
    assert [one.incr("erin", 60), other.incr("erin", 60), one.get("erin"), other.get("frank")] == [1, 2, 2, 0]
    sqlite3.connect(path).execute("DROP TABLE counter")
    assert [one.incr("erin", 60), one.incr("erin", 60)] == [1, 2]
    shared.make(path)
    assert Counters(f"counters://{path}").incr("erin", 60) == 1
