"""A swarm on the incident page: start, invite, answer, note, write findings, end."""

from flask import flash, request
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import swarms
from incidents.errors import Invalid
from incidents.models import Incident
from incidents.swarms.models import Standing
from portal.access import person
from portal.support.actions import do


def start(number: str) -> ResponseReturnValue:
    def gather(incident: Incident, seen: int | None) -> None:
        people, teams = request.form.getlist("people"), request.form.getlist("teams")
        swarms.start(
            incident.id, by=person(), purpose=_typed("purpose"), people=people, teams=teams, seen=seen
        )

    return do(number, "swarm", gather)


def invite(number: str) -> ResponseReturnValue:
    def ask(incident: Incident, _seen: int | None) -> None:
        people, teams = request.form.getlist("people"), request.form.getlist("teams")
        swarms.invite(incident.id, by=person(), people=people, teams=teams)

    return do(number, "swarm-invite", ask)


def answer(number: str) -> ResponseReturnValue:
    def say(incident: Incident, _seen: int | None) -> None:
        given = _typed("standing")
        if given not in set(Standing):
            raise Invalid(_("Join, decline or leave."), field="standing")
        swarms.answer(incident.id, Standing(given), by=person())

    return do(number, "swarm-answer", say)


def note(number: str) -> ResponseReturnValue:
    return do(
        number,
        "swarm-note",
        lambda incident, seen: swarms.note(incident.id, by=person(), text=_typed("swarm-note")),
    )


def write_findings(number: str) -> ResponseReturnValue:
    def write(incident: Incident, _seen: int | None) -> None:
        version = request.form.get("version", 0, type=int)
        swarms.write_findings(incident.id, request.form.get("findings", ""), by=person(), seen=version)

    return do(number, "swarm-findings", write)


def end(number: str) -> ResponseReturnValue:
    def close(incident: Incident, _seen: int | None) -> None:
        names = ", ".join(swarms.end(incident.id, by=person()))
        flash(_("The swarm is over. Contributed: %(names)s.", names=names or _("nobody yet")), "success")

    return do(number, "swarm-end", close)


def _typed(field: str) -> str:
    return request.form.get(field, "").strip()
