"""Whether every part is ready, as `/readyz` says it."""

from flask import render_template

from portal import health

WHAT = {
    "database": "database",
    "worker": "progress",
    "intake": "mail",
    "mailboxes": "inbox",
    "mail": "mail-opened",
    "actions": "tool",
    "bot": "robot",
    "search": "search",
}


def show() -> str:
    return render_template("admin/health.html", parts=health.parts_since(), icons=WHAT)
