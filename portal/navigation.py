"""What the head of every page leads to, by role."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, current_app, request, url_for

from firstline.i18n import lazy_gettext as _
from incidents.people import Person
from incidents.policy import Action, may
from portal import listener
from portal.access import signed_in_person

Allowed = Callable[[Person], bool]


@dataclass(frozen=True)
class Place:
    """One entry of the navigation; it is the one we are in for its whole blueprint, and for those in `also`."""

    endpoint: str
    label: object
    icon: str
    allowed: Allowed
    also: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return url_for(self.endpoint)

    @property
    def is_here(self) -> bool:
        blueprint = self.endpoint.partition(".")[0]
        whole = () if blueprint == "employee" else (blueprint, *self.also)
        return request.endpoint == self.endpoint or request.blueprint in whole


def _may(action: Action) -> Allowed:
    return lambda person: may(person, action)


PLACES = (
    Place("support.queue", _("Queue"), "inbox", _may(Action.SEE_QUEUE)),
    Place("problems.index", _("Problems"), "bug", _may(Action.SEE_QUEUE), also=("reviews",)),
    Place("employee.fixes", _("Fixes"), "lifebuoy", lambda person: True),
    Place("employee.incidents", _("My incidents"), "ticket", lambda person: True),
    Place("knowledge.index", _("Articles"), "books", _may(Action.DRAFT_ARTICLES)),
    Place("reports.index", _("Reports"), "chart-bar", _may(Action.SEE_QUEUE)),
    Place("outcomes.index", _("Outcomes"), "thumb-up", _may(Action.WRITE_ARTICLES)),
    Place("admin.index", _("Set-up"), "settings", _may(Action.ADMINISTER)),
)


def places() -> list[Place]:
    """What this person may go to and what exists."""
    person = signed_in_person()
    if person is None:
        return []
    known = current_app.view_functions
    return [place for place in PLACES if place.endpoint in known and place.allowed(person)]


def init_app(app: Flask) -> None:
    app.jinja_env.globals["places"] = places
    app.jinja_env.globals["theme"] = listener.theme
    app.context_processor(lambda: {"me": signed_in_person()})
