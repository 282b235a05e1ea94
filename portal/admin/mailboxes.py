"""The mailboxes we fetch from: how to get in, whose incidents they open, and whether it works now."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from email_intake import mailboxes
from email_intake.mailboxes import MailboxFacts
from email_intake.models import Login, Mailbox, Security, StartAt
from firstline.db import db
from firstline.i18n import gettext as _
from firstline.i18n import ngettext
from incidents import administration, services
from incidents.errors import Refused
from incidents.people import Team
from incidents.services import Service
from portal.access import person
from portal.admin import overtaken
from portal.errors import status_of

CONNECTION = ("name", "host", "port", "username", "folder", "security", "login")
RULES = ("address", "move_to", "team", "service", "start_at", "start_days")
FRESH = {"security": Security.TLS, "login": Login.PASSWORD, "start_at": StartAt.DAYS, "start_days": "1"}


def index(mailbox_id: int | None = None) -> str:
    return _page(mailbox_id)


def save(mailbox_id: int | None = None) -> ResponseReturnValue:
    try:
        saved_id = mailboxes.save(_facts(), by=person(), mailbox_id=mailbox_id, seen=overtaken.seen())
    except Refused as refusal:
        return _page(mailbox_id, refusal), status_of(refusal)
    flash(_("%(name)s is saved.", name=mailboxes.find(saved_id).name), "success")
    if "try" in request.form:
        return connect(saved_id)
    return redirect(url_for("admin.mailboxes"), 303)


def pause(mailbox_id: int) -> ResponseReturnValue:
    is_active = "go_on" in request.form
    mailboxes.pause(mailbox_id, is_active=is_active, by=person())
    words = _("Its mail is fetched again.") if is_active else _("Its mail waits where it is until you go on.")
    flash(words, "success")
    return redirect(url_for("admin.mailboxes"), 303)


def connect(mailbox_id: int) -> ResponseReturnValue:
    """Connect now, and say in words what came of it; one that does not work stays open to be mended."""
    try:
        count = mailboxes.try_out(mailbox_id, by=person())
    except Refused as refusal:
        flash(refusal.sentence, "warning")
        return redirect(url_for("admin.mailbox", mailbox_id=mailbox_id), 303)
    flash(ngettext("It works: one mail lies there.", "It works: %(num)d mails lie there.", count), "success")
    return redirect(url_for("admin.mailboxes"), 303)


def _facts() -> MailboxFacts:
    typed = {name: request.form.get(name, "") for name in (*CONNECTION, *RULES, "secret")}
    return MailboxFacts(
        **typed, is_trusted="is_trusted" in request.form, opens_own="opens_own" in request.form
    )


def _page(mailbox_id: int | None, refusal: Refused | None = None) -> str:
    chosen = mailboxes.find(mailbox_id) if mailbox_id is not None else None
    return render_template(
        "admin/mailboxes.html",
        mailboxes=mailboxes.list_mailboxes(),
        trouble=mailboxes.trouble,
        is_readable_by_others=mailboxes.is_readable_by_others,
        renewed_at=mailboxes.renewed_at,
        chosen=chosen,
        teams=[(team.slug, team.name) for team in administration.list_teams()],
        services=[(service.slug, service.name) for service in services.list_services()],
        **overtaken.state(chosen, _form_of(chosen), refusal),
        typed=request.form if refusal else _form_of(chosen),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )


def _form_of(mailbox: Mailbox | None) -> dict[str, object]:
    """Everything but the password, which is never shown again."""
    if mailbox is None:
        return dict(FRESH)
    team, service = (
        db.session.get(Team, mailbox.team_id or 0),
        db.session.get(Service, mailbox.service_id or 0),
    )
    kept = {
        name: getattr(mailbox, name) for name in (*CONNECTION, "address", "move_to", "start_at", "start_days")
    }
    flags = {name: "1" for name in ("is_trusted", "opens_own") if getattr(mailbox, name)}
    return kept | flags | {"team": team.slug if team else "", "service": service.slug if service else ""}
