"""What a reporter says of an incident that looks like theirs: the same, or something else."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.errors import Refused
from incidents.kinship import joining, lookalikes
from portal.access import person
from portal.employee.incidents import own, see


def say_same(number: str) -> ResponseReturnValue:
    """“It is the same”: one's own goes on as one, others' becomes “me too”."""
    incident = own(number)
    pair = lookalikes.for_requester(incident)
    if pair is None:
        flash(_("It was decided already."), "info")
        return see(incident)
    earlier, is_own = pair.earlier.number, pair.earlier.requester_id == person().id
    try:
        joining.join(incident.id, pair.earlier_id, by=person())
    except Refused as refusal:
        flash(refusal.sentence, "info")
        return see(own(number))
    if is_own:
        flash(_("Joined. It goes on here, as %(number)s.", number=earlier), "success")
        return redirect(url_for("employee.incident", number=earlier), 303)
    flash(_("Noted: you have it too. You hear from us when it is solved."), "success")
    return see(own(number))


def say_other(number: str) -> ResponseReturnValue:
    """“It is something else”, before or after it was joined."""
    incident = own(number)
    pair = lookalikes.for_requester(incident)
    try:
        if incident.merged_into_id is not None:
            joining.split(incident.id, by=person())
        elif incident.parent_id is not None:
            joining.part(incident.id, by=person())
        elif pair is not None:
            joining.tell_apart(incident.id, pair.earlier_id, by=person())
    except Refused as refusal:
        flash(refusal.sentence, "info")
        return see(own(number))
    flash(_("Thank you. We look at it by itself."), "success")
    return see(own(number))
