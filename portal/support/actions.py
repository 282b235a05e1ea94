"""What support does with an incident. Each asks the domain; a refusal keeps what was typed."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import lifecycle, queue
from incidents.classification import reclassify
from incidents.conversation import say
from incidents.errors import Invalid, NotFound, Refused
from incidents.lifecycle import Change
from incidents.models import Channel, Incident, Resolution, State, Visibility
from incidents.writing import drafts
from knowledge_base import articles
from portal.access import person
from portal.errors import status_of
from portal.forms import uploads
from portal.support import incident as page

Deed = Callable[[Incident, int | None], object]
MOVES = {
    "put-back": State.QUEUED,
    "resume": State.IN_PROGRESS,
    "close": State.CLOSED,
    "reopen": State.QUEUED,
    "cancel": State.CANCELLED,
}
MOST_MINUTES = 10_000


def note(number: str) -> ResponseReturnValue:
    return do(number, "note", _note)


def take(number: str) -> ResponseReturnValue:
    return do(number, "", lambda incident, seen: lifecycle.take(incident.id, by=person()))


def wait(number: str) -> ResponseReturnValue:
    def pause(incident: Incident, seen: int | None) -> None:
        if not typed("note"):
            raise Invalid(_("Say what it waits for: the note is all the next reader has."), field="note")
        _change(incident, seen, Change(to=State.WAITING, waiting_on=typed("waiting_on"), note=typed("note")))

    return do(number, "wait", pause)


def resolve(number: str) -> ResponseReturnValue:
    def settle(incident: Incident, seen: int | None) -> None:
        _change(incident, seen, _resolution())
        if "article_wanted" in request.form:
            flash(_("Resolved. An article should be written: “Draft an article” begins it."), "success")

    return do(number, "resolve", settle)


def move(number: str, doing: str) -> ResponseReturnValue:
    """Put back, resume, close, reopen or cancel: a change of state with a note at most."""
    if doing not in MOVES:
        raise NotFound(_("There is no such action."))
    wanted = Change(to=MOVES[doing], note=typed("note"))
    return do(number, doing, lambda incident, seen: _change(incident, seen, wanted))


def correct_facts(number: str) -> ResponseReturnValue:
    def correct(incident: Incident, seen: int | None) -> None:
        given = {
            fact: request.form.get(fact)
            for fact in ("category", "kind", "reach", "impact", "urgency", "service")
        }
        reclassify(incident.id, by=person(), seen=seen, **given)

    return do(number, "facts", correct)


def do(number: str, doing: str, deed: Deed) -> ResponseReturnValue:
    """Let one deed happen to an incident and go back to it; a refusal shows the page with what was typed."""
    incident = queue.find(person(), number)
    try:
        deed(incident, page.seen())
    except Refused as refusal:
        return page.render(incident, doing=doing, refusal=refusal), status_of(refusal)
    return redirect(url_for("support.incident", number=incident.number, _anchor="latest"), 303)


def _note(incident: Incident, seen: int | None) -> None:
    say(
        incident.id,
        by=person(),
        text=typed("text"),
        channel=Channel.PORTAL,
        visibility=Visibility.INTERNAL,
        uploads=uploads(),
        seen=seen,
    )
    drafts.keep(incident, by=person(), kind=drafts.NOTE, text="")


def _change(incident: Incident, seen: int | None, wanted: Change) -> None:
    lifecycle.change(incident.id, wanted, by=person(), seen=seen)


def _resolution() -> Change:
    if not typed("cause") and not typed("cause_code"):
        raise Invalid(_("Say in a few words what the cause was, such as “worn cable”."), field="cause")
    return Change(
        to=State.RESOLVED,
        resolution=_how(),
        cause=typed("cause"),
        note=typed("note"),
        minutes_spent=_minutes(),
        article_id=_article(),
        cause_code=typed("cause_code") or None,
        is_article_wanted="article_wanted" in request.form,
        items=_items(),
        proposal_id=request.form.get("proposal", type=int),
    )


def _how() -> Resolution:
    given = typed("resolution")
    if given not in set(Resolution):
        raise Invalid(_("Say who resolved it: support, a higher tier or a vendor."), field="resolution")
    return Resolution(given)


def _minutes() -> int:
    given = typed("minutes") or "0"
    if not given.isdecimal() or int(given) > MOST_MINUTES:
        raise Invalid(_("Write the minutes as a whole number, such as 15."), field="minutes")
    return int(given)


def _items() -> tuple[str, ...]:
    """What was ticked, and the tags that were typed beside."""
    more = [name.strip() for name in typed("more_items").split(",") if name.strip()]
    return tuple(dict.fromkeys([*request.form.getlist("items"), *more]))


def _article() -> int | None:
    if not typed("article"):
        return None
    article = articles.find(typed("article"))
    if article is None:
        raise Invalid(
            _("There is no such article. Choose one of the list, or leave it empty."), field="article"
        )
    return article.id


def typed(field: str) -> str:
    """What was written into this field, without space around it."""
    return request.form.get(field, "").strip()
