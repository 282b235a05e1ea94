"""What support finds out about an incident, and the time it takes."""

from flask import flash
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.diagnosis import hypotheses, proposals
from incidents.diagnosis.models import Finding
from incidents.errors import Invalid
from incidents.models import Incident
from incidents.resolutions import worktime
from portal.access import person
from portal.support.actions import do, typed


def suppose(number: str) -> ResponseReturnValue:
    return do(
        number, "", lambda incident, seen: hypotheses.suppose(incident.id, typed("hypothesis"), by=person())
    )


def decide(number: str, hypothesis_id: int) -> ResponseReturnValue:
    def tell(incident: Incident, seen: int | None) -> None:
        hypotheses.decide(incident.id, hypothesis_id, _finding(), by=person(), note=typed("finding_note"))

    return do(number, "", tell)


def propose(number: str) -> ResponseReturnValue:
    def hand_over(incident: Incident, seen: int | None) -> None:
        proposals.propose(
            incident.id,
            typed("note"),
            by=person(),
            cause=typed("cause"),
            cause_code=typed("cause_code") or None,
        )
        flash(_("Handed over: whoever resolves it finds it in the form."), "success")

    return do(number, "propose", hand_over)


def timer(number: str) -> ResponseReturnValue:
    """Start one's timer, or stop it and book the minutes."""

    def switch(incident: Incident, seen: int | None) -> None:
        if typed("runs") == "yes":
            worktime.start_timer(incident.id, by=person())
            return
        minutes = worktime.book_timer(incident.id, by=person())
        flash(_("%(n)s min are booked.", n=minutes), "success")

    return do(number, "", switch)


def _finding() -> Finding:
    given = typed("finding")
    if given not in set(Finding):
        raise Invalid(_("Say what became of it: open, confirmed or ruled out."), field="finding")
    return Finding(given)
