"""Pictures that authors add: pasted or dropped while one types, or chosen and sent with the form."""

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from firstline.i18n import gettext as _
from incidents.attachments import display_name
from knowledge_base import pictures
from knowledge_base.errors import ArticleError
from portal.access import person
from portal.errors import status_of
from portal.limits import REPORT, limiter

FIELD = "picture"


@limiter.limit(REPORT)
def upload() -> ResponseReturnValue:
    """For the editor's script: the Markdown to insert, or a sentence."""
    try:
        chosen = _chosen()
        if not chosen:
            raise ArticleError(_("Choose a picture first."))
        return {"markdown": _keep(chosen[0])}, 201
    except ArticleError as refusal:
        return {"sentence": str(refusal)}, status_of(refusal)


def with_chosen(body: str) -> str:
    """The body with the pictures that came with the form at its end; raises ArticleError."""
    added = [_keep(file) for file in _chosen()]
    return "\n\n".join([body.rstrip(), *added]) + "\n" if added else body


def _chosen() -> list[FileStorage]:
    """A browser sends an empty one when none was chosen."""
    return [file for file in request.files.getlist(FIELD) if file.filename]


def _keep(file: FileStorage) -> str:
    # One byte more than allowed is enough to be refused; the rest need not enter memory.
    content = file.stream.read(pictures.MAX_BYTES + 1)
    name = display_name(file.filename or "", 1)
    return pictures.markdown(pictures.keep(content, name=name, uploaded_by_id=person().id))
