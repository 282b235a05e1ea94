"""The form by which words about another trouble become an incident of their own."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incidents import queue
from incidents.errors import Refused
from incidents.kinship import splitting
from incidents.models import Incident
from portal.access import person
from portal.errors import status_of


def show(number: str, entry_id: int) -> str:
    """The words as they were told, to be cut down to those about the other trouble."""
    return _page(queue.find(person(), number), entry_id)


def split(number: str, entry_id: int) -> ResponseReturnValue:
    """Open the new incident and go there; refused, the words stay in the form."""
    incident = queue.find(person(), number)
    title, text = (request.form.get(name, "") for name in ("title", "description"))
    try:
        opened = splitting.split_off(incident, entry_id, by=person(), text=text, title=title)
    except Refused as refusal:
        return _page(incident, entry_id, refusal), status_of(refusal)
    return redirect(url_for("support.incident", number=opened.number), 303)


def _page(incident: Incident, entry_id: int, refusal: Refused | None = None) -> str:
    entry = splitting.find(incident, entry_id)
    return render_template(
        "support/split.html",
        incident=incident,
        entry=entry,
        teller=splitting.teller_of(entry),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        title=request.form.get("title", entry.facts.get("new_subject") or ""),
        description=request.form.get("description", splitting.words_of(entry)),
    )
