"""What a reporter says of an incident that looks like theirs: the same, or something else."""

from flask import flash
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.errors import Refused
from incidents.kinship import joining, lookalikes
from portal.access import person
from portal.employee import told
from portal.employee.incidents import own, see


def say_same(number: str) -> ResponseReturnValue:
    """“It is the same”: one's own goes on as one, others' becomes “me too”."""
    incident = own(number)
    if lookalikes.for_requester(incident) is None:
        flash(_("It was decided already."), "info")
        return see(incident)
    return told.join(incident) or see(own(number))


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
