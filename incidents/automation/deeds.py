"""What rules and macros can do: one table, each entry checked, told in words and done in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.db import db
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import routing, watching
from incidents.classification import refile
from incidents.errors import Invalid, Refused
from incidents.lifecycle import Change, apply
from incidents.models import Event, Incident, Level, State, Visibility
from incidents.people import Person, Team, normalise_address
from incidents.routing import assignment
from incidents.routing.escalation import hand_to
from incidents.routing.models import Assigning
from incidents.routing.named import own_team
from incidents.timeline import record
from incidents.writing import canned
from knowledge_base.models import Category

LONGEST = 5000
MOST = 8
VALUES: Mapping[str, Mapping[str, object]] = {
    "urgency": {
        Level.LOW: lazy_gettext("low"),
        Level.MEDIUM: lazy_gettext("medium"),
        Level.HIGH: lazy_gettext("high"),
    },
    "assign": {
        Assigning.ROUND_ROBIN: lazy_gettext("whoever's turn it is"),
        Assigning.LEAST_LOADED: lazy_gettext("whoever has least open"),
        Assigning.BY_SKILL: lazy_gettext("whoever names a skill that fits"),
    },
}
"""Values that have a word of their own."""
NAMES = {
    "team": (Team.slug, Team.name),
    "category": (Category.slug, Category.name),
    "watch": (Person.email, Person.name),
}
"""Values that are kept as a key and shown by a name: where it stands."""
ME, WHO = ("me", "my_first_name"), ("requester", "first_name")


@dataclass(frozen=True)
class Doing:
    """One kind of deed. `act` returns whether it changed anything; `by` None is a rule."""

    label: object
    words: object
    check: Callable[[Session, str], str]
    act: Callable[[Session, Incident, str, Person | None], bool]
    needs_person: bool = False


def checked(session: Session, given: Sequence[Mapping[str, str]], *, by_person: bool) -> list[dict[str, str]]:
    """The deeds as they are kept; `Invalid` says what is missing or cannot be."""
    deeds = [dict(one) for one in given if one.get("do") in DEEDS and one.get("value", "").strip()]
    if not deeds:
        raise Invalid(_("Say what it does: at least one thing."), field="deeds")
    if len(deeds) > MOST:
        raise Invalid(_("At most %(most)s things at once.", most=MOST), field="deeds")
    for deed in deeds:
        doing = DEEDS[deed["do"]]
        if doing.needs_person and not by_person:
            raise Invalid(_("Only a person can do this."), field=deed["do"])
        deed["value"] = doing.check(session, deed["value"].strip())
        if not by_person and any(f"{{{{{place}}}}}" in deed["value"] for place in ME):
            raise Invalid(_("A rule is nobody: leave out {{me}}."), field=deed["do"])
    return deeds


def do_all(
    session: Session, incident: Incident, deeds: Sequence[Mapping[str, str]], *, by: Person | None
) -> list[str]:
    """Do them in their order and return what was done, in words; one that is refused says so itself."""
    done = []
    for deed in deeds:
        try:
            changed = DEEDS[deed["do"]].act(session, incident, deed["value"], by)
        except Refused as refusal:
            if by is not None:
                raise
            done.append(refusal.sentence)
            continue
        if changed:
            done.append(sentence(deed))
    return done


def sentence(deed: Mapping[str, str]) -> str:
    """One deed in words, which fit what a rule will do as well as what it did."""
    kind, value = deed["do"], deed["value"]
    name = VALUES.get(kind, {}).get(value)
    if name is None and kind in NAMES:
        key, shown = NAMES[kind]
        name = db.session.scalar(select(shown).where(key == value))
    return str(DEEDS[kind].words) % {"value": name or value}


def _any(_session: Session, value: str) -> str:
    return value


def _text(_session: Session, value: str) -> str:
    if len(value) > LONGEST:
        raise Invalid(_("At most %(most)s characters.", most=LONGEST), field="deeds")
    return value


def _level(_session: Session, value: str) -> str:
    if value not in set(Level):
        raise Invalid(_("Choose an urgency."), field="urgency")
    return value


def _category(session: Session, value: str) -> str:
    if session.get(Category, value) is None:
        raise Invalid(_("There is no such category. Choose one of the list."), field="category")
    return value


def _team(session: Session, value: str) -> str:
    return own_team(session, value).slug


def _way(_session: Session, value: str) -> str:
    if value not in set(Assigning) - {Assigning.NOBODY}:
        raise Invalid(_("Choose how it is given to somebody."), field="assign")
    return value


def _supporter(session: Session, value: str) -> str:
    found = session.scalar(select(Person).where(Person.email == normalise_address(value)))
    if found is None or not found.is_support:
        raise Invalid(_("Choose somebody of support."), field="watch")
    return found.email


def _set_urgency(session: Session, incident: Incident, value: str, by: Person | None) -> bool:
    is_new = incident.urgency != value
    refile(session, incident, {"urgency": value}, by=by)
    return is_new


def _set_category(session: Session, incident: Incident, value: str, by: Person | None) -> bool:
    is_new = incident.category != value
    refile(session, incident, {"category": value}, by=by)
    return is_new


def _hand_over(session: Session, incident: Incident, value: str, by: Person | None) -> bool:
    team = session.scalar(select(Team).where(Team.slug == value))
    if team is None or team.id == incident.team_id or not incident.is_open:
        return False
    hand_to(session, incident, team, note=_("Handed over by automation"), by=by)
    return True


def _assign(session: Session, incident: Incident, value: str, _by: Person | None) -> bool:
    if incident.assignee_id is not None or incident.state != State.QUEUED:
        return False
    return assignment.assign(session, incident, Assigning(value)) is not None


def _call_lead(session: Session, incident: Incident, value: str, by: Person | None) -> bool:
    return bool(routing.call_lead(session, incident, because=_filled(incident, value, by), by=by))


def _note(session: Session, incident: Incident, value: str, by: Person | None) -> bool:
    text = _filled(incident, value, by)
    record(session, incident, Event.NOTED, author=by, text=text, visibility=Visibility.INTERNAL)
    return True


def _watch(session: Session, incident: Incident, value: str, _by: Person | None) -> bool:
    found = session.scalar(select(Person).where(Person.email == value))
    if found is None or not found.is_support:
        return False
    watching.add(session, incident, found)
    return True


def _take(session: Session, incident: Incident, _value: str, by: Person | None) -> bool:
    assert by is not None, "only a person takes"
    if incident.assignee_id == by.id and incident.state == State.IN_PROGRESS:
        return False
    apply(session, incident, Change(to=State.IN_PROGRESS), by=by)
    incident.assignee_id, incident.assignee = by.id, by
    return True


def _wait(session: Session, incident: Incident, value: str, by: Person | None) -> bool:
    apply(session, incident, Change(to=State.WAITING, note=_filled(incident, value, by)), by=by)
    return True


def _filled(incident: Incident, text: str, by: Person | None) -> str:
    return canned.fill(text, incident, by or incident.requester)


DEEDS: dict[str, Doing] = {
    "take": Doing(lazy_gettext("Take it"), lazy_gettext("taken"), _any, _take, needs_person=True),
    "urgency": Doing(
        lazy_gettext("Set the urgency to"), lazy_gettext("urgency %(value)s"), _level, _set_urgency
    ),
    "category": Doing(
        lazy_gettext("File it under"), lazy_gettext("filed under %(value)s"), _category, _set_category
    ),
    "team": Doing(lazy_gettext("Hand it to"), lazy_gettext("handed to %(value)s"), _team, _hand_over),
    "assign": Doing(
        lazy_gettext("Give it to one of the team"),
        lazy_gettext("given to somebody (%(value)s)"),
        _way,
        _assign,
    ),
    "watch": Doing(
        lazy_gettext("Let somebody watch it"), lazy_gettext("%(value)s watches"), _supporter, _watch
    ),
    "lead": Doing(
        lazy_gettext("Call the lead, because"),
        lazy_gettext("a call to the lead: %(value)s"),
        _text,
        _call_lead,
    ),
    "note": Doing(lazy_gettext("Note for support"), lazy_gettext("a note: %(value)s"), _text, _note),
    "wait": Doing(
        lazy_gettext("Ask the requester, and wait"),
        lazy_gettext("asked: %(value)s"),
        _text,
        _wait,
        needs_person=True,
    ),
}
