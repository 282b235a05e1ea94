"""What attempts at self-help came to: counts and shares, each with the rule by which it is counted.

Pure arithmetic over values. Silence is counted as silence; what cannot be known yet is left out.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from knowledge_base.intervals import Median, Share, median
from knowledge_base.models import AttemptOutcome

LASTS_FOR = timedelta(days=7)
"""Solved for good is what did not come back within this."""


class Shown(NamedTuple):
    """An article that was shown, and what the person said of it."""

    article_id: int
    helped: bool | None


class Seen(NamedTuple):
    """One attempt as it is counted; there are many, and a tuple is made in a third of the time.

    `is_known_person` is false once the person was erased: nobody can tell whether they came back.
    `came_back_at` is their first report of the same topic after they said it was solved.
    """

    at: datetime
    channel: str
    outcome: AttemptOutcome
    decided_at: datetime | None = None
    is_known_person: bool = True
    came_back_at: datetime | None = None
    shown: Sequence[Shown] = ()


class Lasting(StrEnum):
    """Whether the person was helped for good."""

    NOT_SOLVED = "not_solved"
    DURABLE = "durable"
    CAME_BACK = "came_back"
    TOO_YOUNG = "too_young"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many attempts came to what. `followed` is how many are old enough to know what lasted."""

    attempts: int = 0
    solved_said: int = 0
    went_on: int = 0
    silent: int = 0
    abandoned: int = 0
    undecided: int = 0
    durable: int = 0
    came_back: int = 0
    too_young: int = 0
    unknown: int = 0

    @property
    def followed(self) -> int:
        return self.attempts - self.too_young - self.unknown

    @property
    def said(self) -> Share:
        return Share(self.solved_said, self.attempts)

    @property
    def lasting(self) -> Share:
        """Solved for good, of all attempts old enough."""
        return Share(self.durable, self.followed)

    @property
    def kept(self) -> Share:
        """Solved for good, of those that were said to be solved and are old enough."""
        return Share(self.durable, self.durable + self.came_back)


@dataclass(frozen=True, kw_only=True)
class ArticleTally:
    """What came of one article, by the people to whom it was shown. `followed` as in `Tally`."""

    article_id: int
    offered: int
    helped: int
    failed: int
    followed: int
    durable: int

    @property
    def unsaid(self) -> int:
        return self.offered - self.helped - self.failed

    @property
    def said(self) -> Share:
        return Share(self.helped, self.offered)

    @property
    def said_not(self) -> Share:
        return Share(self.failed, self.offered)

    @property
    def lasting(self) -> Share:
        return Share(self.durable, self.followed)


def lasting(seen: Seen, *, now: datetime) -> Lasting:
    """Judged alike for all: an attempt younger than seven days is left out even if it came back already."""
    solved = seen.outcome == AttemptOutcome.SOLVED_SAID
    since = (seen.decided_at or seen.at) if solved else seen.at
    if now < since + LASTS_FOR:
        return Lasting.TOO_YOUNG
    if not solved:
        return Lasting.NOT_SOLVED
    if not seen.is_known_person:
        return Lasting.UNKNOWN
    came_back = seen.came_back_at is not None and since < seen.came_back_at <= since + LASTS_FOR
    return Lasting.CAME_BACK if came_back else Lasting.DURABLE


def tally(attempts: Iterable[Seen], *, now: datetime) -> Tally:
    """Count attempts by what came of them."""
    many: dict[str, int] = defaultdict(int)
    for seen in attempts:
        many["attempts"] += 1
        many[OUTCOMES[seen.outcome]] += 1
        lasted = lasting(seen, now=now)
        if lasted != Lasting.NOT_SOLVED:
            many[lasted] += 1
    return Tally(**many)


def by[Key: Hashable](
    key: Callable[[Seen], Key], attempts: Iterable[Seen], *, now: datetime
) -> dict[Key, Tally]:
    """A tally of each group, in the order of the groups' first attempts."""
    groups: dict[Key, list[Seen]] = defaultdict(list)
    for seen in attempts:
        groups[key(seen)].append(seen)
    return {name: tally(group, now=now) for name, group in groups.items()}


def by_article(attempts: Iterable[Seen], *, now: datetime) -> list[ArticleTally]:
    """What came of each article; one that helped counts as lasting if its attempt does."""
    many: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for seen in attempts:
        lasted = lasting(seen, now=now)
        for shown in seen.shown:
            counted = many[shown.article_id]
            counted["offered"] += 1
            counted["helped"] += shown.helped is True
            counted["failed"] += shown.helped is False
            counted["followed"] += lasted not in {Lasting.TOO_YOUNG, Lasting.UNKNOWN}
            counted["durable"] += shown.helped is True and lasted == Lasting.DURABLE
    return [ArticleTally(article_id=article_id, **counted) for article_id, counted in many.items()]


def lost_minutes(attempts: Iterable[Seen]) -> Median:
    """What trying cost those whom it did not help: minutes from being shown fixes until support had it."""
    waited = [
        (seen.decided_at - seen.at).total_seconds() / 60
        for seen in attempts
        if seen.outcome in {AttemptOutcome.WENT_ON, AttemptOutcome.SILENT} and seen.decided_at is not None
    ]
    return median(waited)


OUTCOMES = {
    AttemptOutcome.SOLVED_SAID: "solved_said",
    AttemptOutcome.WENT_ON: "went_on",
    AttemptOutcome.SILENT: "silent",
    AttemptOutcome.ABANDONED: "abandoned",
    AttemptOutcome.NONE: "undecided",
}
