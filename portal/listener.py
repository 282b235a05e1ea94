"""Who is listening: the language, the zone and the colours of this person or browser."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import has_request_context, request

from firstline.catalogues import languages
from portal.access import signed_in_person

THEMES = ("light", "dark")
ZONE_COOKIE = "firstline_zone"
THEME_COOKIE = "firstline_theme"


def locale() -> str | None:
    """The person's language, else the browser's, as far as we speak it."""
    if not has_request_context():
        return None
    person = signed_in_person()
    if person is not None and (spoken := known(person.language)):
        return spoken
    return request.accept_languages.best_match(languages())


def known(language: str) -> str:
    """The language we speak that this one (`de`, `de_AT`) is or is a kind of; empty when there is none."""
    code = language.replace("-", "_").split("_")[0]
    return code if code in languages() else ""


def timezone() -> str | None:
    """The person's zone, else the one the browser told in a cookie."""
    if not has_request_context():
        return None
    person = signed_in_person()
    chosen = (person.timezone if person else "") or request.cookies.get(ZONE_COOKIE, "")
    return chosen if is_zone(chosen) else None


def theme() -> str:
    """`light`, `dark`, or empty for whatever the system prefers."""
    person = signed_in_person()
    chosen = person.theme if person else request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def is_zone(name: str) -> bool:
    """Whether there is such a time zone."""
    try:
        return bool(name) and bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
