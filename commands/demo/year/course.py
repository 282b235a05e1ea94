"""How each incident went: told, tried, taken, handed on, solved, and what came after."""

from datetime import timedelta

from commands.demo.year import ending, selfhelp, wave
from commands.demo.year.cast import Someone
from commands.demo.year.desk import Desk
from commands.demo.year.story import Tale
from incidents.intake import ROUTED_AT_ONCE
from incidents.models import Channel, Event, Kind, State
from incidents.moving.life import Life
from incidents.routing.models import VendorRequest

BY_HAND = frozenset({Channel.PHONE, Channel.WALK_UP})
FIRST_CONTACT = 0.55
"""The share of calls that are solved while the caller is there."""
AT_FIRST_WORD = 0.3
"""The share of the rest that the first answer solves."""
CANCELLED = 0.025
TAKEN_AFTER = {1: 4.0, 2: 10.0, 3: 62.0, 4: 130.0, 5: 300.0}
"""Median working minutes until somebody takes it, by priority."""
SOLVED_AFTER = {1: 70.0, 2: 110.0, 3: 190.0, 4: 380.0, 5: 800.0}


def run(desk: Desk, life: Life, tale: Tale) -> None:
    """Everything that happens to it until now."""
    agent = _report(desk, life, tale)
    if tale.channel == Channel.MONITORING:
        return wave.of_monitoring(desk, life, tale, work)
    if agent is not None and not tale.part_of and tale.again is None and desk.happens(FIRST_CONTACT):
        return _at_once(desk, life, tale, agent)
    if tale.again is not None:
        return wave.of_repetition(desk, life, tale, tale.again)
    if tale.part_of:
        return wave.of_outage(desk, life, tale, work)
    if _is_urgent(life):
        selfhelp.route(desk, life, f"P{life.incident.priority}: support at once")
    elif selfhelp.solved(desk, life, tale):
        return ending.after_self_service(desk, life, tale)
    if life.incident.state == State.CANCELLED:
        return None
    return work(desk, life, tale)


def work(desk: Desk, life: Life, tale: Tale) -> None:
    """What support does with an incident that lies in its queue."""
    agent = _take(desk, life, tale)
    if desk.happens(CANCELLED):
        return _cancel(desk, life, tale)
    _answer(desk, life, tale, agent)
    if not tale.trouble.vendor[0] and desk.happens(AT_FIRST_WORD):
        return _with_first_word(desk, life, tale, agent)
    if desk.happens(0.18):
        _ask_requester(desk, life, tale, agent)
    if desk.happens(tale.trouble.up):
        agent = _escalate(desk, life, tale, agent)
    vendor, share = tale.trouble.vendor
    if vendor and desk.happens(share):
        _ask_vendor(desk, life, tale, agent, vendor)
    life.pass_to(desk.later(life, SOLVED_AFTER[life.incident.priority], spread=0.75))
    ending.resolve(desk, life, tale, agent)
    ending.after_support(desk, life, tale, again=work_again)
    return None


def _with_first_word(desk: Desk, life: Life, tale: Tale, agent: Someone) -> None:
    """The first answer was all it took."""
    life.pass_to(life.at + timedelta(minutes=desk.chance.uniform(4, 25)))
    is_of_people = tale.channel != Channel.MONITORING
    ending.resolve(desk, life, tale, agent, is_first_contact=is_of_people)
    ending.after_support(desk, life, tale, again=work_again)


def work_again(desk: Desk, life: Life, tale: Tale, agent: Someone) -> None:
    """It came back: the same person looks deeper, or the next tier does."""
    life.pass_to(desk.later(life, TAKEN_AFTER[life.incident.priority] / 2))
    life.move(State.IN_PROGRESS, agent.id)
    life.incident.assignee_id = agent.id
    if desk.happens(0.4):
        agent = _escalate(desk, life, tale, agent)
    life.pass_to(desk.later(life, SOLVED_AFTER[life.incident.priority]))
    ending.resolve(desk, life, tale, agent)
    ending.after_support(desk, life, tale, again=None)


def _report(desk: Desk, life: Life, tale: Tale) -> Someone | None:
    """Its first two entries; returns the agent who wrote it down, if one did."""
    one, agent = life.incident, None
    if tale.channel in BY_HAND:
        team = desk.cast.teams["service-desk"]
        agent = desk.cast.helper(desk.chance, team.id, tale.at, but=tale.by.id)
        one.logged_by_id = agent.id
    life.tell(Event.REPORTED, one.logged_by_id or tale.by.id, channel=tale.channel)
    facts = {name: getattr(one, name) for name in ("category", "kind", "impact", "urgency", "priority")}
    life.tell(Event.CLASSIFIED, facts=facts | {"because": []}, is_internal=True)
    one.suggested_at = life.at + timedelta(seconds=4)
    return agent


def _is_urgent(life: Life) -> bool:
    return life.incident.priority <= ROUTED_AT_ONCE or life.incident.kind == Kind.SECURITY


