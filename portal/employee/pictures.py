"""Pictures of articles, for those who may read the article."""

from flask import Response, send_file

from firstline import files
from firstline.i18n import gettext as _
from incidents.errors import NotFound
from incidents.policy import Action, may
from knowledge_base import pictures
from portal.access import person
from portal.employee.attachments import SEALED
from portal.employee.fixes import audience


def show(picture_id: int) -> Response:
    """Those who draft see pictures of drafts, too."""
    writes = may(person(), Action.DRAFT_ARTICLES)
    found = pictures.find(picture_id, audience=audience(), writes=writes)
    try:
        content = files.opened(found.digest)
    except FileNotFoundError as error:
        raise NotFound(_("This picture is missing on our side. Ask the service desk for it.")) from error
    response = send_file(content, mimetype=found.media_type, download_name=found.name, as_attachment=False)
    response.headers["Content-Security-Policy"] = SEALED
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
