"""The chat, for clients other than our window."""

from flask import request
from flask.typing import ResponseReturnValue

from chatbot.client import conversations
from portal.api.bodies import Body, read_body
from portal.api.callers import caller
from portal.forms import uploads

WITH_FILES = "multipart/form-data"


def say() -> ResponseReturnValue:
    """One turn, as JSON; with files as a form of the same fields."""
    has_files = request.mimetype == WITH_FILES
    body = Body(dict(request.form)) if has_files else read_body()
    files = uploads() if has_files else ()
    reply = conversations.say(
        caller(),
        (body.text("message") or "") if files else body.required_text("message"),
        conversation=body.text("conversation") or None,
        message_id=body.text("message_id") or None if has_files else body.text("message_id"),
        uploads=files,
    )
    return {**reply.as_dict(), "message_id": reply.message_id}
