"""Webhooks: who hears of events, what they heard, and sending it again."""

from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.errors import NotFound, Refused
from incidents.webhooks import keeping
from incidents.webhooks.bodies import EVENTS
from incidents.webhooks.keeping import WebhookFacts
from incidents.webhooks.models import Standing, Webhook
from portal.access import person
from portal.admin import overtaken
from portal.errors import status_of
from portal.forms import moment

STANDINGS = {
    Standing.DUE: lazy_gettext("waits"),
    Standing.TAKEN: lazy_gettext("taken"),
    Standing.GIVEN_UP: lazy_gettext("given up"),
}


def index(webhook_id: int | None = None) -> str:
    return _page(webhook_id)


def save(webhook_id: int | None = None) -> ResponseReturnValue:
    try:
        if webhook_id is None:
            webhook, secret = keeping.add(_facts(), by=person())
            return _page(webhook.id, secret=secret)
        webhook = keeping.change(webhook_id, _facts(), by=person(), seen=overtaken.seen())
    except Refused as refusal:
        return _page(webhook_id, refusal=refusal), status_of(refusal)
    flash(_("%(name)s is saved.", name=webhook.name), "success")
    return _back(webhook_id)


def renew_secret(webhook_id: int) -> ResponseReturnValue:
    return _page(webhook_id, secret=keeping.renew_secret(webhook_id, by=person()))


def ping(webhook_id: int) -> ResponseReturnValue:
    keeping.ping(webhook_id, by=person())
    flash(_("A trial is on its way. Load the page again in some seconds to see what came of it."), "success")
    return _back(webhook_id)


def send_again(webhook_id: int, delivery_id: int) -> ResponseReturnValue:
    keeping.send_again(webhook_id, delivery_id, by=person())
    flash(_("It is sent again."), "success")
    return _back(webhook_id)


def replay(webhook_id: int) -> ResponseReturnValue:
    try:
        owed = keeping.replay(webhook_id, moment("since"), moment("until"), by=person())
    except Refused as refusal:
        return _page(webhook_id, refusal=refusal), status_of(refusal)
    flash(_("%(n)s events are sent, the oldest first.", n=owed), "success")
    return _back(webhook_id)


def remove(webhook_id: int) -> ResponseReturnValue:
    keeping.remove(webhook_id, by=person())
    flash(_("The webhook is gone."), "success")
    return redirect(url_for("admin.webhooks"), 303)


def _back(webhook_id: int) -> ResponseReturnValue:
    return redirect(url_for("admin.webhook", webhook_id=webhook_id), 303)


def _facts() -> WebhookFacts:
    form = request.form
    return WebhookFacts(
        name=form.get("name", ""),
        url=form.get("url", ""),
        events=form.getlist("events"),
        shows_internal="shows_internal" in form,
        is_active="is_active" in form,
    )


def _page(webhook_id: int | None, *, refusal: Refused | None = None, secret: str = "") -> str:
    known = keeping.every()
    chosen = next((one for one in known if one.id == webhook_id), None)
    if webhook_id is not None and chosen is None:
        raise NotFound(_("There is no such webhook any more."))
    is_typed = refusal is not None and "url" in request.form
    return render_template(
        "admin/webhooks.html",
        webhooks=known,
        waiting=keeping.waiting(),
        chosen=chosen,
        lines=keeping.lately(chosen.id) if chosen else [],
        standings=STANDINGS,
        events=EVENTS,
        secret=secret,
        typed=_facts() if is_typed else _form_of(chosen),
        **overtaken.state(chosen, asdict(_form_of(chosen)), refusal),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )


def _form_of(webhook: Webhook | None) -> WebhookFacts:
    if webhook is None:
        return WebhookFacts(name="", url="")
    return WebhookFacts(
        name=webhook.name,
        url=webhook.url,
        events=webhook.events,
        shows_internal=webhook.shows_internal,
        is_active=webhook.is_active,
    )
