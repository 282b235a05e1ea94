"""The chat: a page that works without JavaScript, and the fragments that chat.js puts into the window."""

from secrets import token_urlsafe

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chatbot.client import conversations, download, history, live, turns, wording
from chatbot.client.history import Bubble
from chatbot.client.live import Presence
from chatbot.client.messages import Reply
from chatbot.client.models import Conversation
from firstline import clock
from incidents.errors import Invalid
from incidents.people import Person
from portal.access import person
from portal.forms import uploads

BOT = "bot"
SHOWN = 200


def page(error: str = "", words: str = "") -> str:
    """The whole conversation with a form below; what could not be sent is still in the form."""
    return render_template(
        "chat/page.html", **_whole(), message_id=token_urlsafe(12), error=error, words=words
    )


def window() -> ResponseReturnValue:
    """What is inside the window when it opens."""
    return render_template("chat/turn.html", **_whole())


def say() -> ResponseReturnValue:
    """Take one turn: as a fragment for the window, else back to the page."""
    try:
        reply = conversations.say(
            person(),
            _said(),
            conversation=request.form.get("conversation") or None,
            message_id=request.form.get("message_id") or None,
            uploads=uploads(),
        )
    except Invalid as refused:
        if _is_window():
            raise
        return page(refused.sentence, request.form.get("message", "")), 422
    if not _is_window():
        return redirect(url_for("chat.page", conversation=reply.conversation) + "#end")
    return render_template("chat/turn.html", **_answered(reply))


def look() -> ResponseReturnValue:
    """What is new since the mark of the window; nothing at all when nothing is."""
    news = live.look(
        person(),
        request.form.get("conversation", ""),
        mark=request.form.get("mark", ""),
        is_typing="typing" in request.form,
        is_away="away" in request.form,
    )
    if news is None:
        return "", 204
    return render_template(
        "chat/turn.html", bubbles=news.bubbles, conversation="", mark=news.mark, **_who(news.presence)
    )


def transcript() -> ResponseReturnValue:
    """The conversation as a text file."""
    held = turns.conversation_of(person(), request.args.get("conversation", ""))
    name = f"chat-{held.started_at:%Y-%m-%d}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(download.as_text(held), mimetype="text/plain", headers=headers)


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


def _whole() -> dict[str, object]:
    """The wanted conversation from its beginning, else a greeting."""
    me = person()
    public_id = _wanted_conversation(me)
    held = live.enter(me, public_id) if public_id else None
    # Before the bubbles: what is said in between comes with the next look.
    mark = live.mark_of(held) if held else ""
    return {
        "bubbles": _bubbles(me, held),
        "conversation": public_id,
        "mark": mark,
        **_who(live.presence(held)),
    }


def _bubbles(me: Person, held: Conversation | None) -> list[Bubble]:
    said = history.since(held, history.Seen())[-SHOWN:] if held else []
    return said or [Bubble("greeting", BOT, clock.now(), conversations.greeting(me))]


def _answered(reply: Reply) -> dict[str, object]:
    """The answer alone: what the person said stands in the window already."""
    own, *answers = history.of_turn(reply.turn_id)
    held = turns.conversation_of(person(), reply.conversation)
    return {
        "bubbles": answers,
        "conversation": reply.conversation,
        "own": own.key,
        "own_at": own.at,
        **_who(live.presence(held)),
    }


def _who(presence: Presence) -> dict[str, object]:
    where = wording.state_in_words(presence.incident, person()) if presence.incident else ""
    return {"presence": presence, "where": where}
