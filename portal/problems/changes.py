"""What one does with problems."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import queue
from incidents.errors import Invalid, Refused
from incidents.problems import proposals, work
from incidents.problems.models import Problem, Standing
from incidents.problems.work import Findings
from portal.access import person
from portal.errors import status_of
from portal.problems import pages


def open_problem() -> ResponseReturnValue:
    given = request.form.get("incident", "").strip()
    incident = queue.find(person(), given) if given else None
    try:
        problem = work.open_problem(_findings(), incident_ids=[incident.id] if incident else [], by=person())
    except Refused as refusal:
        return pages.form(refusal, incident), status_of(refusal)
    return _go(problem, _("%(number)s is open. Say what is known, then lead it on.", number=problem.number))


def accept(proposal_id: int) -> ResponseReturnValue:
    problem = proposals.accept(proposal_id, by=person())
    return _go(problem, _("%(number)s is open. Say what is known, then lead it on.", number=problem.number))


def dismiss(proposal_id: int) -> ResponseReturnValue:
    proposals.dismiss(proposal_id, by=person())
    return redirect(url_for("problems.index", dismissed=proposal_id), 303)


def bring_back(proposal_id: int) -> ResponseReturnValue:
    proposals.bring_back(proposal_id, by=person())
    return redirect(url_for("problems.index"), 303)


def save(number: str) -> ResponseReturnValue:
    seen = request.form.get("seen", 0, type=int)
    return _do(number, lambda: work.save(number, _findings(), by=person(), seen=seen), _("Saved."))


def lead_on(number: str) -> ResponseReturnValue:
    note = request.form.get("note", "")
    return _do(number, lambda: work.lead_on(number, _standing(), by=person(), note=note), _("Done."))


def link(number: str) -> ResponseReturnValue:
    def add() -> Problem:
        incident = queue.find(person(), request.form.get("incident", ""))
        return work.link(number, incident.id, by=person())

    return _do(number, add, _("Linked."))


def unlink(number: str, incident_id: int) -> ResponseReturnValue:
    return _do(number, lambda: work.unlink(number, incident_id, by=person()), _("Taken out."))


def merge(number: str) -> ResponseReturnValue:
    into = request.form.get("into", "")
    return _do(
        number, lambda: work.merge(number, into, by=person()), _("Merged. All incidents are here now.")
    )


def _do(number: str, change: Callable[[], Problem], done: str) -> ResponseReturnValue:
    try:
        problem = change()
    except Refused as refusal:
        return pages.page(work.find(person(), number), refusal), status_of(refusal)
    return _go(problem, done)


def _go(problem: Problem, sentence: str) -> ResponseReturnValue:
    flash(sentence, "success")
    return redirect(url_for("problems.problem", number=problem.number), 303)


def _standing() -> Standing:
    try:
        return Standing(request.form.get("to", ""))
    except ValueError as error:
        raise Invalid(_("There is no such step. Choose one of the buttons.")) from error


def _findings() -> Findings:
    form = request.form
    words = {name: form.get(name, "") for name in ("title", *work.TEXTS, "category", "service")}
    return Findings(owner_id=form.get("owner", type=int), **words)
