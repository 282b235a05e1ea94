"""How often a problem struck, by week, with the weeks of its cures."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from firstline import clock
from firstline.db import db
from incidents.models import Incident
from incidents.problems.models import Happening, Link, Problem

MOST_WEEKS = 26
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """The incidents reported from this Monday to Sunday, in UTC, and the days on which a fix came in it."""

    monday: date
    incidents: int
    cured_on: tuple[date, ...] = ()

    @property
    def is_cured(self) -> bool:
        return bool(self.cured_on)


def by_week(problem: Problem) -> list[Week]:
    """From the first incident to now, at most the last 26 weeks, the quiet ones too."""
    times = db.session.scalars(
        select(Incident.created_at)
        .join(Link, Link.incident_id == Incident.id)
        .where(Link.problem_id == problem.id)
    ).all()
    if not times:
        return []
    counted = Counter(clock.monday(at.date()) for at in times)
    last = clock.monday(clock.now().date())
    first = max(min(counted), last - (MOST_WEEKS - 1) * WEEK)
    cured: defaultdict[date, list[date]] = defaultdict(list)
    for note in problem.history:
        if note.happening == Happening.FIXED:
            cured[clock.monday(note.created_at.date())].append(note.created_at.date())
    weeks = [first + number * WEEK for number in range((last - first) // WEEK + 1)]
    return [Week(monday, counted[monday], tuple(cured[monday])) for monday in weeks]
