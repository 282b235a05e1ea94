"""Plays the demo incidents through the domain itself, each step at its own time in the past."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from incidents import conversation, handovers, lifecycle, notices, selfhelp, swarms
from incidents.diagnosis import hypotheses
from incidents.diagnosis.models import Finding
from incidents.intake import Report, report
from incidents.lifecycle import Change, locked
from incidents.models import Channel, Event, Incident, Level, Resolution, State, Visibility
from incidents.people import Person, Team
from incidents.reach import Reach
from incidents.resolutions import lapse, rating
from incidents.resolutions.models import Score
from incidents.routing.vendors import Handover
from incidents.services import Device
from incidents.swarms.models import Standing
from incidents.timeline import record
from knowledge_base import outcomes
from knowledge_base.models import Article
from knowledge_base.suggest import Suggestion

FOUND_AFTER = timedelta(seconds=4)
SURE, LESS_SURE = 0.86, 0.12
"""The score of the first fix of a story, and how much less each further one has."""

Told = dict[str, Any]


@dataclass
class Story:
    """One incident of the demo; `incident_id` is set once it is reported."""

    told: Told
    began_at: datetime
    incident_id: int = 0


@dataclass(frozen=True)
class Step:
    """What happens to a story, and when."""

    at: datetime
    story: Story
    told: Told


def play(told: Sequence[Told]) -> int:
    """Log the incidents that are not there yet and let happen to them what is told; returns how many."""
    now = clock.now()
    stories = [Story(one, now - timedelta(**one["age"])) for one in told if not _is_there(one)]
    steps = [step for story in stories for step in _steps(story)]
    # Nobody wants fifty mails at first sight.
    with notices.muted():
        for step in sorted(steps, key=lambda step: step.at):
            _let_lapse(step.at)
            with clock.freeze(step.at):
                DO[step.told["do"]](step.story, step.told)
        if steps:
            _let_lapse(now)
    return len(stories)


def _let_lapse(until: datetime) -> None:
    """What the desk did by itself meanwhile: the warning, and a working day later the end."""
    while (due := _next_lapse()) is not None and due <= until:
        with clock.freeze(due):
            lapse.warn_of_closing()
            lapse.close_what_lapsed()


def _next_lapse() -> datetime | None:
    marks = select(Incident.warn_closing_at, Incident.closes_at).where(Incident.state == State.RESOLVED)
    return min((warned or closes for warned, closes in db.session.execute(marks) if closes), default=None)


def _is_there(told: Told) -> bool:
    same = select(Incident.id).join(Incident.requester).where(Incident.title == told["title"])
    return db.session.scalar(same.where(Person.email == told["requester"]).limit(1)) is not None


def _steps(story: Story) -> Iterator[Step]:
    yield Step(story.began_at, story, {"do": "report"})
    yield Step(story.began_at + FOUND_AFTER, story, {"do": "offer"})
    for told in story.told.get("then", []):
        yield Step(story.began_at + timedelta(**told["after"]), story, told)


def _report(story: Story, _step: Told) -> None:
    told = story.told
    logged_by = told.get("logged_by")
    incident = report(
        Report(
            requester_id=_person(told["requester"]).id,
            title=told["title"],
            description=told["text"],
            channel=Channel(told["channel"]),
            service=told.get("service"),
            reach=Reach(told["reach"]) if "reach" in told else None,
            impact=_level(told.get("impact")),
            urgency=_level(told.get("urgency")),
            logged_by_id=_person(logged_by).id if logged_by else None,
            device_id=_device(told.get("device")),
        )
    )
    story.incident_id = incident.id


def _offer(story: Story, _step: Told) -> None:
    """Record the fixes of the story as offered, so that nobody searches for them again today."""
    fixes = [_suggestion(slug, rank) for rank, slug in enumerate(story.told.get("offered", []))]
    with locked(story.incident_id) as (session, incident):
        if incident.suggested_at is not None:
            return
        incident.suggested_at = clock.now()
        if fixes:
            outcomes.record_attempt(
                session,
                fixes,
                words=f"{incident.title}\n{incident.description}",
                channel=incident.channel,
                person_id=incident.requester_id,
                incident_id=incident.id,
                category=incident.category,
            )
            record(session, incident, Event.OFFERED, facts={"articles": [fix.title for fix in fixes]})


def _suggestion(slug: str, rank: int) -> Suggestion:
    article = _article(slug)
    score = SURE - rank * LESS_SURE
    return Suggestion(
        article_id=article.id, slug=slug, title=article.title, summary=article.summary, score=score
    )


def _solved(story: Story, step: Told) -> None:
    article = _article(step["article"]).id
    selfhelp.tell_outcome(story.incident_id, by=_requester(story), solved=True, article_id=article)


def _not_solved(story: Story, step: Told) -> None:
    selfhelp.tell_outcome(story.incident_id, by=_requester(story), solved=False, note=step["note"])


def _silent(story: Story, _step: Told) -> None:
    _change(story, None, Change(to=State.QUEUED, note=_("No answer within the self-help time")))


def _take(story: Story, step: Told) -> None:
    lifecycle.take(story.incident_id, by=_person(step["by"]))


def _say(story: Story, step: Told) -> None:
    by = _person(step["by"])
    channel = Channel.PORTAL if by.is_support else Channel(story.told["channel"])
    conversation.say(story.incident_id, by=by, text=step["text"], channel=channel)


def _note(story: Story, step: Told) -> None:
    conversation.say(
        story.incident_id,
        by=_person(step["by"]),
        text=step["text"],
        channel=Channel.PORTAL,
        visibility=Visibility.INTERNAL,
    )


def _escalate(story: Story, step: Told) -> None:
    lifecycle.escalate(
        story.incident_id, by=_person(step["by"]), note=step["note"], team_slug=step.get("team")
    )


def _ask_vendor(story: Story, step: Told) -> None:
    handover = Handover(subject=step["subject"], words=step["note"])
    handovers.ask_vendor(story.incident_id, step["vendor"], handover, by=_person(step["by"]))


def _vendor_answers(story: Story, step: Told) -> None:
    contact = db.session.scalars(
        select(Person).join(Team, Team.email == Person.email).where(Team.slug == step["vendor"])
    ).one()
    with locked(story.incident_id) as (session, incident):
        handovers.hear_vendor(session, incident, by=contact, given_to_id=contact.id, text=step["text"])


def _swarm(story: Story, step: Told) -> None:
    people, teams = step["people"], step["teams"]
    swarms.start(
        story.incident_id, by=_person(step["by"]), purpose=step["purpose"], people=people, teams=teams
    )


def _join_swarm(story: Story, step: Told) -> None:
    swarms.answer(story.incident_id, Standing.JOINED, by=_person(step["by"]))


def _swarm_note(story: Story, step: Told) -> None:
    swarms.note(story.incident_id, by=_person(step["by"]), text=step["text"])


def _swarm_findings(story: Story, step: Told) -> None:
    swarms.write_findings(story.incident_id, step["text"], by=_person(step["by"]), seen=0)


def _wait(story: Story, step: Told) -> None:
    _change(story, step["by"], Change(to=State.WAITING, note=step["note"], waiting_on=step["on"]))


def _resolve(story: Story, step: Told) -> None:
    wanted = Change(
        to=State.RESOLVED,
        resolution=Resolution(step["resolution"]),
        cause=step["cause"],
        note=step["note"],
        minutes_spent=step["minutes_spent"],
        cause_code=step.get("cause_code"),
    )
    _change(story, step["by"], wanted)


def _confirm(story: Story, step: Told) -> None:
    _change(story, story.told["requester"], Change(to=State.CLOSED, note=step["note"]))


def _rate(story: Story, step: Told) -> None:
    channel, score = Channel(story.told["channel"]), Score(step["score"])
    rating.rate(story.incident_id, score, by=_requester(story), channel=channel, words=step["words"])


def _suppose(story: Story, step: Told) -> None:
    by = _person(step["by"])
    one = hypotheses.suppose(story.incident_id, step["text"], by=by)
    if "finding" in step:
        hypotheses.decide(story.incident_id, one.id, Finding(step["finding"]), by=by, note=step["note"])


def _change(story: Story, by: str | None, wanted: Change) -> None:
    lifecycle.change(story.incident_id, wanted, by=_person(by) if by else None)


def _requester(story: Story) -> Person:
    return _person(story.told["requester"])


def _person(email: str) -> Person:
    return db.session.scalars(select(Person).where(Person.email == email)).one()


def _article(slug: str) -> Article:
    return db.session.scalars(select(Article).where(Article.slug == slug)).one()


def _device(tag: str | None) -> int | None:
    return db.session.scalars(select(Device.id).where(Device.tag == tag)).one() if tag else None


def _level(told: str | None) -> Level | None:
    return Level(told) if told else None


DO: dict[str, Callable[[Story, Told], None]] = {
    "report": _report,
    "offer": _offer,
    "solved": _solved,
    "not_solved": _not_solved,
    "silent": _silent,
    "take": _take,
    "say": _say,
    "note": _note,
    "escalate": _escalate,
    "ask_vendor": _ask_vendor,
    "vendor_answers": _vendor_answers,
    "swarm": _swarm,
    "join_swarm": _join_swarm,
    "swarm_note": _swarm_note,
    "swarm_findings": _swarm_findings,
    "wait": _wait,
    "resolve": _resolve,
    "confirm": _confirm,
    "rate": _rate,
    "suppose": _suppose,
}
