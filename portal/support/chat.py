"""The chat with a requester, on the page of their incident."""

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from chatbot.client import handover, live
from chatbot.client.live import Visitor
from firstline.db import db
from incidents import conversation, queue
from incidents.attachments import Upload
from incidents.kinship import splitting
from incidents.models import Channel, Incident
from portal.access import person
from portal.support import wording


def visitor(incident: Incident) -> Visitor | None:
    """The requester in the chat, unless it is oneself."""
    return None if incident.requester_id == person().id else live.visitor_on(incident)


def is_here(incident: Incident) -> bool:
    """Whether the requester sits at the chat now: then an answer must not wait."""
    there = visitor(incident)
    return there is not None and there.is_here


def look(number: str) -> ResponseReturnValue:
    """What happened since the page's mark, and whether the requester is there; 204 for nothing new."""
    incident = queue.find(person(), number)
    seen = _entry(request.form.get("mark", ""))
    if "away" not in request.form:
        live.agent_looks(person(), incident, seen_entry=seen, is_typing="typing" in request.form)
    return _news(incident, seen)


def say(number: str) -> ResponseReturnValue:
    """Answer in the chat, whatever else has happened meanwhile: one is in the middle of it."""
    incident = queue.find(person(), number)
    answer(incident, text=request.form.get("text", ""), channel=Channel.CHAT)
    return _news(incident, _entry(request.form.get("mark", "")))


def back(number: str) -> ResponseReturnValue:
    """Give the conversation back to the assistant."""
    incident = queue.find(person(), number)
    handover.give_back_from_desk(incident.id, by=person())
    return redirect(url_for("support.incident", number=number, _anchor="latest"), 303)


def answer(
    incident: Incident,
    *,
    text: str,
    channel: Channel,
    uploads: Sequence[Upload] = (),
    seen: int | None = None,
) -> None:
    """Answer the requester; the mail waits while a window is open that shows it."""
    conversation.say(
        incident.id,
        by=person(),
        text=text,
        channel=channel,
        uploads=uploads,
        seen=seen,
        mail_after=live.mail_waits(incident),
    )
    live.agent_answered(person(), incident)


def mark(incident: Incident, last_entry: int) -> str:
    """What a page that shows everything up to this entry comes back with."""
    there = visitor(incident)
    code = f"{there.is_here:d}{there.is_typing:d}" if there else "over"
    return f"{last_entry}.{code}"


def _news(incident: Incident, seen: int) -> ResponseReturnValue:
    db.session.refresh(incident)
    entries = queue.timeline(person(), incident)
    found = mark(incident, entries[-1].id)
    if found == request.form.get("mark"):
        return "", 204
    return render_template(
        "support/_chat_news.html",
        incident=incident,
        entries=[entry for entry in entries if entry.id > seen],
        mark=found,
        visitor=visitor(incident),
        sentence=wording.sentence,
        mails={},
        is_told=splitting.is_told,
    )


def _entry(mark: str) -> int:
    first = mark.partition(".")[0]
    return int(first) if first.isdecimal() and len(first) < 19 else 0
