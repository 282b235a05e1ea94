"""Logging what somebody says on the telephone or at the counter."""

from enum import StrEnum

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline import log as logs
from firstline.db import db
from firstline.i18n import gettext as _
from incidents import calls, services
from incidents.calls import Call
from incidents.errors import Invalid, Refused
from incidents.models import Channel, Incident, Level
from incidents.reach import Reach
from knowledge_base import articles, suggest
from knowledge_base.models import Audience
from portal.access import person
from portal.errors import status_of
from portal.forms import new_key

FEWEST_LETTERS = 12
logger = logs.get(__name__)


def show() -> str:
    return _page()


def log() -> ResponseReturnValue:
    try:
        incident = calls.log(_call(), by=person())
    except Refused as refusal:
        return _page(refusal), status_of(refusal)
    if incident.is_open:
        flash(_("%(number)s is logged. Tell the caller the number.", number=incident.number), "success")
    else:
        flash(_("%(number)s is logged and solved at first contact.", number=incident.number), "success")
    return redirect(url_for("support.incident", number=incident.number), 303)


def callers() -> str:
    """People who might be the caller, while one types."""
    words = request.args.get("caller", "").strip()
    found = calls.find_callers(words)
    devices = {one.id: services.devices_of(one) for one in found}
    return render_template("support/_callers.html", found=found, devices=devices, words=words)


def fixes() -> str:
    """Known fixes to read out to the caller, and what is told already."""
    words = request.args.get("description", "").strip()
    found = suggest.suggest(words, audience=Audience.SUPPORT) if words else []
    return render_template("support/_read_out.html", found=found, words=words, told=_told(words))


def _told(words: str) -> tuple[Incident, bool] | None:
    """A search that is broken costs the note, never the call."""
    try:
        long_enough = len(words) >= FEWEST_LETTERS
        return calls.told_already(request.args.get("caller", ""), words) if long_enough else None
    except Exception:
        logger.exception("nothing was looked for that is told already")
        db.session.rollback()
        return None


def _page(refusal: Refused | None = None) -> str:
    return render_template(
        "support/call.html",
        refusal=refusal,
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        typed=request.values,
        key=request.form.get("key") or new_key(),
        services=services.list_services(),
    )


def _call() -> Call:
    form = request.form
    return Call(
        caller=form.get("caller", ""),
        words=form.get("description", ""),
        channel=Channel.WALK_UP if form.get("channel") == Channel.WALK_UP else Channel.PHONE,
        key=form.get("key") or None,
        service=form.get("service") or None,
        reach=_chosen("reach", Reach),
        urgency=_chosen("urgency", Level),
        solved="solved" in form,
        solution=form.get("solution", ""),
        article_id=_read_out(),
    )


def _read_out() -> int | None:
    """The fix that was read out and helped, where one was chosen."""
    slug = request.form.get("article", "")
    article = articles.find(slug) if slug else None
    if slug and article is None:
        raise Invalid(
            _("There is no such article. Choose one of the list, or leave it empty."), field="article"
        )
    return article.id if article else None


def _chosen[Choice: StrEnum](field: str, answers: type[Choice]) -> Choice | None:
    given = request.form.get(field, "")
    return answers(given) if given in set(answers) else None
