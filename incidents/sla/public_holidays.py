"""Public holidays, as the package `holidays` knows them."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

import holidays


def is_public_holiday(day: date, country: str, subdivision: str = "") -> bool:
    """Whether nobody has to work there on this date; without a country no day is one."""
    return bool(country) and day in names(country, subdivision, day.year)


@lru_cache(maxsize=512)
def names(country: str, subdivision: str, year: int) -> dict[date, str]:
    """The public holidays of a year with their English names."""
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=year, language="en_US")
    return dict(found.items())


@lru_cache(maxsize=1)
def countries() -> dict[str, Sequence[str]]:
    """The countries that are known, by their ISO code, each with its subdivisions."""
    known = holidays.list_supported_countries(include_aliases=False)
    return {code: tuple(parts) for code, parts in sorted(known.items())}


def is_known(country: str, subdivision: str = "") -> bool:
    """Whether we know the public holidays of this country, and of this part of it."""
    parts = countries().get(country)
    return parts is not None and (not subdivision or subdivision in parts)
