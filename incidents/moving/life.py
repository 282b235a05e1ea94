"""One incident as it lives: each step by the lifecycle's own table, and what it leaves on the timeline.

What happened long ago, here as a demo or at another desk, is lived again in memory and written at the end
(`rows`). A step that lies after now does not happen: `Ahead` ends the course where it stood.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from firstline.db import Model
from incidents.lifecycle import TABLE
from incidents.models import Channel, Event, Incident, State, Visibility
from incidents.sla.calendars import Stop
from incidents.sla.keeping import SETTLED
from incidents.sla.reckoning import RUNNING

Row = dict[str, Any]


class Ahead(Exception):
    """The next step has not come yet."""


def _plain_defaults() -> Row:
    """What the columns' defaults would give at a flush."""
    columns = Incident.__table__.columns
    return {one.key: one.default.arg for one in columns if one.default is not None and one.default.is_scalar}


@dataclass
class Life:
    """`at` is the time of the last step; `beside` the rows of other tables that go with it."""

    incident: Incident
    now: datetime
    at: datetime
    entries: list[Row] = field(default_factory=list)
    stops: list[tuple[Stop, str]] = field(default_factory=list)
    beside: list[tuple[type[Model], Row]] = field(default_factory=list)

    def pass_to(self, at: datetime) -> None:
        """Let time go by, forwards only; raises `Ahead`."""
        if at > self.now:
            raise Ahead
        self.at = max(at, self.at)

    def tell(
        self,
        event: Event,
        author_id: int | None = None,
        text: str = "",
        *,
        facts: Row | None = None,
        is_internal: bool = False,
        channel: Channel | None = None,
        at: datetime | None = None,
    ) -> Row:
        """An entry of the timeline, now or at another time than the last step's."""
        entry: Row = {
            "incident_id": self.incident.id,
            "event": event,
            "visibility": Visibility.INTERNAL if is_internal else Visibility.PUBLIC,
            "author_id": author_id,
            "channel": channel,
            "text": text,
            "facts": facts or {},
            "created_at": at or self.at,
        }
        self.entries.append(entry)
        self.incident.updated_at = max(self.incident.updated_at, entry["created_at"])
        return entry

    def move(
        self,
        to: State,
        author_id: int | None = None,
        text: str = "",
        *,
        event: Event | None = None,
        facts: Row | None = None,
        is_internal: bool = False,
    ) -> Row:
        """Change its state by a way of the table; `event` where the way is known by another name."""
        way = TABLE[State(self.incident.state), to]
        return self._turn(to, event or way.records, author_id, text, facts, is_internal)

    def hand_over(self, team_id: int, author_id: int | None, text: str, facts: Row) -> None:
        """Another team has it in its queue."""
        self.incident.team_id, self.incident.assignee_id = team_id, None
        self.incident.placed_at = self.at
        self._turn(State.QUEUED, Event.ESCALATED, author_id, text, facts, True)

    def _turn(
        self, to: State, event: Event, author_id: int | None, text: str, facts: Row | None, is_internal: bool
    ) -> Row:
        self.incident.state = to
        if to != State.OFFERED:
            self.incident.offered_until = None
        self.incident.waiting_on = (facts or {}).get("waiting_on") if to == State.WAITING else None
        self._keep_clock()
        return self.tell(event, author_id, text, facts=facts, is_internal=is_internal)

    def _keep_clock(self) -> None:
        """As `sla.keeping` does: the clock stands while it waits, and when it is settled."""
        one = self.incident
        because = "" if one.state in RUNNING else (one.waiting_on or SETTLED)
        if because == one.stopped_because:
            return
        if one.stopped_at is not None:
            self.stops.append((Stop(one.stopped_at, self.at), one.stopped_because))
            if one.stopped_because == SETTLED and one.responded_at is not None:
                one.news_at = self.at
        one.stopped_at, one.stopped_because = (self.at if because else None), because

    def say(self, author_id: int, text: str, *, channel: Channel) -> None:
        """Support's public words: they answer."""
        self.tell(Event.ANSWERED, author_id, text, channel=channel)
        self.answered()

    def answered(self) -> None:
        """The requester heard from a person."""
        self.incident.responded_at = self.incident.responded_at or self.at
        self.incident.news_at = self.at

    def add(self, model: type[Model], **row: Any) -> Row:
        """A row of another table that is written with it."""
        self.beside.append((model, row))
        return row


def born(incident_id: int | None, at: datetime, now: datetime, **known: Any) -> Life:
    """A new life, with the columns' own defaults for what is not `known`."""
    values = _plain_defaults() | {"marks": {}, "created_at": at, "updated_at": at} | known
    incident = Incident(id=incident_id, state=State.OFFERED, **values)
    incident.offered_until = at + timedelta(minutes=30)
    return Life(incident=incident, now=now, at=at)
