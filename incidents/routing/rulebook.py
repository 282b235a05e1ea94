"""How administrators keep the rules: add, correct, order, switch off, and try them before they hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache, partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents import triage
from incidents.errors import Invalid
from incidents.models import Channel, Entry, Event, Incident, Kind
from incidents.overtaking import require_unchanged
from incidents.people import Person
from incidents.policy import Action, require
from incidents.routing import rules
from incidents.routing.conditions import MOST_WORDS, NAMES, TERMS, Conditions, Facts
from incidents.routing.models import NAME_LENGTH, Assigning, RoutingRule
from incidents.routing.named import own_team, rule_of
from incidents.routing.rules import Decision
from incidents.services import Service
from knowledge_base.models import Category

PRIORITIES = ("P1", "P2", "P3", "P4", "P5")
MOST_VALUES = 50
LATELY = timedelta(days=7)
MOST_TRIED = 300


@dataclass(frozen=True, kw_only=True)
class RuleFacts:
    """What an administrator says of a rule. `conditions` as in `conditions.NAMES`; `team` is a slug."""

    name: str
    team: str
    conditions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    assigning: str = Assigning.NOBODY
    is_on: bool = True


@dataclass(frozen=True)
class Trial:
    """Where one of the last incidents would go now, and where it went at first; empty if nowhere yet."""

    incident: Incident
    went_to: str
    decision: Decision

    @property
    def moves(self) -> bool:
        return bool(self.went_to and self.decision.team and self.decision.team.name != self.went_to)


def list_rules() -> Sequence[RoutingRule]:
    """Every rule in its order."""
    return rules.in_order(db.session())


def get(rule_id: int) -> RoutingRule:
    """This rule, where it still exists."""
    return rule_of(db.session(), RoutingRule, rule_id)


def save(facts: RuleFacts, *, by: Person, rule_id: int | None = None, seen: str = "") -> RoutingRule:
    """Add a rule at the end, or correct one where it stands; `seen` as in `overtaking`."""
    require(by, Action.ADMINISTER)
    with write() as session:
        team = own_team(session, facts.team)
        conditions = checked(session, facts.conditions)
        if not facts.name.strip():
            raise Invalid(_("Give the rule a name: it is what people read under “why here?”."), field="name")
        if facts.assigning not in set(Assigning):
            raise Invalid(_("Choose how it is given to somebody."), field="assigning")
        rule = rule_of(session, RoutingRule, rule_id) if rule_id else RoutingRule(position=_end(session))
        if rule_id:
            require_unchanged(rule, seen)
        rule.name, rule.team, rule.conditions = facts.name.strip()[:NAME_LENGTH], team, conditions
        rule.assigning, rule.is_on = facts.assigning, facts.is_on
        session.add(rule)
    return rule


def switch(rule_id: int, *, by: Person, is_on: bool) -> None:
    """A rule that is off stays in its place and decides nothing."""
    require(by, Action.ADMINISTER)
    with write() as session:
        rule_of(session, RoutingRule, rule_id).is_on = is_on


def move(rule_id: int, *, by: Person, to: int) -> None:
    """Put a rule on place `to`, counted from 1; the others close up. Further than the end is the end."""
    require(by, Action.ADMINISTER)
    with write() as session:
        order = list(rules.in_order(session))
        rule = rule_of(session, RoutingRule, rule_id)
        order.remove(rule)
        order.insert(max(0, to - 1), rule)
        for position, one in enumerate(order, start=1):
            one.position = position


def remove(rule_id: int, *, by: Person) -> None:
    """Forget a rule; what it routed keeps its reason."""
    require(by, Action.ADMINISTER)
    with write() as session:
        session.delete(rule_of(session, RoutingRule, rule_id))


def try_words(
    text: str, *, site: str = "", department: str = "", channel: str = Channel.PORTAL
) -> tuple[Facts, Decision]:
    """Where somebody's words would go, classified as at the door. Nothing is stored."""
    if not text.strip():
        raise Invalid(_("Paste the words of a report."), field="text")
    title, _newline, rest = text.strip().partition("\n")
    session = db.session()
    guess = triage.classify(title=title, text=rest)
    service = session.get(Service, guess.service_id) if guess.service_id else None
    facts = Facts(
        categories=rules.with_parent(guess.category),
        service=service.slug if service else "",
        kind=guess.kind,
        priority=guess.priority,
        channel=channel,
        site=site,
        department=department,
        text=text,
    )
    return facts, rules.decide(session, facts)


def try_on_last_week() -> list[Trial]:
    """Where the incidents of the last seven days would go by the rules as they are, newest first."""
    session = db.session()
    order, default = rules.in_order(session), cache(partial(rules.by_default, session))
    lately = select(Incident).where(Incident.created_at > clock.now() - LATELY).order_by(Incident.id.desc())
    seen = joinedload(Incident.requester), joinedload(Incident.service)
    incidents = session.scalars(lately.options(*seen).limit(MOST_TRIED)).all()
    went = _went_to(session, [incident.id for incident in incidents])
    return [
        Trial(
            incident,
            went.get(incident.id, ""),
            rules.decide(session, rules.facts_of(incident), rules=order, default=default),
        )
        for incident in incidents
    ]


def _went_to(session: Session, incident_ids: Sequence[int]) -> dict[int, str]:
    """The team that each was routed to first, by name: later hands change nothing about the rules."""
    routed = select(Entry.incident_id, Entry.facts).where(
        Entry.incident_id.in_(incident_ids), Entry.event == Event.ROUTED
    )
    last_first = session.execute(routed.order_by(Entry.id.desc()))
    return {row.incident_id: str(row.facts.get("team", "")) for row in last_first}


def checked(session: Session, given: Mapping[str, Sequence[str]]) -> Conditions:
    """The conditions as they are kept; `Invalid` where one could never be met."""
    unknown = set(given) - set(NAMES)
    if unknown:
        known = ", ".join(NAMES)
        raise Invalid(_("A condition is one of: %(known)s.", known=known), field="conditions")
    tidy = {kind: _tidy(given.get(kind, ())) for kind in NAMES}
    tidy["words"] = [" ".join(TERMS.findall(words)) or words for words in tidy["words"]]
    _check(session, tidy)
    return {kind: values for kind, values in tidy.items() if values}


def _tidy(values: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(" ".join(value.split())[:60] for value in values if value.strip()))[
        :MOST_VALUES
    ]


def _check(session: Session, given: Conditions) -> None:
    """A value that can never occur is a slip, so it is refused rather than kept and never met."""
    known: dict[str, set[str]] = {
        "category": set(session.scalars(select(Category.slug))),
        "service": set(session.scalars(select(Service.slug))),
        "kind": set(Kind),
        "priority": set(PRIORITIES),
        "channel": set(Channel),
    }
    for kind, values in known.items():
        wrong = [value for value in given[kind] if value not in values]
        if wrong:
            raise Invalid(
                _("“%(value)s” is no %(kind)s of ours.", value=wrong[0], kind=NAMES[kind]), field=kind
            )
    for words in given["words"]:
        if not 1 <= len(TERMS.findall(words)) <= MOST_WORDS:
            raise Invalid(_("“%(words)s”: write phrases of one to three words.", words=words), field="words")


def _end(session: Session) -> int:
    return (session.scalar(select(func.max(RoutingRule.position))) or 0) + 1
