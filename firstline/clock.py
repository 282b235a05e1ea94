"""The only source of the present moment, so that tests can own the time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

_frozen: list[datetime] = []


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen[-1] if _frozen else datetime.now(UTC)


def monday(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


@contextmanager
def freeze(at: datetime) -> Iterator[None]:
    """Let `now()` answer `at` (aware) inside the block, in every thread of this process."""
    if at.tzinfo is None:
        raise ValueError("freeze() takes an aware time")
    _frozen.append(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.pop()


def advance(by: timedelta) -> None:
    """Move a frozen clock forward; meant for tests that let time pass."""
    if not _frozen:
        raise RuntimeError("the clock is not frozen")
    _frozen[-1] += by
