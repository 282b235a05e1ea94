"""One's own settings: colours, language and time zone."""

from zoneinfo import available_timezones

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.catalogues import languages
from firstline.db import write
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.people import Person
from portal.access import person
from portal.headers import YEAR_S
from portal.listener import THEME_COOKIE, THEMES, is_zone, known


def show() -> str:
    return render_template(
        "auth/profile.html", languages=languages(), mine=known(person().language), zones=zones()
    )


def save() -> ResponseReturnValue:
    chosen = {name: request.form.get(name, "") for name in ("theme", "language", "timezone")}
    _check(chosen)
    person_id = person().id
    with write() as session:
        kept = session.get_one(Person, person_id)
        kept.theme, kept.language, kept.timezone = chosen["theme"], chosen["language"], chosen["timezone"]
    flash(_("Saved."), "success")
    response = redirect(url_for("auth.profile"), 303)
    # The sign-in page, which knows nobody yet, keeps the colours too.
    response.set_cookie(THEME_COOKIE, chosen["theme"], max_age=YEAR_S, samesite="Lax", httponly=True)
    return response


def _check(chosen: dict[str, str]) -> None:
    if chosen["theme"] and chosen["theme"] not in THEMES:
        raise Invalid(_("Choose light, dark, or as your system."), field="theme")
    if chosen["language"] and chosen["language"] not in languages():
        raise Invalid(_("We do not speak this language yet. Choose one of the list."), field="language")
    if chosen["timezone"] and not is_zone(chosen["timezone"]):
        raise Invalid(_("There is no such time zone. Choose one of the list."), field="timezone")


def zones() -> list[str]:
    return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))
