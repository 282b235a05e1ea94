"""Reporting: the words, three plain questions with a guess already made, one button."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline import log
from firstline.db import db
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext as later
from incidents import continuing, intake, offering, services, unreported
from incidents.attachments import Upload
from incidents.errors import Invalid, KeyReused
from incidents.intake import Report
from incidents.models import Channel, Incident, Level
from incidents.people import Person
from incidents.reach import NAMES, Reach
from portal.access import person
from portal.employee import guessing, told
from portal.employee.home import hints
from portal.employee.incidents import own, see
from portal.forms import new_key, uploads
from portal.limits import REPORT, limiter

URGENCIES = {
    Level.HIGH: (later("I cannot work"), "hand-stop"),
    Level.MEDIUM: (later("I can work around it"), "arrow-back-up"),
    Level.LOW: (later("It is a nuisance"), "mood-sad"),
}
REACHES = {
    Reach.ME: (NAMES[Reach.ME], "user"),
    Reach.TEAM: (NAMES[Reach.TEAM], "users"),
    Reach.SITE: (NAMES[Reach.SITE], "building"),
    Reach.EVERYBODY: (NAMES[Reach.EVERYBODY], "users-group"),
}
logger = log.get(__name__)


@dataclass(kw_only=True)
class Form:
    """What stands in the form: kept whatever happens. `guess` is what we chose for the person.

    `asked` are the words for which they tried a fix before.
    """

    key: str
    description: str = ""
    service: str = ""
    urgency: str = Level.MEDIUM
    reach: str = Reach.ME
    asked: str = ""
    guess: dict[str, str] = field(default_factory=dict)

    def said(self, name: str) -> str | None:
        """The person's own answer; None where they left our guess, which triage makes again."""
        value: str = getattr(self, name)
        return None if value == self.guess.get(name) else value


def show() -> str:
    return _page(_guessed(request.args.get("words", "")))


def start() -> str:
    """The words typed on the home page arrive; nothing is stored yet."""
    return begin(request.form.get("words", ""))


def begin(words: str, *, asked: str = "") -> str:
    """The form with these words in it; `asked` are those for which a fix was tried in vain."""
    form = _guessed(words)
    form.asked = asked
    return _page(form)


@limiter.limit(REPORT)
def send() -> ResponseReturnValue:
    """Store the incident, then look for fixes; whatever breaks afterwards, it is stored."""
    form, files = _filled(), uploads()
    try:
        incident = _report(form, files, person())
    except Invalid as refusal:
        return _page(form, errors={refusal.field or "": refusal.sentence}, had_files=bool(files)), 422
    number, incident_id = incident.number, incident.id
    _offer_fixes(incident_id)
    joined = told.join(db.session.get_one(Incident, incident_id)) if "same" in request.form else None
    return joined or redirect(url_for("employee.logged", number=number), 303)


@limiter.limit(REPORT)
def go_on(number: str) -> ResponseReturnValue:
    """What was being reported goes to an open incident of theirs that tells it already."""
    incident, form, files = own(number), _filled(), uploads()
    try:
        said = continuing.say(
            incident.id, by=person(), text=form.description, channel=Channel.PORTAL, uploads=files
        )
    except Invalid as refusal:
        return _page(form, errors={"description": refusal.sentence}, had_files=bool(files)), 422
    flash(_("We have added your words to it."), "success")
    return see(db.session.get_one(Incident, said.incident_id))


def _report(form: Form, files: list[Upload], me: Person) -> Incident:
    report = Report(
        requester_id=me.id,
        description=form.description,
        channel=Channel.PORTAL,
        key=form.key,
        service=form.said("service"),
        urgency=_answer(form.said("urgency"), Level, field="urgency"),
        reach=_answer(form.said("reach"), Reach, field="reach"),
        attachments=files,
        asked=form.asked,
    )
    try:
        return intake.report(report)
    except KeyReused:
        # The same page with other words: they went back and told us something new.
        words = sha256(repr((form, [file.content for file in files])).encode()).hexdigest()
        return intake.report(replace(report, key=f"{form.key}:{words}"))


def _offer_fixes(incident_id: int) -> None:
    try:
        offering.offer(incident_id)
    except Exception:
        logger.exception("fixes are looked for later", incident=incident_id)


def _guessed(words: str) -> Form:
    """A form whose three questions are answered as well as the words allow."""
    guess = guessing.guess(words)
    return Form(key=new_key(), description=words.strip(), guess=guess, **guess)


def _filled() -> Form:
    given = request.form
    return Form(
        key=given.get("key", "") or new_key(),
        description=given.get("description", ""),
        service=given.get("service", ""),
        urgency=given.get("urgency", Level.MEDIUM),
        reach=given.get("reach", Reach.ME),
        asked=given.get("asked", ""),
        guess={name: given.get(f"guess_{name}", "") for name in guessing.UNKNOWN},
    )


def _answer[Choice: StrEnum](text: str | None, answers: type[Choice], *, field: str) -> Choice | None:
    if text is None:
        return None
    if text not in set(answers):
        raise Invalid(_("Choose one of the answers shown."), field=field)
    return answers(text)


def _page(form: Form, *, errors: dict[str, str] | None = None, had_files: bool = False) -> str:
    tried = unreported.tried(person(), form.asked)
    return render_template(
        "employee/report.html",
        form=form,
        errors=errors or {},
        had_files=had_files,
        hints=hints(form.description, tried=tried),
        told=told.told_already(form.description),
        tried=tried,
        services=services.list_services(),
        URGENCIES=URGENCIES,
        REACHES=REACHES,
    )
