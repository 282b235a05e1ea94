"""Incidents: report, list, read, add words, say the outcome, change the state."""

from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue

from firstline.db import write
from firstline.i18n import gettext as _
from incidents import continuing, conversation, intake, lifecycle, people, queue, selfhelp
from incidents.continuing import Said
from incidents.errors import Invalid
from incidents.intake import Report
from incidents.lifecycle import Change
from incidents.models import Channel, Incident, Level, Resolution, State, Visibility
from incidents.people import Person
from incidents.policy import Action, require
from incidents.queue import Filter
from incidents.reach import Reach
from knowledge_base import articles
from knowledge_base.articles import UnknownArticle
from knowledge_base.models import Audience
from portal.api import views
from portal.api.bodies import Body, query_limit, query_text, read_body
from portal.api.callers import caller


def report() -> ResponseReturnValue:
    body, me = read_body(), caller()
    told = Report(
        requester_id=me.id,
        caller=f"person:{me.id}",
        key=request.headers.get("Idempotency-Key", "").strip() or None,
        title=body.text("title") or "",
        description=body.text("description") or "",
        service=body.text("service"),
        reach=body.choice("reach", Reach),
        impact=body.choice("impact", Level),
        urgency=body.choice("urgency", Level),
        channel=Channel.API,
    )
    incident = intake.report(_for_somebody_else(told, body, me))
    fixes = selfhelp.offer_fixes(incident.id)
    answer = {
        **views.incident(incident),
        "suggestions": [views.suggestion(fix) for fix in fixes],
        "looks_like": views.looks_like(incident, me),
    }
    return answer, 201, {"Location": request.base_url + f"/{incident.number}"}


def index() -> ResponseReturnValue:
    wanted = Filter(
        state=query_text("state"), q=query_text("q"), team=query_text("team"), assignee=query_text("assignee")
    )
    limit = query_limit(queue.PAGE, queue.MOST)
    page = queue.visible(caller(), wanted, cursor=query_text("cursor") or None, limit=limit)
    return {"incidents": [views.incident(incident) for incident in page.incidents], "next": page.next}


def show(number: str) -> ResponseReturnValue:
    return whole(queue.find(caller(), number))


def add_entry(number: str) -> ResponseReturnValue:
    body, me = read_body(), caller()
    incident = queue.find(me, number)
    visibility = body.choice("visibility", Visibility) or Visibility.PUBLIC
    text = body.required_text("text")
    if visibility == Visibility.INTERNAL:
        note = conversation.say(incident.id, by=me, text=text, channel=Channel.API, visibility=visibility)
        said = Said(incident.id, note)
    else:
        said = continuing.say(incident.id, by=me, text=text, channel=Channel.API)
    there = queue.find(me, str(said.incident_id))
    entry = next(entry for entry in queue.timeline(me, there) if entry.id == said.entry_id)
    return {**views.entry(entry, reader=me), "incident": there.number}, 201


def tell_outcome(number: str) -> ResponseReturnValue:
    body, me = read_body(), caller()
    incident = queue.find(me, number)
    solved = body.flag("solved")
    if solved is None:
        raise Invalid(_("Say whether it is solved: true or false."), field="solved")
    selfhelp.tell_outcome(
        incident.id, by=me, solved=solved, article_id=article_of(body, me), note=body.text("note") or ""
    )
    return whole(incident)


def change_state(number: str) -> ResponseReturnValue:
    body, me = read_body(), caller()
    incident = queue.find(me, number)
    to = body.choice("to", State)
    if to is None:
        raise Invalid(_("“to” is missing: the state it shall have."), field="to")
    team = body.text("team")
    if to == State.QUEUED and team:
        lifecycle.escalate(incident.id, by=me, note=body.text("note") or "", team_slug=team)
    else:
        lifecycle.change(incident.id, _change(to, body, me), by=me)
    return whole(incident)


def _change(to: State, body: Body, me: Person) -> Change:
    return Change(
        to=to,
        note=body.text("note") or "",
        resolution=body.choice("resolution", Resolution),
        cause=body.text("cause") or "",
        article_id=article_of(body, me),
        waiting_on=body.text("waiting_on") or "requester",
        minutes_spent=body.number("minutes_spent") or 0,
        cause_code=body.text("cause_code"),
        is_article_wanted=body.flag("article_wanted") or False,
        items=tuple(body.strings("items")),
        proposal_id=body.number("proposal"),
        into_id=_other(body, me, "into"),
    )


def _other(body: Body, me: Person, field: str) -> int | None:
    """The incident that is named beside this one, if this person may see it."""
    number = body.text(field)
    return queue.find(me, number).id if number else None


def _for_somebody_else(told: Report, body: Body, me: Person) -> Report:
    """Support may log for another person; somebody we do not know becomes a contact."""
    address = body.text("requester")
    if not address or people.normalise_address(address) == me.email:
        return told
    require(me, Action.LOG_FOR_OTHERS)
    with write() as session:
        requester_id = people.ensure_person(session, address).id
    return replace(told, requester_id=requester_id, logged_by_id=me.id)


def article_of(body: Body, me: Person) -> int | None:
    """The article that is named, as far as this person may read it."""
    reference = body.reference("article")
    if reference is None:
        return None
    try:
        audience = Audience.SUPPORT if me.is_support else Audience.EVERYONE
        return articles.get(reference, audience=audience).id
    except UnknownArticle as error:
        raise Invalid(
            _("There is no such article. Leave it out, or choose one that was offered."), field="article"
        ) from error


def whole(incident: Incident) -> views.Json:
    """One incident with everything this caller may see of it."""
    timeline = queue.timeline(caller(), incident)
    return {
        **views.whole_incident(incident, timeline, selfhelp.fixes_of(incident.id), reader=caller()),
        **views.help_of(incident, is_support=caller().is_support),
        "looks_like": views.looks_like(incident, caller()),
    }
