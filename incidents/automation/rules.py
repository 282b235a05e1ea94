"""How rules are kept: written, ordered, switched on, and tried on last week before they hold.

Whatever is saved is switched off: one looks at how many incidents it would have touched first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from firstline import clock, options
from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.automation import deeds
from incidents.automation.models import NAME_LENGTH, AutomationRule, Moment
from incidents.errors import Invalid, NotFound
from incidents.models import OPEN_NOW, Entry, Incident
from incidents.overtaking import require_unchanged
from incidents.people import Person
from incidents.policy import Action, require
from incidents.routing import conditions as routing_conditions
from incidents.routing import rulebook, rules
from incidents.search.conditions import conditions
from incidents.search.language import parse
from incidents.views import is_open_only

CURSOR = "automation-read-up-to"
LATELY = timedelta(days=7)
SHOWN = 20
OF_ONESELF = frozenset({"me", "mine"})
WHEN = {
    Moment.REPORTED: lazy_gettext("it is reported"),
    Moment.COMMENTED: lazy_gettext("its requester writes"),
    Moment.ESCALATED: lazy_gettext("a person escalates it"),
    Moment.BREACHED: lazy_gettext("a promise is missed"),
    Moment.RESOLVED: lazy_gettext("a person resolves it"),
    Moment.REOPENED: lazy_gettext("it is opened again"),
    Moment.TIME: lazy_gettext("time goes by (once for each incident)"),
}


@dataclass(frozen=True, kw_only=True)
class RuleFacts:
    """What an administrator says of a rule."""

    name: str
    moment: str
    conditions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    query: str = ""
    deeds: Sequence[Mapping[str, str]] = ()


@dataclass(frozen=True)
class Trial:
    """How many incidents a rule would have touched, and the newest of them."""

    count: int
    incidents: Sequence[Incident]


def list_rules() -> Sequence[AutomationRule]:
    """Every rule in its order."""
    return in_order(db.session())


def in_order(session: Session) -> Sequence[AutomationRule]:
    """As `list_rules`, inside the caller's transaction."""
    return session.scalars(select(AutomationRule).order_by(AutomationRule.position, AutomationRule.id)).all()


def save(facts: RuleFacts, *, by: Person, rule_id: int | None = None, seen: str = "") -> AutomationRule:
    """Add a rule at the end, or write one anew; either way it is off until somebody switches it on.

    `seen` as in `overtaking`.
    """
    require(by, Action.ADMINISTER)
    if not facts.name.strip():
        raise Invalid(_("Give the rule a name: it is what people read on the timeline."), field="name")
    if facts.moment not in set(Moment):
        raise Invalid(_("Say when the rule is asked."), field="moment")
    query = _checked_query(facts)
    owner_id = by.id
    with write() as session:
        met = rulebook.checked(session, facts.conditions)
        does = deeds.checked(session, facts.deeds, by_person=False)
        rule = _found(session, rule_id) if rule_id else AutomationRule(position=_end(session))
        if rule_id:
            require_unchanged(rule, seen)
        rule.name, rule.moment, rule.query = facts.name.strip()[:NAME_LENGTH], facts.moment, query
        rule.owner_id, rule.is_on, rule.conditions, rule.deeds = owner_id, False, met, does
        session.add(rule)
    return rule


def switch(rule_id: int, *, by: Person, is_on: bool) -> None:
    """On, it acts on what happens from now on; off, it stays in its place."""
    require(by, Action.ADMINISTER)
    with write() as session:
        if is_on and not any(one.is_on for one in in_order(session)):
            options.choose(session, CURSOR, session.scalar(select(func.max(Entry.id))) or 0)
        rule = _found(session, rule_id)
        rule.is_on, rule.since = is_on, clock.now()


def move(rule_id: int, *, by: Person, to: int) -> None:
    """Put a rule on place `to`, counted from 1."""
    require(by, Action.ADMINISTER)
    with write() as session:
        order = list(in_order(session))
        rule = _found(session, rule_id)
        order.remove(rule)
        order.insert(max(0, to - 1), rule)
        for position, one in enumerate(order, start=1):
            one.position = position


