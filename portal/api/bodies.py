"""Reads JSON bodies and query values; what cannot be read is refused with the field's name."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.errors import Invalid
from portal.errors import problem

MOST_BYTES = 2 * 1024 * 1024
MOST_NUMBER = 2**31 - 1
UNREADABLE = {
    BadRequest: lazy_gettext("The body is not readable JSON. Send one object in UTF-8."),
    RequestEntityTooLarge: lazy_gettext("The body is too large. Send less at once."),
    UnsupportedMediaType: lazy_gettext("Send JSON, with the header “Content-Type: application/json”."),
}


def prepare(blueprint: Blueprint) -> None:
    """Say in a program's words what the pages say in a person's."""
    for kind in UNREADABLE:
        blueprint.register_error_handler(kind, _unreadable)


def _unreadable(error: HTTPException) -> Response:
    sentence = next(words for kind, words in UNREADABLE.items() if isinstance(error, kind))
    return problem(error.code or 400, str(sentence))


class Body:
    """One JSON object. A field that is absent or null is None."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def text(self, name: str) -> str | None:
        value = self._fields.get(name)
        if value is None or isinstance(value, str):
            return clean(value) if value else value
        raise Invalid(_("“%(name)s” must be a text.", name=name), field=name)

    def required_text(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise Invalid(_("“%(name)s” is missing.", name=name), field=name)
        return value

    def flag(self, name: str) -> bool | None:
        value = self._fields.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise Invalid(_("“%(name)s” must be true or false.", name=name), field=name)

    def number(self, name: str) -> int | None:
        value = self._fields.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_NUMBER:
            raise Invalid(_("“%(name)s” must be a whole number, 0 or more.", name=name), field=name)
        return value

    def choice[Choice: StrEnum](self, name: str, among: type[Choice]) -> Choice | None:
        value = self._fields.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or value not in set(among):
            known = ", ".join(among)
            raise Invalid(_("“%(name)s” must be one of: %(known)s.", name=name, known=known), field=name)
        return among(value)

    def reference(self, name: str) -> int | str | None:
        """An id or a slug."""
        return self.text(name) if isinstance(self._fields.get(name), str) else self.number(name)

    def words(self, name: str) -> str | None:
        """A text, or a list of texts as one text with commas."""
        value = self._fields.get(name)
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            return clean(", ".join(value))
        return self.text(name)

    def strings(self, name: str) -> list[str]:
        """A list of texts; absent is empty."""
        value = self._fields.get(name)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise Invalid(_("“%(name)s” must be a list of texts.", name=name), field=name)
        return [clean(one) for one in value]

    def texts(self, name: str) -> dict[str, str]:
        """An object whose values are texts."""
        value = self._fields.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise Invalid(_("“%(name)s” must be an object of texts.", name=name), field=name)
        return {clean(key): clean(text) for key, text in value.items()}

    def time(self, name: str) -> datetime | None:
        value = self.text(name)
        try:
            at = datetime.fromisoformat(value) if value else None
        except ValueError as error:
            raise _no_time(name) from error
        if at is not None and at.tzinfo is None:
            raise _no_time(name)
        return at

    def object(self, name: str) -> "Body":
        value = self._fields.get(name)
        if not isinstance(value, dict):
            raise Invalid(_("“%(name)s” must be an object.", name=name), field=name)
        return Body(value)

    def names(self) -> list[str]:
        """Which fields were given."""
        return list(self._fields)

    def objects(self, name: str) -> "list[Body]":
        value = self._fields.get(name)
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise Invalid(_("“%(name)s” must be a list of objects.", name=name), field=name)
        return [Body(one) for one in value]

    def __contains__(self, name: str) -> bool:
        return self._fields.get(name) is not None


def read_body(most_bytes: int = MOST_BYTES) -> Body:
    """The request's JSON object; 400, 413, 415 or 422 when it is none."""
    # Not by `max_content_length`: asking who is signed in has opened the stream already.
    if (request.content_length or len(request.get_data())) > most_bytes:
        raise RequestEntityTooLarge
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        given = request.get_json()
    except (RecursionError, UnicodeError, ValueError) as error:
        # Nested too deeply, not UTF-8, or a number with more digits than Python reads.
        raise BadRequest from error
    if not isinstance(given, dict):
        raise Invalid(_("Send one JSON object, such as {“title”: “…”}."))
    return Body(given)


def query_text(name: str) -> str:
    return clean(request.args.get(name, ""))


def query_limit(default: int, most: int) -> int:
    """How many are wanted at most."""
    given = request.args.get("limit", "")
    if not given:
        return default
    if not given.isascii() or not given.isdecimal() or not 0 < int(given[:9]) <= most:
        raise Invalid(_("“limit” must be a whole number from 1 to %(most)s.", most=most), field="limit")
    return int(given)


def clean(text: str) -> str:
    """Without NUL (PostgreSQL refuses it) and lone surrogates (UTF-8 cannot carry them)."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _no_time(name: str) -> Invalid:
    return Invalid(_("“%(name)s” must be a time such as 2030-01-31T09:00:00Z.", name=name), field=name)
