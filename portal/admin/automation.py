"""Rules that act by themselves: written, ordered, tried on last week, then switched on."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import administration
from incidents.automation import deeds, rules
from incidents.automation.models import AutomationRule
from incidents.automation.rules import RuleFacts
from incidents.errors import Refused
from incidents.routing.conditions import NAMES
from portal.access import person
from portal.admin import overtaken, routing
from portal.display import LEVELS
from portal.errors import status_of


def index(rule_id: int | None = None) -> str:
    """`rule_id` opens one rule: with its trial, and to be written anew."""
    return _page(rule_id)


def save(rule_id: int | None = None) -> ResponseReturnValue:
    try:
        rule = rules.save(_facts(), by=person(), rule_id=rule_id, seen=overtaken.seen())
    except Refused as refusal:
        return _page(rule_id, refusal), status_of(refusal)
    flash(_("“%(name)s” is saved, and off: look at what it would touch, then switch it on.", name=rule.name))
    return redirect(url_for("admin.automation_rule", rule_id=rule.id), 303)


def move(rule_id: int) -> ResponseReturnValue:
    rules.move(rule_id, by=person(), to=request.form.get("to", 1, type=int))
    return redirect(url_for("admin.automation", _anchor=f"rule-{rule_id}"), 303)


def switch(rule_id: int) -> ResponseReturnValue:
    rules.switch(rule_id, by=person(), is_on=request.form.get("on") == "1")
    return redirect(url_for("admin.automation", _anchor=f"rule-{rule_id}"), 303)


def remove(rule_id: int) -> ResponseReturnValue:
    rules.remove(rule_id, by=person())
    flash(_("The rule is gone."), "success")
    return redirect(url_for("admin.automation"), 303)


def given_deeds() -> list[dict[str, str]]:
    """The deeds as the form has them, in the order of the table of deeds."""
    return [{"do": do, "value": request.form.get(f"do-{do}", "")} for do in deeds.DEEDS]


def choices(*, by_person: bool) -> dict[str, dict[str, object]]:
    """What each deed may be given; nothing for those whose value is typed."""
    teams = [team for team in administration.list_teams() if not team.is_vendor]
    known = {
        "take": {"1": _("yes")},
        "urgency": {level.value: words for level, words in LEVELS.items()},
        "category": routing.known()["category"],
        "team": {team.slug: team.name for team in teams},
        "assign": {way.value: words for way, words in routing.ASSIGNING.items() if way.value != "nobody"},
        "watch": {one.email: one.name for one in administration.support_people()},
    }
    return {do: known.get(do, {}) for do, doing in deeds.DEEDS.items() if by_person or not doing.needs_person}


def _page(rule_id: int | None, refusal: Refused | None = None) -> str:
    chosen = rules.get(rule_id) if rule_id is not None else None
    return render_template(
        "admin/automation.html",
        rules=[(rule, rules.sentence(rule)) for rule in rules.list_rules()],
        chosen=chosen,
        trial=rules.try_on_last_week(chosen) if chosen and not refusal else None,
        **overtaken.state(chosen, _known(chosen), refusal, {**overtaken.LABELS, **NAMES, **_deed_names()}),
        typed=_typed() if refusal else _form_of(chosen),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        moments=rules.WHEN,
        known=routing.known(),
        names=NAMES,
        deeds=deeds.DEEDS,
        choices=choices(by_person=False),
    )


def _facts() -> RuleFacts:
    typed = _typed()
    return RuleFacts(
        name=str(typed["name"]),
        moment=str(typed["moment"]),
        query=str(typed["query"]),
        conditions=routing.typed_conditions(),
        deeds=given_deeds(),
    )


def _typed() -> dict[str, object]:
    form = request.form
    return {
        "name": form.get("name", ""),
        "moment": form.get("moment", ""),
        "query": form.get("query", ""),
        "does": {one["do"]: one["value"] for one in given_deeds()},
        **routing.typed_conditions(),
    }


def _known(rule: AutomationRule | None) -> dict[str, object]:
    """What stands there, field by field as the form sends it."""
    form = _form_of(rule)
    does = form.pop("does")
    assert isinstance(does, dict), "a rule keeps what it does by name"
    return form | {field: does.get(do, "") for field, do in zip(_deed_names(), deeds.DEEDS, strict=True)}


def _deed_names() -> dict[str, object]:
    return {f"do-{do}": doing.label for do, doing in deeds.DEEDS.items()}


def _form_of(rule: AutomationRule | None) -> dict[str, object]:
    kept = rule.conditions if rule else {}
    return {
        "name": rule.name if rule else "",
        "moment": rule.moment if rule else "",
        "query": rule.query if rule else "",
        "does": {one["do"]: one["value"] for one in rule.deeds} if rule else {},
        **{kind: kept.get(kind, []) for kind in NAMES},
    }
