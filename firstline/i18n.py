"""Words in the person's language, times in the person's zone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import flask_babel
from babel import Locale, UnknownLocaleError
from flask import Flask, current_app
from flask_babel import Babel, lazy_gettext, ngettext

from firstline import catalogues

__all__ = ["DEFAULT_LANGUAGE", "gettext", "init_app", "lazy_gettext", "ngettext", "person_speaks", "speaking"]

DEFAULT_LANGUAGE = catalogues.SOURCE
Selector = Callable[[], str | None]


def gettext(message: str, /, **values: object) -> str:
    """The message in the language of whoever is served now."""
    return str(flask_babel.gettext(message, **values))


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything said meanwhile is in this language (`de`, `de-AT`, `de_AT`); in English where there is none such.

    Directories and imports write languages as they like, and a letter must not fail for that.
    """
    try:
        known = str(Locale.parse(language.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        known = DEFAULT_LANGUAGE
    with flask_babel.force_locale(known):
        yield


def init_app(app: Flask) -> None:
    """English unless a channel says who is listening, see `person_speaks`."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(catalogues.FOLDER))
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", app.config["SETTINGS"].timezone)
    Babel(app, locale_selector=lambda: _ask("locale"), timezone_selector=lambda: _ask("timezone"))


def person_speaks(app: Flask, *, locale: Selector, timezone: Selector) -> None:
    """Let a channel name the language and the zone of the person it serves (None = the default)."""
    app.extensions["firstline_listener"] = {"locale": locale, "timezone": timezone}


def _ask(what: str) -> str | None:
    selector: Selector | None = current_app.extensions.get("firstline_listener", {}).get(what)
    return selector() if selector else None
