"""Requests of a field in which somebody types: one is answered at a time, and only the newest is worth it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class _Field:
    """`newest` numbers the last request that came, `present` counts those not answered yet."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    newest: int = 0
    present: int = 0


class Typing:
    """All fields of one process; one that nobody types in takes no room."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fields: dict[str, _Field] = {}

    @contextmanager
    def turn(self, name: str) -> Iterator[bool]:
        """Waits while another request of this field is answered; False if a later one came meanwhile."""
        typed, number = self._enter(name)
        try:
            with typed.lock:
                yield number == typed.newest
        finally:
            self._leave(name, typed)

    def _enter(self, name: str) -> tuple[_Field, int]:
        with self._lock:
            typed = self._fields.setdefault(name, _Field())
            typed.newest += 1
            typed.present += 1
            return typed, typed.newest

    def _leave(self, name: str, typed: _Field) -> None:
        with self._lock:
            typed.present -= 1
            if not typed.present:
                del self._fields[name]
