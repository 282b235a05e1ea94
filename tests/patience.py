"""How long hostile input may hold a thread up: a wide bound, since a machine's pace is no behaviour of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

HOSTILE_S = 30
"""Linear work on a megabyte takes under two seconds here, and took ten times as long on a busy machine
in a process full of objects; work that is not linear takes many minutes."""


@contextmanager
def held_up_by_nothing() -> Iterator[None]:
    begun = thread_time()
    yield
    assert thread_time() - begun < HOSTILE_S
