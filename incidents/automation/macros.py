"""Macros: what one does again and again, with one key; all of it or nothing."""

from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select

from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.automation import deeds
from incidents.automation.models import Macro
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.lifecycle import locked
from incidents.models import Event, Visibility
from incidents.people import Person, Role
from incidents.policy import Action, require
from incidents.timeline import record

NAME_LENGTH = 60
MOST_KEYS = 9
"""The first nine have a key each."""


def list_macros(person: Person) -> Sequence[Macro]:
    """Those this person may use, by name."""
    theirs = or_(Macro.owner_id == person.id, Macro.is_shared)
    return db.session.scalars(select(Macro).where(theirs).order_by(Macro.name, Macro.id)).all()


def find(person: Person, macro_id: int) -> Macro:
    """One of them; `NotFound` for all others alike."""
    macro = db.session.get(Macro, macro_id)
    if macro is None or not (macro.is_shared or macro.owner_id == person.id):
        raise NotFound(_("There is no such macro."))
    return macro


def save(
    by: Person,
    *,
    name: str,
    given: Sequence[Mapping[str, str]],
    is_shared: bool,
    macro_id: int | None = None,
) -> Macro:
    """Keep a macro, a new one or one written anew."""
    require(by, Action.SEE_QUEUE)
    name, by_id = name.strip(), by.id
    if not name or len(name) > NAME_LENGTH:
        raise Invalid(_("Give it a name of at most %(most)s characters.", most=NAME_LENGTH), field="name")
    with write() as session:
        does = deeds.checked(session, given, by_person=True)
        macro = session.get(Macro, macro_id) if macro_id else Macro(owner_id=by_id)
        if macro is None:
            raise NotFound(_("There is no such macro."))
        _check_may_change(by, macro)
        macro.name, macro.deeds, macro.is_shared = name, does, is_shared
        session.add(macro)
    return macro


def drop(by: Person, macro_id: int) -> None:
    """Take one away."""
    with write() as session:
        macro = find(by, macro_id)
        _check_may_change(by, macro)
        session.delete(macro)


def run(macro_id: int, incident_id: int, *, by: Person, seen: int | None = None) -> list[str]:
    """Do all of it to an incident, or with a refusal nothing; returns what was done, in words."""
    macro = find(by, macro_id)
    does, name = list(macro.deeds), macro.name
    with locked(incident_id, seen=seen) as (session, incident):
        require(by, Action.WORK, incident)
        did = deeds.do_all(session, incident, does, by=by)
        facts: dict[str, object] = {"macro": name, "did": did}
        record(session, incident, Event.AUTOMATED, author=by, facts=facts, visibility=Visibility.INTERNAL)
    return did


def may_change(person: Person, macro: Macro) -> bool:
    """Its owner, or a lead if it is shared."""
    return macro.owner_id == person.id or (macro.is_shared and person.role in {Role.LEAD, Role.ADMIN})


def _check_may_change(by: Person, macro: Macro) -> None:
    if not may_change(by, macro):
        raise NotAllowed(_("Only its owner or a lead may change it. Keep one of your own."))
