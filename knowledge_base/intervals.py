"""How sure a figure is: 95 % intervals for shares, their differences and medians.

Plain formulas from the literature, so that anybody can check them with a pocket calculator.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z = 1.959963984540054
"""The 97.5 % point of the normal distribution: two sides of 2.5 % leave 95 %."""

FEW = 30
"""Counts below this are marked as small: their intervals are wide, and a few answers move them."""


@dataclass(frozen=True)
class Share:
    """`count` of `of`, with its interval; of nothing there is no share at all (`value` is None)."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.count, self.of)

    @property
    def is_small(self) -> bool:
        return 0 < self.of < FEW


@dataclass(frozen=True)
class Difference:
    """One figure minus another, in the unit of both, with its interval."""

    value: float
    low: float
    high: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval leaves out that there is no difference."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Median:
    """The middle of times in minutes, where some have not ended: those count as longer than all.

    `value` is None when the middle one has not ended; `low` and `high` are None where the interval
    reaches into those that have not.
    """

    value: float | None
    low: float | None
    high: float | None
    of: int


def wilson(count: int, of: int) -> tuple[float, float]:
    """The score interval for a share: Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212.

    It stays within 0 to 1 and holds for small counts, where p ± z·sqrt(p(1-p)/n) does not
    (Brown, Cai & DasGupta, Statistical Science 16 (2001) 101-133).
    """
    if of == 0:
        return 0.0, 1.0
    share, square = count / of, Z * Z / of
    middle = share + square / 2
    half = Z * math.sqrt(share * (1 - share) / of + square / (4 * of))
    low, high = (middle - half) / (1 + square), (middle + half) / (1 + square)
    # At the ends the formula is exact and floating point is not.
    return (0.0 if count == 0 else max(0.0, low)), (1.0 if count == of else min(1.0, high))


def difference(one: Share, other: Share) -> Difference | None:
    """One share minus the other: Newcombe's method 10, Statistics in Medicine 17 (1998) 873-890.

    None when either counts nothing.
    """
    if one.value is None or other.value is None:
        return None
    return _square_and_add(one.value, one.interval, other.value, other.interval)


def median(minutes: Sequence[float], *, unended: int = 0) -> Median:
    """The median and its interval by order statistics, which assume no shape of the times.

    Conover, Practical Nonparametric Statistics, 3rd ed. (1999), section 3.2: the ranks
    n/2 ± z·sqrt(n)/2, widened to whole ones.
    """
    ended, of = sorted(minutes), len(minutes) + unended
    if of == 0:
        return Median(None, None, None, 0)
    half = Z * math.sqrt(of) / 2
    low, high = math.floor(of / 2 - half), math.ceil(of / 2 + 1 + half)
    middle = (_at(ended, (of + 1) // 2), _at(ended, of // 2 + 1))
    value = None if None in middle else sum(filter(None, middle)) / 2
    return Median(value, _at(ended, low) if low >= 1 else None, _at(ended, high) if high <= of else None, of)


def median_difference(one: Median, other: Median) -> Difference | None:
    """One median minus the other, from their intervals: Zou & Donner, Statistics in Medicine 27 (2008) 1693-1702.

    Newcombe's way for shares, which holds for any two figures with intervals. None where a median or
    an end of its interval is not known.
    """
    ends = (one.value, one.low, one.high, other.value, other.low, other.high)
    if any(end is None for end in ends):
        return None
    value, low, high, other_value, other_low, other_high = (float(end or 0) for end in ends)
    return _square_and_add(value, (low, high), other_value, (other_low, other_high))


def _square_and_add(
    value: float, ends: tuple[float, float], other: float, other_ends: tuple[float, float]
) -> Difference:
    apart = value - other
    down = math.hypot(value - ends[0], other_ends[1] - other)
    up = math.hypot(ends[1] - value, other - other_ends[0])
    return Difference(apart, apart - down, apart + up)


def _at(ended: Sequence[float], rank: int) -> float | None:
    """The value of this rank, from 1; None for one that has not ended."""
    return ended[rank - 1] if 1 <= rank <= len(ended) else None
