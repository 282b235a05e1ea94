"""The chat: a page that works without JavaScript, and the fragments that chat.js puts into the window."""

from secrets import token_urlsafe

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chatbot.client import conversations
from chatbot.client.conversations import Bubble
from firstline import clock
from incidents.errors import Invalid
from incidents.people import Person
from portal.access import person

BOT = "bot"
SHOWN = 200


def page(error: str = "", words: str = "") -> str:
    """The whole conversation with a form below; what could not be sent is still in the form."""
    me = person()
    conversation = _wanted_conversation(me)
    return render_template(
        "chat/page.html",
        bubbles=_bubbles(me, conversation),
        conversation=conversation,
        message_id=token_urlsafe(12),
        error=error,
        words=words,
    )


def window() -> ResponseReturnValue:
    """What is inside the window when it opens."""
    me = person()
    conversation = _wanted_conversation(me)
    return render_template("chat/turn.html", bubbles=_bubbles(me, conversation), conversation=conversation)


def say() -> ResponseReturnValue:
    """Take one turn: as a fragment for the window, else back to the page."""
    try:
        reply = conversations.say(
            person(),
            _said(),
            conversation=request.form.get("conversation") or None,
            message_id=request.form.get("message_id") or None,
        )
    except Invalid as refused:
        if _is_window():
            raise
        return page(refused.sentence, request.form.get("message", "")), 422
    if not _is_window():
        return redirect(url_for("chat.page", conversation=reply.conversation) + "#end")
    now = clock.now()
    bubbles = [Bubble(f"{reply.message_id}-{n}", BOT, now, one) for n, one in enumerate(reply.messages)]
    return render_template("chat/turn.html", bubbles=bubbles, conversation=reply.conversation)


def _said() -> str:
    """A pressed button, else the typed words; an empty field beside a button means nothing."""
    return request.form.get("payload") or request.form.get("message", "")


def _is_window() -> bool:
    return request.headers.get("HX-Request-Type") == "partial"


def _wanted_conversation(me: Person) -> str | None:
    if "new" in request.args:
        return None
    given = request.values.get("conversation")
    return given or conversations.latest_conversation(me)


def _bubbles(me: Person, conversation: str | None) -> list[Bubble]:
    said = conversations.history(me, conversation)[-SHOWN:] if conversation else []
    return said or [Bubble("greeting", BOT, clock.now(), conversations.greeting(me))]
