"""The chat, for clients other than our window."""

from flask.typing import ResponseReturnValue

from chatbot.client import conversations
from portal.api.bodies import read_body
from portal.api.callers import caller


def say() -> ResponseReturnValue:
    body = read_body()
    reply = conversations.say(
        caller(),
        body.required_text("message"),
        conversation=body.text("conversation"),
        message_id=body.text("message_id"),
    )
    return {**reply.as_dict(), "message_id": reply.message_id}
