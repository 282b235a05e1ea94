"""The local mailbox of a demo: what Firstline would have sent."""

from flask import Response, render_template, request

from email_intake import mailbox
from email_intake.mailbox import Letter
from firstline.i18n import gettext as _
from incidents.errors import NotFound

# A mail runs nothing and loads nothing; its links open outside the frame.
SEALED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-top-navigation-by-user-activation"
)
OUTSIDE = '<base target="_top">'


def show() -> str:
    recipient = request.args.get("to", "")
    letters = mailbox.list_letters(recipient=recipient)
    return render_template("demo/mail.html", letters=letters, recipient=recipient)


def message(letter_id: int) -> str:
    return render_template("demo/message.html", letter=_letter(letter_id))


def html(letter_id: int) -> Response:
    """The HTML of a mail, for the frame on its page."""
    response = Response(OUTSIDE + _letter(letter_id).html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = SEALED
    return response


def _letter(letter_id: int) -> Letter:
    letter = mailbox.find_letter(letter_id)
    if letter is None:
        raise NotFound(_("There is no such mail in the demo mailbox."))
    return letter
