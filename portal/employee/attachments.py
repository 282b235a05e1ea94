"""Files of an incident, for those who may read them."""

from flask import Response, send_file

from firstline import files
from firstline.i18n import gettext as _
from incidents import attachments
from incidents.errors import NotFound
from portal.access import person

# What people upload may be anything: it never runs and never loads anything.
SEALED = "default-src 'none'; img-src 'self' data:; style-src 'none'; sandbox"


def download(attachment_id: int) -> Response:
    """Pictures open in the browser, everything else is saved."""
    found = attachments.find(person(), attachment_id)
    try:
        content = files.opened(found.digest)
    except FileNotFoundError as error:
        raise NotFound(_("This file is missing on our side. Ask the service desk for it.")) from error
    response = send_file(
        content,
        mimetype=found.media_type,
        download_name=found.name,
        as_attachment=found.media_type not in files.INLINE_TYPES,
    )
    response.headers["Content-Security-Policy"] = SEALED
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
