"""Rules of time: what nobody takes goes up."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import administration
from incidents.errors import NotFound, Refused
from incidents.routing import ladder
from incidents.routing.ladder import StepFacts
from incidents.routing.models import EscalationRule, Upwards
from portal.access import person
from portal.admin import overtaken
from portal.errors import status_of


def index(rule_id: int | None = None) -> str:
    return _page(rule_id)


def save(rule_id: int | None = None) -> ResponseReturnValue:
    try:
        ladder.save_step(_facts(), by=person(), rule_id=rule_id, seen=overtaken.seen())
    except Refused as refusal:
        return _page(rule_id, refusal), status_of(refusal)
    flash(_("The rule is saved."), "success")
    return redirect(url_for("admin.steps"), 303)


def remove(rule_id: int) -> ResponseReturnValue:
    ladder.remove_step(rule_id, by=person())
    flash(_("The rule is gone."), "success")
    return redirect(url_for("admin.steps"), 303)


def _page(rule_id: int | None, refusal: Refused | None = None) -> str:
    rules = ladder.list_steps()
    chosen = next((rule for rule in rules if rule.id == rule_id), None)
    if rule_id is not None and chosen is None:
        raise NotFound(_("There is no such rule any more. Go back and look again."))
    return render_template(
        "admin/ladder.html",
        rules=rules,
        chosen=chosen,
        typed={**_form_of(chosen), "is_on": "", **request.form} if refusal else _form_of(chosen),
        **overtaken.state(chosen, _form_of(chosen), refusal),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        teams=[team for team in administration.list_teams() if not team.is_vendor],
    )


def _facts() -> StepFacts:
    form = request.form
    origin, target = form.get("origin", ""), form.get("target", "")
    is_tier = origin.startswith("tier:")
    return StepFacts(
        tier=int(origin[5:]) if is_tier and origin[5:].isdecimal() else 1,
        from_team="" if is_tier else origin,
        after_minutes=form.get("after_minutes", 0, type=int),
        upwards=target if target in {Upwards.NEXT_TIER, Upwards.LEAD} else Upwards.TEAM,
        team=target,
        worst_priority=form.get("worst_priority", 5, type=int),
        is_on="is_on" in form,
    )


def _form_of(rule: EscalationRule | None) -> dict[str, object]:
    if rule is None:
        return {
            "origin": "tier:1",
            "target": Upwards.NEXT_TIER,
            "after_minutes": "",
            "worst_priority": 5,
            "is_on": "1",
        }
    return {
        "origin": rule.from_team.slug if rule.from_team else f"tier:{rule.tier}",
        "target": rule.team.slug if rule.team else rule.upwards,
        "after_minutes": rule.after_minutes,
        "worst_priority": rule.worst_priority,
        "is_on": "1" if rule.is_on else "",
    }
