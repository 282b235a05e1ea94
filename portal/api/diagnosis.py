"""What an incident may come from, the solution found, the time it took, and what the requester thinks of it."""

from collections.abc import Sequence

from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import queue, similar
from incidents.diagnosis import hypotheses, proposals
from incidents.diagnosis.models import Finding, Hypothesis, Proposal
from incidents.errors import Invalid, NotFound
from incidents.models import Channel, Incident
from incidents.policy import Action, require
from incidents.resolutions import rating, worktime
from incidents.resolutions.models import Score
from portal.api import views
from portal.api.bodies import read_body
from portal.api.callers import caller
from portal.api.incidents import article_of

MOST_DIGITS = 9


def show(number: str) -> ResponseReturnValue:
    incident = _worked_on(number)
    waiting = proposals.open_on(incident)
    return {
        "hypotheses": [_hypothesis(one) for one in hypotheses.of_incident(incident)],
        "proposal": _proposal(waiting) if waiting else None,
        "similar": _similar(similar.resolved_like(incident)),
    }


def suppose(number: str) -> ResponseReturnValue:
    body, incident = read_body(), _worked_on(number)
    return _hypothesis(hypotheses.suppose(incident.id, body.required_text("text"), by=caller())), 201


def decide(number: str, hypothesis: str) -> ResponseReturnValue:
    body, incident = read_body(), _worked_on(number)
    finding, hypothesis_id = body.choice("finding", Finding), _id(hypothesis)
    if finding is None:
        raise Invalid(_("Say what became of it: open, confirmed or ruled_out."), field="finding")
    hypotheses.decide(incident.id, hypothesis_id, finding, by=caller(), note=body.text("note") or "")
    found = next(one for one in hypotheses.of_incident(incident) if one.id == hypothesis_id)
    return _hypothesis(found)


def propose(number: str) -> ResponseReturnValue:
    body, incident = read_body(), _worked_on(number)
    made = proposals.propose(
        incident.id,
        body.required_text("text"),
        by=caller(),
        cause=body.text("cause") or "",
        cause_code=body.text("cause_code"),
        article_id=article_of(body, caller()),
    )
    return _proposal(made), 201


def time(number: str) -> ResponseReturnValue:
    """Start or stop one's timer, or book typed minutes."""
    body, incident = read_body(), _worked_on(number)
    minutes, runs = body.number("minutes"), body.flag("runs")
    if minutes is not None:
        worktime.book(incident.id, minutes, by=caller())
    elif runs is not None:
        (worktime.start_timer if runs else worktime.book_timer)(incident.id, by=caller())
    else:
        raise Invalid(_("Say “minutes”, or whether your timer “runs”: true or false."), field="minutes")
    since = worktime.running_since(incident, caller())
    return {"minutes_spent": incident.minutes_spent, "running_since": views.time(since)}


def rate(number: str) -> ResponseReturnValue:
    body, incident = read_body(), queue.find(caller(), number)
    score = body.choice("score", Score)
    if score is None:
        raise Invalid(_("Choose one of: great, okay, not_good."), field="score")
    given = rating.rate(incident.id, score, by=caller(), channel=Channel.API, words=body.text("words") or "")
    return {"score": given.score, "words": given.words, "at": views.time(given.created_at)}, 201


def _id(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or len(text) > MOST_DIGITS:
        raise NotFound(_("There is no such hypothesis on this incident."))
    return int(text)


def _worked_on(number: str) -> Incident:
    incident = queue.find(caller(), number)
    require(caller(), Action.WORK, incident)
    return incident


def _hypothesis(one: Hypothesis) -> views.Json:
    return {
        "id": one.id,
        "text": one.text,
        "finding": one.finding,
        "note": one.note,
        "by": one.author.name if one.author else None,
        "at": views.time(one.created_at),
        "decided_by": one.decided_by.name if one.decided_by else None,
        "decided_at": views.time(one.decided_at),
    }


def _proposal(one: Proposal) -> views.Json:
    return {
        "id": one.id,
        "text": one.text,
        "cause": one.cause,
        "cause_code": one.cause_code,
        "article": one.article_id,
        "by": one.author.name if one.author else None,
        "at": views.time(one.created_at),
    }


def _similar(found: Sequence[similar.Similar]) -> list[views.Json]:
    return [
        {
            "number": one.incident.number,
            "title": one.incident.title,
            "solution": one.incident.solution,
            "cause": one.incident.cause,
            "likeness": round(one.likeness, 4),
        }
        for one in found
    ]
