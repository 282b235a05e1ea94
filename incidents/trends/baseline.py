"""What is usual at each hour of the week, from few counts.

The level of a stream is its own, the shape of its week is that of the whole desk until the stream has
shown its own: counts at an hour of the week are drawn towards the desk's shape as if that had been seen
for `PRIOR_WEEKS` weeks (a gamma prior on a Poisson rate, so that what is expected is a negative
binomial; Gelman et al., Bayesian Data Analysis, 2.6). A past surge counts at most as `CLIPPED` times
what was usual, else it would hide the next one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

WEEK = 168
PRIOR_WEEKS = 4.0
CLIPPED = 3.0
LEAST = 0.02
"""Reports an hour that are thought possible where none was ever seen."""


@dataclass(frozen=True)
class Rate:
    """A gamma distribution of reports an hour: `shape` events seen in `hours` hours."""

    shape: float
    hours: float

    @property
    def mean(self) -> float:
        return self.shape / self.hours


def learn(weeks: Sequence[Sequence[int]], desk: Sequence[float]) -> list[Rate]:
    """The rates of one stream by hour of the week, from its counts in past weeks of 168 hours each.

    `desk` is the share of each hour in the whole desk's week; it sums to 1.
    """
    n = max(1, len(weeks))
    level = sum(_clipped([sum(week) for week in weeks])) / n
    usual = [max(LEAST, level * share) for share in desk]
    rates = []
    for hour in range(WEEK):
        most = math.ceil(CLIPPED * usual[hour]) + 1
        seen = sum(min(week[hour], most) for week in weeks)
        rates.append(Rate(seen + PRIOR_WEEKS * usual[hour], n + PRIOR_WEEKS))
    return rates


def shape_of(weeks: Sequence[Sequence[int]]) -> list[float]:
    """The share of each hour of the week in all that was reported; even where nothing was."""
    sums = [1 + sum(_clipped([week[hour] for week in weeks])) for hour in range(WEEK)]
    return [one / sum(sums) for one in sums]


def _clipped(counts: Sequence[int]) -> list[float]:
    """Counts of several weeks, none of them far above what is usual among them."""
    most = CLIPPED * median(counts) + CLIPPED if counts else 0.0
    return [min(count, most) for count in counts]


def chance_of(count: int, rate: Rate, hours: float, *, busier: float = 1.0) -> float:
    """How likely so many reports or more are within this time, when all is as usual.

    `busier` says how much more than usual is reported elsewhere just now.
    """
    if count <= 0:
        return 1.0
    p = rate.hours / (rate.hours + hours * busier)
    below = sum(math.exp(_log_mass(one, rate.shape, p)) for one in range(count))
    return max(0.0, 1.0 - below) if below < 1 - 1e-9 else _upper(count, rate.shape, p)


def _upper(count: int, shape: float, p: float) -> float:
    """The tail summed from its own end, where 1 minus the rest would be rounding alone."""
    total, one = 0.0, count
    while True:
        mass = math.exp(_log_mass(one, shape, p))
        total += mass
        if mass <= total * 1e-12 or one > count + 10_000:
            return total
        one += 1


def _log_mass(count: int, shape: float, p: float) -> float:
    choose = math.lgamma(count + shape) - math.lgamma(shape) - math.lgamma(count + 1)
    return choose + shape * math.log(p) + count * math.log1p(-p)
