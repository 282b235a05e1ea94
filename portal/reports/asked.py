"""What a report is asked about, in the address of its page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from flask import request
from flask_babel import to_user_timezone
from werkzeug.datastructures import MultiDict

from firstline import clock
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.models import Channel
from incidents.reports import scope
from incidents.reports.scope import Scope

SPANS = (7, 28, 91, 365)
USUAL = 28
MOST_NUMBER = 2_147_483_647
FILTERS = ("channel", "category", "service", "team", "priority")


@dataclass(frozen=True)
class Asked:
    """The scope, and the arguments that name it in a link."""

    scope: Scope
    arguments: dict[str, str]

    @property
    def filters(self) -> dict[str, str]:
        """The arguments of the filters alone."""
        return {name: value for name, value in self.arguments.items() if name in FILTERS}

    def only(self, filters: Collection[str]) -> "Asked":
        """The same days, with those filters alone that are known where this leads."""
        kept = {
            name: value
            for name, value in self.arguments.items()
            if name not in FILTERS or {name, f"{name}_id"} & set(filters)
        }
        return Asked(self.scope.only(filters), kept)

    def link(self, **changed: object) -> dict[str, object]:
        """Arguments for the same scope with something changed."""
        return {**self.arguments, **changed}


def read() -> Asked:
    """From the address; without days, the last four weeks. Raises `Invalid`."""
    given = request.args
    until = _day(given, "until") or to_user_timezone(clock.now()).date()
    span = min(_number(given, "span") or USUAL, scope.LONGEST.days)
    since = _day(given, "since") or until - timedelta(days=span - 1)
    found = Scope(
        since=since,
        until=until,
        channel=given.get("channel", "") if given.get("channel") in set(Channel) else "",
        category=given.get("category", ""),
        service_id=_number(given, "service"),
        team_id=_number(given, "team"),
        priority=_number(given, "priority"),
    )
    kept = {name: given[name] for name in FILTERS if {name, f"{name}_id"} & found.chosen.keys()}
    return Asked(scope.check(found), {"since": since.isoformat(), "until": until.isoformat(), **kept})


def understood() -> tuple[Asked, dict[str, str]]:
    """What is asked; where that makes no sense, the usual and a sentence."""
    try:
        return read(), {}
    except Invalid as refusal:
        return usual(), {refusal.field or "": refusal.sentence}


def usual() -> Asked:
    """The last four weeks of everything, where what was asked makes no sense."""
    until = to_user_timezone(clock.now()).date()
    since = until - timedelta(days=USUAL - 1)
    return Asked(Scope(since=since, until=until), {"since": since.isoformat(), "until": until.isoformat()})


def _number(given: MultiDict[str, str], name: str) -> int | None:
    """None for what is no number, and for one that no database takes."""
    number = given.get(name, type=int)
    return number if number is not None and 0 < number <= MOST_NUMBER else None


def _day(given: MultiDict[str, str], name: str) -> date | None:
    words = given.get(name, "").strip()
    try:
        return date.fromisoformat(words) if words else None
    except ValueError as error:
        raise Invalid(_("Write the day as 2026-11-23."), field=name) from error