def remove(rule_id: int, *, by: Person) -> None:
    """Forget a rule; what it did stays on the timelines."""
    require(by, Action.ADMINISTER)
    with write() as session:
        session.delete(_found(session, rule_id))


def sentence(rule: AutomationRule) -> str:
    """The whole rule in words."""
    parts = [routing_conditions.sentence(rule.conditions)] if rule.conditions else []
    parts += [_("it fits “%(query)s”", query=rule.query)] if rule.query else []
    whether = "; ".join(parts) or _("always")
    does = ", ".join(map(deeds.sentence, rule.deeds)).removesuffix(".")
    return _(
        "When %(when)s – if %(if_)s – then %(then)s.", when=WHEN[Moment(rule.moment)], if_=whether, then=does
    )


def fits(session: Session, rule: AutomationRule, incident: Incident) -> bool:
    """Whether all that the rule says of an incident holds now."""
    if rule.conditions and routing_conditions.met(rule.conditions, rules.facts_of(incident)) is None:
        return False
    asked = select(Incident.id).where(Incident.id == incident.id, *asked_of(rule))
    return session.scalar(asked) is not None


def asked_of(rule: AutomationRule) -> list[ColumnElement[bool]]:
    """What the query of a rule means; on time only what is open is meant, as in the queue."""
    query = parse(rule.query)
    asked = conditions(query, rule.owner) if query.terms else []
    return [OPEN_NOW, *asked] if rule.moment == Moment.TIME and is_open_only(query) else asked


def try_on_last_week(rule: AutomationRule) -> Trial:
    """What it would have touched in seven days (on time: what it would touch now). Nothing is changed.

    Incidents are looked at as they are now, not as they were.
    """
    session = db.session()
    ids = _of_last_week(rule)
    if not rule.conditions:
        count = session.scalar(select(func.count()).select_from(ids.subquery())) or 0
        return Trial(count, _load(session, session.scalars(ids.limit(SHOWN)).all()))
    wanted = select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id.desc())
    loaded = wanted.options(joinedload(Incident.service), joinedload(Incident.requester))
    met = [
        one.id
        for one in session.scalars(loaded).yield_per(500)
        if routing_conditions.met(rule.conditions, rules.facts_of(one)) is not None
    ]
    return Trial(len(met), _load(session, met[:SHOWN]))


def _of_last_week(rule: AutomationRule) -> Select[int]:
    found = select(Incident.id).where(*asked_of(rule)).order_by(Incident.id.desc())
    if rule.moment == Moment.TIME:
        return found
    lately = select(Entry.incident_id).where(
        Entry.event == rule.moment, Entry.created_at > clock.now() - LATELY
    )
    return found.where(Incident.id.in_(lately))


def _load(session: Session, ids: Sequence[int]) -> Sequence[Incident]:
    return session.scalars(select(Incident).where(Incident.id.in_(ids)).order_by(Incident.id.desc())).all()


def _checked_query(facts: RuleFacts) -> str:
    query = parse(facts.query.strip())
    if query.troubles:
        raise Invalid(query.troubles[0].sentence, field="query")
    if any(value in OF_ONESELF for term in query.terms for value in term.values):
        raise Invalid(_("A rule is nobody: name the person or the team."), field="query")
    if facts.moment == Moment.TIME and not query.terms:
        raise Invalid(_("On time a rule needs a search, such as age:>2d state:queued."), field="query")
    return query.text


def _found(session: Session, rule_id: int) -> AutomationRule:
    rule = session.get(AutomationRule, rule_id)
    if rule is None:
        raise NotFound(_("There is no such rule any more. Go back and look again."))
    return rule


def get(rule_id: int) -> AutomationRule:
    """This rule, where it still exists."""
    return _found(db.session(), rule_id)


def _end(session: Session) -> int:
    return (session.scalar(select(func.max(AutomationRule.position))) or 0) + 1
