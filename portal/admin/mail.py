"""Mail that came and was held back, and notices that did not certainly arrive."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from email_intake import accounting, quarantine
from firstline.i18n import gettext as _
from incidents.notices import settling
from portal.access import person


def index() -> str:
    with_ignored = "ignored" in request.args
    return render_template(
        "admin/mail.html",
        held=quarantine.held(with_ignored=with_ignored),
        with_ignored=with_ignored,
        wrong=[line for line in accounting.balance() if not line.is_right],
        late=accounting.late(),
        came=quarantine.outcome_counts(),
        owed=settling.counts(),
        undelivered=settling.undelivered(),
    )


def show(raw_id: int) -> str:
    row, said = quarantine.read(raw_id)
    return render_template(
        "admin/message.html", row=row, said=said, can_be_judged=row.outcome in quarantine.HELD
    )


def judge_again(raw_id: int) -> ResponseReturnValue:
    quarantine.judge_again(raw_id, is_released="release" in request.form)
    flash(_("The message is judged again now. Reload in a moment to see what became of it."), "success")
    return redirect(url_for("admin.message", raw_id=raw_id), 303)


def settle(notice_id: int) -> ResponseReturnValue:
    send_again = "again" in request.form
    settling.settle(notice_id, by=person(), send_again=send_again)
    flash(_("It is sent once more.") if send_again else _("It is left as it is."), "success")
    return redirect(url_for("admin.mail"), 303)
