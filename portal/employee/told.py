"""What is told already while somebody writes a report: by themselves, or by others, in none of their words."""

from dataclasses import dataclass

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from firstline import log
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import Refused
from incidents.kinship import joining, lookalikes, wording
from incidents.models import Incident
from portal.access import person

FEWEST_LETTERS = 12
logger = log.get(__name__)


@dataclass(frozen=True)
class Told:
    """The person's own open incident that tells it, or how many others have it."""

    own: Incident | None
    others: int


def told_already(words: str) -> Told | None:
    """None where it is new, or where the search for it is broken: writing must go on."""
    if len(words.strip()) < FEWEST_LETTERS:
        return None
    try:
        own = lookalikes.own_open(person(), words)
        theirs = None if own else lookalikes.open_of_others(person(), words)
    except Exception:
        logger.exception("nothing was looked for that is told already")
        db.session.rollback()
        return None
    return Told(own, theirs.affected_count if theirs else 0) if own or theirs else None


def join(incident: Incident) -> ResponseReturnValue | None:
    """“Me too”, pressed before it was sent; None when what was meant is not found any more."""
    pair = lookalikes.for_requester(incident)
    if pair is None:
        return None
    earlier, is_own = pair.earlier.number, wording.is_own(pair)
    try:
        joining.join(incident.id, pair.earlier_id, by=person())
    except Refused as refusal:
        flash(refusal.sentence, "info")
        return None
    told = _("Noted: you have it too. You hear from us when it is solved.")
    flash(_("Joined. It goes on here, as %(number)s.", number=earlier) if is_own else told, "success")
    return redirect(url_for("employee.incident", number=earlier if is_own else incident.number), 303)
