"""The incident page: everything that happened, and what one may do next."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from email_intake import flood, original
from firstline.db import db
from firstline.i18n import gettext as _
from incidents import continuing, drafting, feed, filing, queue, selfhelp, services, sla
from incidents.catalogue import explaining
from incidents.diagnosis import hypotheses, proposals
from incidents.errors import NotFound, Refused
from incidents.kinship import splitting
from incidents.lifecycle import TABLE
from incidents.majors import leading
from incidents.models import Incident, State
from incidents.notices import inbox
from incidents.problems import work as problems
from incidents.resolutions import causes, items, rating, worktime
from incidents.reviews import work as reviews
from knowledge_base import articles
from portal.access import person
from portal.support import alongside, chat, composing, relations, remedies, wording

PANELS = (
    "escalate",
    "vendor",
    "swarm",
    "swarm-invite",
    "wait",
    "resolve",
    "propose",
    "close",
    "reopen",
    "cancel",
    "put-back",
    "facts",
    "join",
)
LEADS_TO = {
    "take": State.IN_PROGRESS,
    "wait": State.WAITING,
    "resolve": State.RESOLVED,
    "close": State.CLOSED,
    "reopen": State.QUEUED,
    "cancel": State.CANCELLED,
}
SETTLED = frozenset({State.RESOLVED, State.CLOSED, State.CANCELLED})
RECENT = 6


def show(number: str) -> str:
    """`?do=resolve` opens that action's form, so that it works without scripts."""
    incident = queue.find(person(), number)
    inbox.read_of(person(), incident)
    return render(incident, doing=request.args.get("do", ""))


def panel(number: str, doing: str) -> str:
    """The form of one action alone, for opening it in place."""
    incident = queue.find(person(), number)
    if doing not in PANELS:
        raise NotFound(_("There is no such action."))
    return render_template("support/_panel.html", **_for_panel(incident, doing))


def news(number: str) -> ResponseReturnValue:
    """A notice once something happened since the version the page shows; nothing until then."""
    incident = queue.find(person(), number)
    if request.args.get("seen") == str(incident.version):
        return "", 204
    last = queue.timeline(person(), incident)[-1]
    return render_template(
        "support/_news.html", incident=incident, last=last, sentence=wording.sentence(last)
    )


def render(incident: Incident, *, doing: str = "", refusal: Refused | None = None) -> str:
    """The page; with a refusal it keeps what was typed in the form that was refused."""
    me = person()
    timeline = queue.timeline(me, incident)
    others = [other for other in queue.mine(incident.requester, limit=RECENT) if other.id != incident.id]
    return render_template(
        "support/incident.html",
        **_for_panel(incident, doing, refusal),
        timeline=alongside.only_of_swarms(timeline) if request.args.get("only") == "swarm" else timeline,
        failed=alongside.failed(timeline),
        swarm_entries=len(alongside.only_of_swarms(timeline)),
        **composing.for_page(incident),
        since=feed.head(db.session()),
        visitor=chat.visitor(incident),
        chat_mark=chat.mark(incident, timeline[-1].id),
        sentence=wording.sentence,
        mails=original.mails_of(incident.id),
        is_told=splitting.is_told,
        floods=flood.floods_of(incident.id),
        offered=selfhelp.fixes_of(incident.id),
        devices=services.devices_of(incident.requester),
        others=others,
        upstream=explaining.causes_of(incident),
        major=leading.of_incident(db.session(), incident.id),
        explained=explaining.proposed_children(incident),
        **relations.for_page(incident),
        **remedies.for_page(incident),
        filed=filing.filed(incident),
        problem=problems.problem_of(incident),
        review=reviews.review_of(incident),
        may_be_drafted=drafting.may_be_drafted(incident),
        its_article=drafting.article_of(incident),
        hypotheses=hypotheses.of_incident(incident),
        ratings=rating.of_incident(incident),
        changed=items.changed_by(incident),
        timer_since=worktime.running_since(incident, me),
        continued_by=continuing.open_one(incident.id),
        read=sla.reading(incident),
    )


def allowed(incident: Incident) -> set[str]:
    """The actions that make sense from the present state."""
    state = State(incident.state)
    possible = {doing for doing, to in LEADS_TO.items() if (state, to) in TABLE}
    if state in SETTLED:
        return possible - {"take"}
    possible.discard("reopen")
    if state in {State.IN_PROGRESS, State.OFFERED}:
        possible.add("put-back")
    if state == State.WAITING:
        possible.add("resume")
    if incident.assignee_id == person().id and state == State.IN_PROGRESS:
        possible.discard("take")
    return possible | {"escalate", "vendor", "swarm", "swarm-invite", "facts", "propose", "join"}


def _for_panel(incident: Incident, doing: str, refusal: Refused | None = None) -> dict[str, object]:
    may_do = allowed(incident)
    # A form that was refused stays open though its action became impossible: words are in it.
    opened = doing if doing in PANELS and (refusal or doing in may_do) else ""
    return {
        "incident": incident,
        "allowed": may_do,
        "opened": opened,
        "refused": doing if refusal else "",
        "refusal": refusal,
        "errors": {refusal.field or "": refusal.sentence} if refusal else {},
        "typed": request.form if refusal else {},
        "kinds": wording.KINDS,
        "categories": wording.category_names(articles.categories()),
        "services": services.list_services() if opened == "facts" else [],
        "fixes": selfhelp.fixes_of(incident.id) if opened == "resolve" else [],
        **alongside.helpers(incident, opened),
        "causes": causes.list_causes(),
        "items": _may_have_changed(incident) if opened == "resolve" else {},
        "proposal": proposals.open_on(incident),
    }


def seen() -> int | None:
    """The version of the incident that the form was filled in on."""
    given = request.form.get("seen", "")
    return int(given) if given.isdecimal() else None


def _may_have_changed(incident: Incident) -> dict[str, str]:
    """What is likeliest to have been changed: the service it is about, and the requester's devices."""
    near = {incident.service.slug: incident.service.name} if incident.service else {}
    return near | {one.tag: f"{one.name} ({one.tag})" for one in services.devices_of(incident.requester)}
