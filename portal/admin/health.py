"""Whether every part is ready, as `/readyz` says it."""

from flask import current_app, render_template

from firstline.i18n import lazy_gettext as _
from portal import health
from portal.admin import beginning

WHAT = {
    "database": ("database", _("Database")),
    "worker": ("progress", _("Worker: outgoing mail, deadlines")),
    "intake": ("mail", _("Intake: incoming mail")),
    "mailboxes": ("inbox", _("Mailboxes")),
    "mail": ("mail-opened", _("Mail adds up")),
    "actions": ("tool", _("Actions of the bot")),
    "bot": ("robot", _("Bot")),
    "search": ("search", _("Search by meaning")),
}
"""Icon and name of each part."""


def show() -> str:
    needs = [] if current_app.config["SETTINGS"].demo else beginning.needs()
    return render_template("admin/health.html", parts=health.parts_since(), names=WHAT, needs=needs)
