"""The end of an incident: what the resolution records, thanks, blame, and what comes back."""

from collections.abc import Callable
from datetime import timedelta

from commands.demo.year.cast import Someone
from commands.demo.year.desk import Desk
from commands.demo.year.story import Tale
from incidents.models import Channel, Event, Resolution, State
from incidents.moving.life import Life, Row
from incidents.resolutions.acceptance import WARNED_BEFORE_DAYS
from incidents.resolutions.models import ChangedItem, Rating, Score
from incidents.resolutions.working_days import after_working_days

RATED, CONFIRMED = 0.27, 0.4
REOPENED = 0.05
Again = Callable[[Desk, Life, Tale, Someone], None]


def resolve(desk: Desk, life: Life, tale: Tale, agent: Someone, *, is_first_contact: bool = False) -> None:
    """Support solved it and wrote down how."""
    one, what = life.incident, tale.trouble
    by = _resolution(desk, life)
    minutes = max(2, round(what.minutes * desk.chance.lognormvariate(0, 0.5)))
    one.minutes_spent += minutes
    one.cause, one.cause_code, one.solution = what.cause, what.cause_code, what.solution
    one.is_first_contact = is_first_contact
    _settle(desk, life, by)
    if is_first_contact:
        life.answered()
    facts: Row = {"resolution": by, "cause": one.cause, "cause_code": one.cause_code, "minutes": minutes}
    facts |= {"first_contact": True} if is_first_contact else {}
    _name_article(desk, life, tale, facts)
    _name_items(life, facts)
    life.move(State.RESOLVED, agent.id, one.solution, facts=facts)
    one.assignee_id = agent.id


def resolve_alone(desk: Desk, life: Life) -> None:
    """The monitor says that it is over."""
    note = life.incident.solution = "The monitor reports that it is over."
    _settle(desk, life, Resolution.AUTOMATIC)
    life.move(State.RESOLVED, None, note, facts={"resolution": Resolution.AUTOMATIC, "cause": ""})


def after_self_service(desk: Desk, life: Life, tale: Tale) -> None:
    """The requester said so."""
    _settle(desk, life, Resolution.SELF_SERVICE)
    facts: Row = {"resolution": Resolution.SELF_SERVICE, "cause": ""}
    facts |= {"article": life.incident.article_id} if life.incident.article_id else {}
    resolved = life.move(State.RESOLVED, tale.by.id, facts=facts)
    if desk.happens(0.12):
        _rate(desk, life, tale, resolved, is_good=True)
    _let_lapse(desk, life, tale)


def after_support(desk: Desk, life: Life, tale: Tale, *, again: Again | None) -> None:
    """Confirmed, rated, come back, or closed by time."""
    if tale.channel == Channel.MONITORING:
        return _close_by_time(desk, life)
    resolved, agent = life.entries[-1], _agent(desk, life)
    if again is not None and desk.happens(REOPENED * (1.8 if tale.fault else 1)):
        return _come_back(desk, life, tale, agent, again)
    if desk.happens(RATED):
        life.pass_to(life.at + timedelta(hours=desk.chance.lognormvariate(0.5, 1.2)))
        _rate(desk, life, tale, resolved, is_good=_went_well(desk, life))
    return _let_lapse(desk, life, tale)


def _settle(desk: Desk, life: Life, by: Resolution) -> None:
    one, days = life.incident, desk.rule.close_after_days
    one.resolution, one.resolved_at = by, life.at
    one.closes_at = after_working_days(desk.book.default, life.at, days)
    one.warn_closing_at = after_working_days(desk.book.default, life.at, days - WARNED_BEFORE_DAYS)


def _resolution(desk: Desk, life: Life) -> Resolution:
    if any(entry["event"] == Event.VENDOR_ANSWERED for entry in life.entries):
        return Resolution.VENDOR
    first = desk.cast.teams["service-desk"].id
    return Resolution.SUPPORT if life.incident.team_id == first else Resolution.HIGHER_TIER


