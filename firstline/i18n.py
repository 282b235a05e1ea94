"""Words in the person's language, times in the person's zone."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import flask_babel
from babel import Locale, UnknownLocaleError
from babel.support import NullTranslations
from flask import Flask, current_app, g
from flask_babel import Babel, ngettext
from flask_babel.speaklater import LazyString

from firstline import catalogues

__all__ = [
    "DEFAULT_LANGUAGE",
    "gettext",
    "init_app",
    "lazy_gettext",
    "ngettext",
    "percent",
    "person_speaks",
    "speaking",
    "spoken",
]

DEFAULT_LANGUAGE = catalogues.SOURCE
SAID = "firstline_said"
Selector = Callable[[], str | None]


def gettext(message: str, /, **values: object) -> str:
    """The message in the language of whoever is served now."""
    words: str = _said().ugettext(message)
    return words % values if values else words


def lazy_gettext(message: str, /, **values: object) -> LazyString:
    """The same, in the language of whoever is served when it is shown."""
    return LazyString(gettext, message, **values)


def percent(share: float, *, digits: int = 0) -> str:
    """A share of 1 with at most so many digits behind the point, as the language writes it: “37.5%”, “37,5 %”."""
    language = flask_babel.get_locale() or Locale(DEFAULT_LANGUAGE)
    whole = language.percent_formats[None].pattern
    return str(
        flask_babel.format_percent(share, whole.replace("0", "0." + "#" * digits if digits else "0", 1))
    )


def spoken() -> str:
    """The language of whoever is served now, as `speaking` takes it."""
    return str(flask_babel.get_locale() or DEFAULT_LANGUAGE)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything said meanwhile is in this language (`de`, `de-AT`, `de_AT`); in English where there is none such.

    Directories and imports write languages as they like, and a letter must not fail for that.
    """
    try:
        known = str(Locale.parse(language.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        known = DEFAULT_LANGUAGE
    spoken_before = g.pop(SAID, None) if g else None
    try:
        with flask_babel.force_locale(known):
            yield
    finally:
        if g:
            setattr(g, SAID, spoken_before)


def _said() -> NullTranslations:
    """The catalogue to speak from, looked up once a request: a page of the desk has five hundred sentences."""
    kept: NullTranslations | None = g.get(SAID) if g else None
    if kept is None:
        kept = flask_babel.get_translations()
        if g:
            setattr(g, SAID, kept)
    return kept


def init_app(app: Flask) -> None:
    """English unless a channel says who is listening, see `person_speaks`."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", str(catalogues.FOLDER))
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", app.config["SETTINGS"].timezone)
    Babel(app, locale_selector=lambda: _ask("locale"), timezone_selector=lambda: _ask("timezone"))
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda message: _said().ugettext(message),
        ngettext=lambda one, many, count: _said().ungettext(one, many, count),
        newstyle=True,
    )
    # Jinja's `_` looks the other up in the context each time: a page has two hundred sentences.
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]


def person_speaks(app: Flask, *, locale: Selector, timezone: Selector) -> None:
    """Let a channel name the language and the zone of the person it serves (None = the default)."""
    app.extensions["firstline_listener"] = {"locale": locale, "timezone": timezone}


def _ask(what: str) -> str | None:
    selector: Selector | None = current_app.extensions.get("firstline_listener", {}).get(what)
    return selector() if selector else None
