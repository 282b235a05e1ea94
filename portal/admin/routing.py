"""The routing rules: in their order, to be corrected, switched off and tried before they hold."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import administration, services
from incidents.errors import NotFound, Refused
from incidents.models import Channel, Kind
from incidents.routing import rulebook
from incidents.routing.conditions import NAMES
from incidents.routing.models import Assigning, RoutingRule
from incidents.routing.rulebook import PRIORITIES, RuleFacts
from knowledge_base import articles
from portal.access import person
from portal.admin import overtaken
from portal.display import CHANNELS
from portal.errors import status_of

KINDS = {
    Kind.INCIDENT: lazy_gettext("Incident"),
    Kind.REQUEST: lazy_gettext("Request"),
    Kind.SECURITY: lazy_gettext("Security"),
}
ASSIGNING = {
    Assigning.NOBODY: lazy_gettext("nobody: it lies in the team's queue"),
    Assigning.ROUND_ROBIN: lazy_gettext("whoever's turn it is"),
    Assigning.LEAST_LOADED: lazy_gettext("whoever has least open"),
    Assigning.BY_SKILL: lazy_gettext("whoever names a skill that fits"),
}
WRITTEN = ("site", "department", "words")
"""Conditions that are typed, with commas; all others are chosen."""


def index(rule_id: int | None = None) -> str:
    return _page(rule_id)


def save(rule_id: int | None = None) -> ResponseReturnValue:
    try:
        rule = rulebook.save(_facts(), by=person(), rule_id=rule_id, seen=overtaken.seen())
    except Refused as refusal:
        return _page(rule_id, refusal), status_of(refusal)
    flash(_("“%(name)s” is saved.", name=rule.name), "success")
    return redirect(url_for("admin.rules"), 303)


def move(rule_id: int) -> ResponseReturnValue:
    rulebook.move(rule_id, by=person(), to=request.form.get("to", 1, type=int))
    return redirect(url_for("admin.rules", _anchor=f"rule-{rule_id}"), 303)


def switch(rule_id: int) -> ResponseReturnValue:
    rulebook.switch(rule_id, by=person(), is_on=request.form.get("on") == "1")
    return redirect(url_for("admin.rules", _anchor=f"rule-{rule_id}"), 303)


def remove(rule_id: int) -> ResponseReturnValue:
    rulebook.remove(rule_id, by=person())
    flash(_("The rule is gone."), "success")
    return redirect(url_for("admin.rules"), 303)


def show_trial() -> str:
    """Where last week's incidents would go by the rules as they are."""
    return _trial()


def try_words() -> ResponseReturnValue:
    try:
        tried = rulebook.try_words(
            request.form.get("text", ""),
            site=request.form.get("site", ""),
            department=request.form.get("department", ""),
            channel=_channel(),
        )
    except Refused as refusal:
        return _trial(refusal=refusal), status_of(refusal)
    return _trial(tried)


def _trial(tried: object = None, refusal: Refused | None = None) -> str:
    return render_template(
        "admin/routing_trial.html",
        tried=tried,
        trials=rulebook.try_on_last_week(),
        typed=request.form,
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        known=known(),
    )


def _page(rule_id: int | None, refusal: Refused | None = None) -> str:
    rules = rulebook.list_rules()
    chosen = next((rule for rule in rules if rule.id == rule_id), None)
    if rule_id is not None and chosen is None:
        raise NotFound(_("There is no such rule any more. Go back and look again."))
    return render_template(
        "admin/routing.html",
        rules=rules,
        chosen=chosen,
        typed=_typed() if refusal else _form_of(chosen),
        **overtaken.state(chosen, _form_of(chosen), refusal),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        teams=[team for team in administration.list_teams() if not team.is_vendor],
        known=known(),
        names=NAMES,
        assigning=ASSIGNING,
    )


def known() -> dict[str, dict[str, object]]:
    """What can be chosen, by kind of condition."""
    return {
        "category": {category.slug: category.name for category in articles.categories()},
        "service": {service.slug: service.name for service in services.list_services()},
        "kind": {kind.value: words for kind, words in KINDS.items()},
        "priority": {priority: priority for priority in PRIORITIES},
        "channel": {channel.value: look[1] for channel, look in CHANNELS.items()},
    }


def _facts() -> RuleFacts:
    typed = _typed()
    return RuleFacts(
        name=str(typed["name"]),
        team=request.form.get("team", ""),
        assigning=request.form.get("assigning", ""),
        conditions=typed_conditions(),
        is_on="is_on" in request.form,
    )


def _typed() -> dict[str, object]:
    form = request.form
    return {
        "name": form.get("name", ""),
        "team": form.get("team", ""),
        "assigning": form.get("assigning", ""),
        "is_on": "is_on" in form,
        **typed_conditions(),
    }


def typed_conditions() -> dict[str, list[str]]:
    """The conditions as the form has them, by kind."""
    form = request.form
    written = {kind: form.get(kind, "").split(",") for kind in WRITTEN}
    return {kind: form.getlist(kind) for kind in NAMES} | written


def _form_of(rule: RoutingRule | None) -> dict[str, object]:
    if rule is None:
        return {
            "name": "",
            "team": "",
            "assigning": Assigning.NOBODY,
            "is_on": True,
            **{kind: [] for kind in NAMES},
        }
    return {
        "name": rule.name,
        "team": rule.team.slug,
        "assigning": rule.assigning,
        "is_on": rule.is_on,
        **{kind: rule.conditions.get(kind, []) for kind in NAMES},
    }


def _channel() -> Channel:
    given = request.form.get("channel", "")
    return Channel(given) if given in set(Channel) else Channel.PORTAL
