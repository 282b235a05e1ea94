"""Routing rules and rules of time for administrators; absences for support."""

from dataclasses import replace
from datetime import datetime

from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.errors import Invalid, NotFound
from incidents.models import Channel
from incidents.policy import Action, require
from incidents.routing import absences, ladder, rulebook
from incidents.routing.absences import AbsenceFacts
from incidents.routing.conditions import NAMES
from incidents.routing.ladder import StepFacts
from incidents.routing.models import Assigning, RoutingRule, Upwards
from incidents.routing.rulebook import RuleFacts
from portal.api import views
from portal.api.bodies import MOST_NUMBER, Body, read_body
from portal.api.callers import caller


def rules() -> ResponseReturnValue:
    require(caller(), Action.ADMINISTER)
    return {"rules": [views.rule(one) for one in rulebook.list_rules()]}


def add_rule() -> ResponseReturnValue:
    body, me = read_body(), caller()
    require(me, Action.ADMINISTER)
    blank = RuleFacts(name="", team="")
    return views.rule(rulebook.save(_rule(body, blank), by=me)), 201


def change_rule(rule_id: int) -> ResponseReturnValue:
    """What is left out stays; `position` moves it, counted from 1."""
    body, me = read_body(), caller()
    require(me, Action.ADMINISTER)
    rule = rulebook.get(_row(rule_id))
    position = body.number("position")
    changed = rulebook.save(_rule(body, _facts_of(rule)), by=me, rule_id=rule_id)
    if position is not None:
        rulebook.move(rule_id, by=me, to=position)
    return views.rule(changed)


def remove_rule(rule_id: int) -> ResponseReturnValue:
    rulebook.remove(_row(rule_id), by=caller())
    return "", 204


def try_rules() -> ResponseReturnValue:
    body, me = read_body(), caller()
    require(me, Action.ADMINISTER)
    channel = body.choice("channel", Channel) or Channel.PORTAL
    _facts, decision = rulebook.try_words(
        body.required_text("text"), site=body.text("site") or "", channel=channel
    )
    return {
        "team": decision.team.slug if decision.team else None,
        "because": decision.because,
        "rule": decision.rule.id if decision.rule else None,
    }


def steps() -> ResponseReturnValue:
    require(caller(), Action.ADMINISTER)
    return {"steps": [views.step(one) for one in ladder.list_steps()]}


def add_step() -> ResponseReturnValue:
    body, me = read_body(), caller()
    require(me, Action.ADMINISTER)
    facts = StepFacts(
        tier=body.number("tier") or 1,
        from_team=body.text("from_team") or "",
        after_minutes=body.number("after_minutes") or 0,
        upwards=body.choice("upwards", Upwards) or Upwards.NEXT_TIER,
        team=body.text("team") or "",
        worst_priority=body.number("worst_priority") or 5,
    )
    return views.step(ladder.save_step(facts, by=me)), 201


def remove_step(rule_id: int) -> ResponseReturnValue:
    ladder.remove_step(_row(rule_id), by=caller())
    return "", 204


def list_absences() -> ResponseReturnValue:
    require(caller(), Action.SEE_QUEUE)
    return {"absences": [views.absence(one) for one in absences.coming()]}


def announce_absence() -> ResponseReturnValue:
    body, me = read_body(), caller()
    require(me, Action.SEE_QUEUE)
    facts = AbsenceFacts(
        person=body.text("person") or me.email,
        since=_time(body, "since"),
        until=_time(body, "until"),
        substitute=body.text("substitute") or "",
    )
    return views.absence(absences.announce(facts, by=me)), 201


def call_off_absence(absence_id: int) -> ResponseReturnValue:
    require(caller(), Action.SEE_QUEUE)
    absences.call_off(_row(absence_id), by=caller())
    return "", 204


def _row(number: int) -> int:
    """A number that a row may have: the database does not even count further."""
    if number > MOST_NUMBER:
        raise NotFound(_("There is no such thing any more. Go back and look again."))
    return number


def _rule(body: Body, known: RuleFacts) -> RuleFacts:
    given = {
        "name": body.text("name"),
        "team": body.text("team"),
        "assigning": body.choice("assigning", Assigning),
        "is_on": body.flag("is_on"),
        "conditions": _conditions(body) if "conditions" in body else None,
    }
    return replace(known, **{name: value for name, value in given.items() if value is not None})


def _conditions(body: Body) -> dict[str, list[str]]:
    given = body.object("conditions")
    return {kind: given.strings(kind) for kind in (*NAMES, *given.names()) if kind in given}


def _facts_of(rule: RoutingRule) -> RuleFacts:
    return RuleFacts(
        name=rule.name,
        team=rule.team.slug,
        conditions=rule.conditions,
        assigning=rule.assigning,
        is_on=rule.is_on,
    )


def _time(body: Body, name: str) -> datetime:
    at = body.time(name)
    if at is None:
        raise Invalid(_("Say from when and until when."), field=name)
    return at
