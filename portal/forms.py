"""Forms: proof that they are ours, and a page that keeps what was typed."""

from datetime import UTC, datetime
from secrets import token_urlsafe

from flask import Flask, current_app, request
from flask_babel import to_utc
from flask_wtf.csrf import CSRFProtect
from werkzeug.datastructures import FileStorage

from firstline.app import settings_of
from firstline.i18n import gettext as _
from incidents.attachments import Upload
from incidents.errors import Invalid

csrf = CSRFProtect()
"""A blueprint that takes no cookies as proof is exempt: `csrf.exempt(blueprint)`."""


def init_app(app: Flask) -> None:
    # A page may stay open for days with words in it; the session bounds the token.
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    csrf.init_app(app)
    app.jinja_env.globals["new_key"] = new_key
    app.jinja_env.globals["max_upload"] = settings_of(app).max_upload


def new_key() -> str:
    """The intake key of one filled-in form: sent twice, it is one incident."""
    return token_urlsafe(18)


def uploads(field: str = "attachments") -> list[Upload]:
    """The files of this request; a browser sends an empty one when none was chosen."""
    return [_read(file) for file in request.files.getlist(field) if file.filename]


def moment(field: str) -> datetime | None:
    """A time as the browser's field writes it, in the person's zone."""
    given = request.form.get(field, "").strip()
    if not given:
        return None
    try:
        local = datetime.fromisoformat(given).replace(tzinfo=None)
    except ValueError as error:
        raise Invalid(_("Write the time as 2026-11-23 14:30."), field=field) from error
    in_utc: datetime = to_utc(local)
    return in_utc.replace(tzinfo=UTC)


def _read(file: FileStorage) -> Upload:
    # One byte more than allowed is enough to be refused; the rest need not enter memory.
    return Upload(file.filename or "", file.stream.read(settings_of(current_app).max_upload + 1))
