"""What every reader of another desk's data yields, whichever desk it was.

`place` is where it stands in the source, as a person finds it again: a line, a message, a ticket's number.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents.attachments import Upload
from incidents.models import Channel, State


@dataclass(frozen=True, kw_only=True)
class Author:
    """A person as the other desk knows them."""

    email: str
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Human:
    """A person to be made: what of them is known. `role` is one of ours."""

    place: str
    email: str
    name: str = ""
    phone: str = ""
    site: str = ""
    department: str = ""
    language: str = ""
    timezone: str = ""
    role: str = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thing somebody wrote; without an author the desk itself did."""

    at: datetime
    text: str
    by: Author | None = None
    is_internal: bool = False
    channel: Channel = Channel.MAIL
    files: Sequence[Upload] = ()


@dataclass(frozen=True, kw_only=True)
class Case:
    """An incident of another desk. `key` is how it is known there; `priority` None is to be guessed.

    `said` follows the description, in order. `team` and `service` are names or slugs.
    """

    place: str
    key: str
    title: str
    text: str
    by: Author
    at: datetime
    state: State = State.QUEUED
    priority: int | None = None
    category: str = ""
    service: str = ""
    team: str = ""
    owner: str = ""
    channel: Channel = Channel.MAIL
    solution: str = ""
    ended_at: datetime | None = None
    minutes_spent: int = 0
    said: Sequence[Said] = ()
    files: Sequence[Upload] = ()
    notes: Sequence[str] = ()
    """What could not be read of it and is left out, in sentences."""


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """Something that cannot be taken in, and why."""

    place: str
    why: str


Record = Human | Case | Unreadable
Records = Iterator[Record]
