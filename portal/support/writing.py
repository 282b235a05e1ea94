"""What support writes at an incident: replies that can be undone, drafts, texts at hand, who else is here."""

from datetime import timedelta

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import queue
from incidents.errors import NotFound, Refused
from incidents.kinship import splitting
from incidents.models import Channel, Incident
from incidents.writing import canned, drafts, held, presence
from portal.access import person
from portal.errors import status_of
from portal.forms import moment, uploads
from portal.support import chat, wording
from portal.support import incident as page


def reply(number: str) -> ResponseReturnValue:
    """Answer: at once where somebody waits in the chat, else after some seconds, or at a time."""
    incident = queue.find(person(), number)
    try:
        _answer(incident)
    except Refused as refusal:
        return page.render(incident, doing="reply", refusal=refusal), status_of(refusal)
    return redirect(url_for("support.incident", number=incident.number, _anchor="latest"), 303)


def undo(number: str, held_id: int) -> ResponseReturnValue:
    """Take a reply back; its words stand in the field again."""
    incident = queue.find(person(), number)
    try:
        held.withdraw(held_id, by=person())
        flash(_("Not sent. Your words are in the field again."), "success")
    except Refused as refusal:
        flash(refusal.sentence, "info")
    return redirect(url_for("support.incident", number=incident.number, _anchor="composer"), 303)


def draft(number: str) -> ResponseReturnValue:
    """Keep what is typed, while it is typed, and tell others that somebody writes."""
    incident = queue.find(person(), number)
    kind = request.form.get("kind", "")
    if kind not in drafts.KINDS:
        raise NotFound(_("There is no such draft."))
    text = request.form.get("text", "")
    drafts.keep(incident, by=person(), kind=kind, text=text)
    presence.look(incident, by=person(), is_writing=bool(text.strip()))
    return "", 204


def look(number: str) -> ResponseReturnValue:
    """Say that one is here, or has gone; the answer is who else is."""
    incident = queue.find(person(), number)
    if "gone" in request.form:
        presence.leave(incident, by=person())
        return "", 204
    presence.look(incident, by=person(), is_writing="writing" in request.form)
    return render_template("support/_colleagues.html", colleagues=presence.others(incident, person()))


def latest(number: str) -> str:
    """What happened after an entry that the page shows, what is held back now, and who is here."""
    incident, me = queue.find(person(), number), person()
    after = request.args.get("after", "")
    seen = int(after) if after.isdecimal() and len(after) < 16 else 0
    entries = [entry for entry in queue.timeline(me, incident) if entry.id > seen]
    return render_template(
        "support/_latest.html",
        incident=incident,
        entries=entries,
        is_mine=all(entry.author_id == me.id for entry in entries),
        sentence=wording.sentence,
        mails={},
        is_told=splitting.is_told,
        colleagues=presence.others(incident, me),
        held=held.waiting_at(incident),
    )


def canned_text(number: str, reply_id: int) -> ResponseReturnValue:
    """A text at hand, filled in for this incident."""
    incident = queue.find(person(), number)
    text = canned.filled(canned.find(person(), reply_id), incident, person())
    return text, 200, {"Content-Type": "text/plain; charset=utf-8"}


def texts() -> str:
    """All texts at hand, to be kept in order."""
    return _texts()


def save_text() -> ResponseReturnValue:
    """Keep a text, a new one or one written anew."""
    form, given = request.form, request.form.get("id", "")
    reply_id = int(given) if given.isdecimal() else None
    try:
        fields = {"name": form.get("name", ""), "text": form.get("text", "")}
        canned.save(person(), is_shared="shared" in form, reply_id=reply_id, **fields)
    except Refused as refusal:
        return _texts(refusal), status_of(refusal)
    flash(_("Kept."), "success")
    return redirect(url_for("support.texts"), 303)


def drop_text(reply_id: int) -> ResponseReturnValue:
    """Take a text away; it stays in the form, so that one can keep it again."""
    gone = canned.drop(person(), reply_id)
    flash(_("“%(name)s” is gone. It is still in the form below: keep it again to undo.", name=gone.name))
    return _texts(typed={"name": gone.name, "text": gone.text, "shared": gone.is_shared}), 200


def _answer(incident: Incident) -> None:
    text, seen = request.form.get("text", "").strip(), page.seen()
    undo_for = timedelta(seconds=current_app.config.get("UNDO_SEND_S", held.UNDO_FOR.total_seconds()))
    at = moment("send_at")
    if at is None and (not undo_for or incident.requester_id == person().id or chat.is_here(incident)):
        chat.answer(incident, text=text, channel=Channel.PORTAL, uploads=uploads(), seen=seen)
        _forget_draft(incident)
        return
    more = {"uploads": uploads(), "send_at": at, "seen": seen, "for_": undo_for}
    held.hold(incident.id, by=person(), text=text, **more)  # type: ignore[arg-type]


def _forget_draft(incident: Incident) -> None:
    drafts.keep(incident, by=person(), kind=drafts.REPLY, text="")


def _texts(refusal: Refused | None = None, typed: dict[str, object] | None = None) -> str:
    me = person()
    chosen = request.args.get("id", "")
    one = canned.find(me, int(chosen)) if chosen.isdecimal() else None
    known = {"id": one.id, "name": one.name, "text": one.text, "shared": one.is_shared} if one else {}
    return render_template(
        "support/texts.html",
        texts=[(reply, canned.may_change(me, reply)) for reply in canned.list_replies(me)],
        fillings=list(canned.PLACES),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        typed=typed or (request.form if refusal else known),
    )
