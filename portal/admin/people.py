"""People and their roles."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import hash_password

from email_intake import addresses
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import administration
from incidents.administration import PAGE, PersonFacts
from incidents.errors import Invalid, Refused
from incidents.people import Person, Role
from portal.access import person as me
from portal.admin import overtaken
from portal.errors import status_of

ROLES = {
    Role.EMPLOYEE: lazy_gettext("Employee"),
    Role.AGENT: lazy_gettext("Agent"),
    Role.LEAD: lazy_gettext("Lead"),
    Role.AUTHOR: lazy_gettext("Author"),
    Role.ADMIN: lazy_gettext("Administrator"),
    Role.MONITOR: lazy_gettext("Monitor (a machine)"),
    Role.CONTACT: lazy_gettext("Contact (mail only)"),
}
SHORTEST_PASSWORD = 10


def index() -> str:
    return _list({})


def add() -> ResponseReturnValue:
    try:
        _check_password()
        _check_address(request.form.get("email", ""))
        added = administration.add_person(request.form.get("email", ""), _facts(), by=me())
        _set_password(added)
    except Refused as refusal:
        return _list(request.form, refusal), status_of(refusal)
    flash(_("%(name)s is known now.", name=added.name), "success")
    return redirect(url_for("admin.person", person_id=added.id), 303)


def show(person_id: int) -> str:
    return _one(administration.find_person(person_id))


def change(person_id: int) -> ResponseReturnValue:
    try:
        _check_password()
        changed = administration.change_person(person_id, _facts(), by=me(), seen=overtaken.seen())
        _set_password(changed)
    except Refused as refusal:
        return _one(administration.find_person(person_id), refusal), status_of(refusal)
    flash(_("%(name)s is saved.", name=changed.name), "success")
    return redirect(url_for("admin.people"), 303)


def _list(typed: object, refusal: Refused | None = None) -> str:
    words, role = request.args.get("q", "").strip(), request.args.get("role", "")
    after = request.args.get("after", "")
    found = administration.search_people(words, role=role, after=after, limit=PAGE + 1)
    return render_template(
        "admin/people.html",
        found=found[:PAGE],
        more=found[PAGE - 1].email if len(found) > PAGE else None,
        words=words,
        role=role,
        **_for_form(typed, refusal),
    )


def _one(found: Person, refusal: Refused | None = None) -> str:
    known = {
        "name": found.name,
        "role": found.role,
        "site": found.site,
        "department": found.department,
        "phone": found.phone,
        "teams": [team.slug for team in found.teams],
        "active": "1" if found.active else "",
        "skills": ", ".join(found.skills),
        "shift": found.shift,
    }
    return render_template(
        "admin/person.html",
        person=found,
        **_for_form(_typed() if refusal else known, refusal),
        **overtaken.state(found, known, refusal),
    )


def _for_form(typed: object, refusal: Refused | None) -> dict[str, object]:
    return {
        "typed": typed,
        "errors": {refusal.field or "": refusal.sentence} if refusal else {},
        "roles": ROLES,
        "teams": administration.list_teams(),
    }


def _typed() -> dict[str, object]:
    return {**request.form, "teams": request.form.getlist("teams")}


def _facts() -> PersonFacts:
    form = request.form
    return PersonFacts(
        name=form.get("name", ""),
        role=form.get("role", ""),
        site=form.get("site", ""),
        department=form.get("department", ""),
        phone=form.get("phone", ""),
        teams=form.getlist("teams"),
        active="active" in form,
        skills=form.get("skills", "").split(","),
        shift=form.get("shift", ""),
    )


def _check_address(given: str) -> None:
    """Nobody can be told anything at an address whose mail comes back to us (case 54)."""
    if addresses.is_ours(given.strip()):
        raise Invalid(
            _("Mail to %(address)s comes in here. Write the person's own address.", address=given.strip()),
            field="email",
        )


def _check_password() -> None:
    given = request.form.get("password", "")
    if given and len(given) < SHORTEST_PASSWORD:
        raise Invalid(
            _("Choose a password of at least %(least)s characters.", least=SHORTEST_PASSWORD),
            field="password",
        )


def _set_password(person: Person) -> None:
    given = request.form.get("password", "")
    if given:
        # Hashing is slow on purpose and stays outside the transaction.
        administration.set_password(person.id, hash_password(given), by=me())
