"""Leases: one of many acts, the next one takes over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

import firstline.leases  # noqa: F401 - its table belongs to the database of these tests
from firstline import clock, leases

MINUTE = timedelta(minutes=1)
START = datetime(2030, 1, 31, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def frozen() -> Iterator[None]:
    with clock.freeze(START):
        yield


def test_only_one_holds_it_and_keeps_it(app: Flask) -> None:
    assert leases.hold("sweep", "one", for_=MINUTE)
    assert not leases.hold("sweep", "two", for_=MINUTE)
    clock.advance(MINUTE / 2)
    assert leases.hold("sweep", "one", for_=MINUTE)
    clock.advance(MINUTE * 0.75)
    assert not leases.hold("sweep", "two", for_=MINUTE)


def test_another_takes_over_when_it_ran_out(app: Flask) -> None:
    leases.hold("sweep", "one", for_=MINUTE)
    clock.advance(MINUTE)
    assert leases.hold("sweep", "two", for_=MINUTE)
    assert not leases.hold("sweep", "one", for_=MINUTE)
    lease = leases.find("sweep")
    assert lease is not None
    assert (lease.holder, lease.since) == ("two", START + MINUTE)


def test_what_is_given_back_is_free_at_once(app: Flask) -> None:
    leases.hold("sweep", "one", for_=MINUTE)
    leases.release("sweep", "two")
    assert not leases.hold("sweep", "two", for_=MINUTE)
    leases.release("sweep", "one")
    assert leases.hold("sweep", "two", for_=MINUTE)
