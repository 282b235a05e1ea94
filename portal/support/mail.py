"""The original of a mail, for support: cleaned, sealed, and pictures from elsewhere only on request."""

import io

from flask import Response, render_template, request, send_file, url_for

from email_intake import answers_to, original
from email_intake.original import Original
from firstline import files
from incidents import queue
from incidents.models import Incident
from portal.access import person

# The frame runs nothing and sends nothing; its own origin is kept only for the pictures of the mail.
SEALED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'none'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
OWN, ANY = "'self' data:", "'self' data: https: http:"
TO_A_NEW_PAGE = '<!doctype html><meta charset="utf-8"><base target="_blank">'


def show(number: str, entry_id: int) -> str:
    """The mail in its frame; `?pictures=1` lets it load pictures from elsewhere."""
    incident, found = _find(number, entry_id)
    return render_template(
        "support/mail.html",
        incident=incident,
        entry_id=entry_id,
        original=found,
        answers_to=next(
            (one.facts.get(answers_to.FACT) for one in incident.entries if one.id == entry_id), None
        ),
        pictures=_wants_pictures(),
    )


def html(number: str, entry_id: int) -> Response:
    """The cleaned HTML alone, for the frame on its page."""
    _incident, found = _find(number, entry_id)
    shown = found.html(
        lambda position: url_for("support.mail_picture", number=number, entry_id=entry_id, position=position)
    )
    response = Response(TO_A_NEW_PAGE + shown, mimetype="text/html")
    response.headers["Content-Security-Policy"] = SEALED.format(pictures=ANY if _wants_pictures() else OWN)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def picture(number: str, entry_id: int, position: int) -> Response:
    """A picture that the mail brought along."""
    _incident, found = _find(number, entry_id)
    content = found.picture(position).content
    response = send_file(io.BytesIO(content), mimetype=files.sniff(content), download_name="picture")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def raw(number: str, entry_id: int) -> Response:
    """The bytes as they came, to be saved."""
    incident, _found = _find(number, entry_id)
    return send_file(
        io.BytesIO(original.raw_of(incident.id, entry_id)),
        mimetype="message/rfc822",
        as_attachment=True,
        download_name=f"{incident.number}-{entry_id}.eml",
    )


def _find(number: str, entry_id: int) -> tuple[Incident, Original]:
    incident = queue.find(person(), number)
    return incident, original.of_entry(incident.id, entry_id)


def _wants_pictures() -> bool:
    return request.args.get("pictures") == "1"
