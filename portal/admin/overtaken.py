"""What a form needs so that nobody writes over what somebody else has just saved."""

from collections.abc import Mapping
from typing import Any

from flask import request

from firstline.i18n import lazy_gettext as _
from incidents.errors import Refused
from incidents.overtaking import Overtaken, mark_of

LABELS = {
    "name": _("Name"), "tier": _("Tier"), "email": _("E-mail address"), "lead": _("Lead"), "role": _("Role"),
    "site": _("Site"), "department": _("Department"), "phone": _("Telephone"), "teams": _("Teams"), "skills": _("Skills"), "shift": _("Shift"),
    "active": _("May sign in"), "description": _("What it is"), "criticality": _("How critical"),
    "keywords": _("Words people use for it"), "sites": _("Sites"), "owner": _("Who answers for it"),
    "team": _("Team"), "answer_hours": _("A vendor answers within hours"), "is_vendor": _("Vendor"),
    "parent": _("Below"), "text": _("First sentence"), "subject": _("Subject"),
    "opening": _("How it begins"), "closing": _("How it ends"), "priority": _("Priority"), "service": _("Service"),
    "hours": _("Hours"), "respond_minutes": _("Answer within"), "update_minutes": _("News within"),
    "resolve_minutes": _("Solve within"), "zone": _("Time zone"), "week": _("Week"), "days_off": _("Days off"),
    "country": _("Country"), "subdivision": _("Region"), "assigning": _("How it is given"), "is_on": _("On"),
    "url": _("Address"), "events": _("Events"), "shows_internal": _("Send the words of internal notes, too"),
    "is_active": _("Switched on"), "host": _("IMAP server"), "port": _("Port (if not the usual one)"),
    "username": _("User name"), "folder": _("Folder"), "security": _("Security"), "login": _("Proof"),
    "address": _("Address people write to"), "move_to": _("Move taken mail to"),
    "start_at": _("Mail that lies there already"), "start_days": _("How many days"),
    "origin": _("What lies with"), "after_minutes": _("After working minutes"),
    "worst_priority": _("Of priority"), "target": _("Goes to"), "moment": _("When"), "query": _("And it fits this search"),
    "offer": _("Words on the requester's button"), "action": _("Done by"), "reach": _("Acts on"),
    "articles": _("Articles"), "categories": _("Categories"), "alerts": _("Alerts"),
}  # fmt: skip
"""What the fields of these forms are called."""


def seen() -> str:
    """The mark that the sent form carries."""
    return request.form.get("seen", "")


def state(
    what: object,
    known: Mapping[str, Any],
    refusal: Refused | None = None,
    labels: Mapping[str, object] = LABELS,
) -> dict[str, Any]:
    """For the template: the mark to carry, and where somebody was quicker, what stands there now.

    `what` as in `incidents.overtaking`; None while the form makes a new one, which overtakes nobody.
    Once both were shown the form carries the new mark, so that saving again is a decision.
    """
    if what is None:
        return {"seen": "", "theirs": []}
    was_overtaken = isinstance(refusal, Overtaken)
    was_refused = refusal is not None and not was_overtaken and "seen" in request.form
    mark = seen() if was_refused else mark_of(what)
    return {"seen": mark, "theirs": _differences(known, labels) if was_overtaken else []}


def _differences(known: Mapping[str, Any], labels: Mapping[str, object]) -> list[tuple[object, str, str]]:
    fields = [(name, value) for name, value in known.items() if name in labels]
    pairs = [(name, _plain(value), _plain(_sent(name, value))) for name, value in fields]
    return [(labels[name], theirs, yours) for name, theirs, yours in pairs if theirs != yours]


def _sent(name: str, like: object) -> object:
    if isinstance(like, bool):
        return name in request.form
    return request.form.getlist(name) if isinstance(like, list) else request.form.get(name, "")


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    return ", ".join(sorted(map(str, value))) if isinstance(value, list) else str(value or "")