def _at_once(desk: Desk, life: Life, tale: Tale, agent: Someone) -> None:
    """Solved while the caller was there."""
    life.pass_to(life.at + timedelta(minutes=desk.chance.uniform(3, 14)))
    life.incident.team_id = desk.cast.teams["service-desk"].id
    ending.resolve(desk, life, tale, agent, is_first_contact=True)
    ending.after_support(desk, life, tale, again=work_again)


def _take(desk: Desk, life: Life, tale: Tale) -> Someone:
    life.pass_to(desk.later(life, TAKEN_AFTER[life.incident.priority]))
    agent = desk.cast.helper(desk.chance, life.incident.team_id, life.at, but=tale.by.id)
    life.move(State.IN_PROGRESS, agent.id)
    life.incident.assignee_id = agent.id
    return agent


def _answer(desk: Desk, life: Life, tale: Tale, agent: Someone) -> None:
    if desk.happens(0.22):
        life.tell(Event.NOTED, agent.id, desk.phrase("notes"), is_internal=True, channel=Channel.PORTAL)
    if tale.channel != Channel.MONITORING:
        life.pass_to(life.at + timedelta(minutes=desk.chance.uniform(1, 9)))
        life.say(agent.id, desk.phrase("answers", tale.by), channel=Channel.PORTAL)
        if desk.happens(0.2):
            life.pass_to(desk.later(life, 40))
            life.tell(Event.COMMENTED, tale.by.id, desk.phrase("comments"), channel=tale.channel)


def _ask_requester(desk: Desk, life: Life, tale: Tale, agent: Someone) -> None:
    if tale.channel == Channel.MONITORING:
        return
    life.pass_to(desk.later(life, 15))
    question = desk.phrase("questions")
    life.move(State.WAITING, agent.id, question, facts={"waiting_on": "requester"})
    life.answered()
    life.pass_to(desk.later(life, 240, spread=1.1))
    life.tell(Event.COMMENTED, tale.by.id, desk.phrase("replies"), channel=tale.channel)
    life.move(State.IN_PROGRESS, tale.by.id)


def _escalate(desk: Desk, life: Life, tale: Tale, agent: Someone) -> Someone:
    """To the team that owns the service, or the next tier."""
    here = next(team for team in desk.cast.teams.values() if team.id == life.incident.team_id)
    owner = desk.cast.services[tale.trouble.service].team
    up = owner if owner and owner.tier > here.tier else desk.cast.teams["workplace-network"]
    if up.id == here.id:
        up = desk.cast.teams["platform-engineering"]
    if up.tier <= here.tier:
        return agent
    life.pass_to(desk.later(life, 30))
    facts = {"from": here.name, "to": up.name, "tier": up.tier}
    life.hand_over(up.id, agent.id, desk.phrase("handover"), facts)
    life.incident.routed_because = f"Handed over by {agent.name}"
    life.pass_to(desk.later(life, TAKEN_AFTER[life.incident.priority] * 1.2))
    other = desk.cast.helper(desk.chance, up.id, life.at, but=tale.by.id)
    life.move(State.IN_PROGRESS, other.id)
    life.incident.assignee_id = other.id
    return other


def _ask_vendor(desk: Desk, life: Life, tale: Tale, agent: Someone, slug: str) -> None:
    """The clock stands until they answer; who is slow shows in the reports."""
    vendor = desk.cast.teams[slug]
    contact = desk.cast.by_email[vendor.email or ""]
    life.pass_to(desk.later(life, 30))
    words, subject = desk.phrase("vendor"), f"A question about {life.incident.number}"
    asked = life.add(
        VendorRequest, incident_id=life.incident.id, vendor_id=vendor.id, vendor_name=vendor.name,
        contact_id=contact.id, asked_by_id=agent.id, subject=subject, words=words, asked_at=life.at,
        answer_by=life.at + timedelta(hours=vendor.answer_hours), answered_at=None, reminded_at=None,
    )  # fmt: skip
    facts = {"vendor": vendor.name, "subject": subject}
    life.tell(Event.VENDOR_ASKED, agent.id, words, facts=facts, is_internal=True)
    life.move(State.WAITING, agent.id, facts={"waiting_on": "vendor"}, is_internal=True)
    hours = desk.cast.vendor_hours[slug] * desk.chance.lognormvariate(0, 0.6)
    life.pass_to(life.at + timedelta(hours=hours))
    asked["answered_at"] = life.at
    facts = {"vendor": vendor.name}
    answer = desk.phrase("vendor_answers")
    life.tell(Event.VENDOR_ANSWERED, contact.id, answer, facts=facts, is_internal=True, channel=Channel.MAIL)
    life.move(State.IN_PROGRESS)


def _cancel(desk: Desk, life: Life, tale: Tale) -> None:
    if tale.channel == Channel.MONITORING:
        ending.resolve_alone(desk, life)
        return ending.after_support(desk, life, tale, again=None)
    life.pass_to(desk.later(life, 60))
    life.move(State.CANCELLED, tale.by.id, desk.phrase("cancel"))
    life.incident.closed_at = life.at
    return None