def _name_article(desk: Desk, life: Life, tale: Tale, facts: Row) -> None:
    """Whoever used a known fix says so; where none was, one is wanted now and then."""
    articles = tale.trouble.articles
    if articles and articles[0] in desk.cast.articles and desk.happens(0.28):
        life.incident.article_id = facts["article"] = desk.cast.articles[articles[0]].id
    elif desk.happens(0.03):
        life.incident.is_article_wanted = facts["article_wanted"] = True


def _name_items(life: Life, facts: Row) -> None:
    """The device that was changed; a second resolution names it no second time."""
    device = life.incident.device_id
    if device is None or any(model is ChangedItem for model, _row in life.beside):
        return
    life.add(ChangedItem, incident_id=life.incident.id, device_id=device, service_id=None, created_at=life.at)
    facts["items"] = [str(device)]


def _agent(desk: Desk, life: Life) -> Someone:
    return next(one for one in desk.cast.staff if one.id == life.incident.assignee_id)


def _come_back(desk: Desk, life: Life, tale: Tale, agent: Someone, again: Again) -> None:
    life.pass_to(desk.later(life, 700, spread=0.7))
    if life.at >= (life.incident.closes_at or life.at):
        return _let_lapse(desk, life, tale)
    one = life.incident
    one.resolved_at = one.resolution = one.article_id = one.closes_at = one.warn_closing_at = None
    one.is_first_contact = one.is_article_wanted = False
    one.reopened_count += 1
    life.move(State.QUEUED, tale.by.id, desk.phrase("back"))
    one.placed_at, one.routed_because = life.at, "Reopened"
    team = next(team for team in desk.cast.teams.values() if team.id == one.team_id)
    life.tell(Event.ROUTED, None, "Reopened", facts={"team": team.name})
    return again(desk, life, tale, agent)


def _went_well(desk: Desk, life: Life) -> bool:
    one = life.incident
    days = ((one.resolved_at or life.at) - one.created_at) / timedelta(days=1)
    chance = 0.95 - 0.07 * min(days, 6) - 0.3 * bool(one.reopened_count)
    return desk.happens(chance)


def _rate(desk: Desk, life: Life, tale: Tale, resolved: Row, *, is_good: bool) -> None:
    okay = desk.happens(0.3)
    score = (Score.OKAY if okay else Score.GREAT) if is_good else (Score.OKAY if okay else Score.NOT_GOOD)
    words = desk.phrase("praise" if is_good else "blame") if desk.happens(0.5) else ""
    life.tell(Event.RATED, tale.by.id, words, facts={"score": score}, channel=tale.channel)
    life.add(
        Rating, incident_id=life.incident.id, resolution_id=resolved, person_id=tale.by.id, score=score,
        words=words, channel=tale.channel, created_at=life.at,
    )  # fmt: skip


def _let_lapse(desk: Desk, life: Life, tale: Tale) -> None:
    """Confirmed within a day or so, or closed by time."""
    confirmed_at = life.at + timedelta(hours=desk.chance.lognormvariate(1, 1.1))
    warned_at = life.incident.warn_closing_at
    if desk.happens(CONFIRMED) and warned_at is not None and confirmed_at < warned_at:
        life.pass_to(confirmed_at)
        _close(life, Event.CONFIRMED, tale.by.id, desk.phrase("thanks"))
    else:
        _close_by_time(desk, life)


def _close_by_time(desk: Desk, life: Life) -> None:
    one = life.incident
    assert one.warn_closing_at is not None and one.closes_at is not None, "set when it was resolved"
    life.pass_to(one.warn_closing_at)
    life.tell(Event.CLOSING_SOON, facts={"closes_at": one.closes_at.isoformat()})
    one.warn_closing_at = None
    life.pass_to(one.closes_at)
    _close(life, Event.CLOSED, None, "")


def _close(life: Life, event: Event, author_id: int | None, text: str) -> None:
    life.move(State.CLOSED, author_id, text, event=event)
    life.incident.closed_at = life.at
    life.incident.closes_at = life.incident.warn_closing_at = None
