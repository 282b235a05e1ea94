"""What the courses of all incidents share: the people, the hours, the draw, and how busy a day is."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from commands.demo.year import rhythm
from commands.demo.year.cast import Cast, Someone
from commands.demo.year.story import Tale
from firstline.db import Model
from incidents.moving.life import Life
from incidents.resolutions.acceptance import Rule
from incidents.sla.agreements import Book
from incidents.sla.calendars import ROUND_THE_CLOCK, after
from knowledge_base.models import HoldOut

SHORT_STAFFED = (-205, -140)
"""Days from now: two had left and nobody had come."""
SLOWER_THEN = 2.1
LATELY = 0.85
"""How long things take in the end: the bot and the known fixes had taken their part."""


@dataclass(kw_only=True)
class Desk:
    """The desk through the year. `lives` are all incidents so far by their id, `first_of` by surge."""

    chance: random.Random
    cast: Cast
    book: Book
    now: datetime
    rule: Rule
    phrases: dict[str, Sequence[str]]
    hold_out: HoldOut
    next_ids: dict[type[Model], "count[int]"]
    loads: Counter[date] = field(default_factory=Counter)
    usual_load: float = 1.0
    lives: dict[int, Life] = field(default_factory=dict)
    first_of: dict[str, Life] = field(default_factory=dict)
    tales: dict[int, Tale] = field(default_factory=dict)

    def life_of(self, tale: Tale) -> Life | None:
        """The incident that this tale became, if it has begun."""
        return next((self.lives[key] for key, told in self.tales.items() if told is tale), None)

    def next_id(self, model: type[Model]) -> int:
        return next(self.next_ids[model])

    def phrase(self, name: str, who: Someone | None = None) -> str:
        found = self.chance.choice(self.phrases[name])
        return found.format(first=who.first) if who is not None else found

    def happens(self, share: float) -> bool:
        return self.chance.random() < share

    def later(self, life: Life, median_minutes: float, *, spread: float = 0.8) -> datetime:
        """When something is done that takes about so much working time; critical work knows no hours."""
        minutes = median_minutes * self.chance.lognormvariate(0, spread) * self._slowness(life)
        hours = ROUND_THE_CLOCK if life.incident.priority == 1 else self.book.default
        return after(hours, life.at, timedelta(minutes=minutes))

    def _slowness(self, life: Life) -> float:
        """The more is reported on a day, and the fewer there are, the longer everything takes."""
        since, until = (self.now + timedelta(days=days) for days in SHORT_STAFFED)
        staff = SLOWER_THEN if since <= life.at < until else 1.0
        load = max(1.0, self.loads[life.at.date()] / self.usual_load / 1.4)
        return staff * min(load, 3.0) * (1 - (1 - LATELY) * rhythm.gone(life.at, self.now))

    def count_loads(self, tales: Sequence[Tale]) -> None:
        """How many reports each day brought, and a usual working day."""
        self.loads = Counter(one.at.date() for one in tales)
        working = [many for day, many in self.loads.items() if day.weekday() < 5]
        self.usual_load = max(1.0, sum(working) / max(1, len(working)))


def counters(session: Session, *models: type[Model]) -> dict[type[Model], Any]:
    """The next free ids, so that rows can name each other before they are written."""
    highest = {one: session.scalar(select(func.max(one.id))) or 0 for one in models}  # type: ignore[attr-defined]
    return {one: count(last + 1) for one, last in highest.items()}
