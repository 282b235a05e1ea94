"""What came of the known fixes: shown, held back by the lot, helped, did not, or met with silence."""

from datetime import datetime, timedelta

from commands.demo.year import rhythm
from commands.demo.year.desk import Desk
from commands.demo.year.story import Tale
from incidents.intake import SELF_HELP_FOR
from incidents.models import Channel, Event, State
from incidents.moving.life import Life
from knowledge_base.models import Article, Attempt, AttemptOutcome, Offer

SHOWN = 0.86
"""How often the right fixes clear the bar."""
HOLD_OUT_DAYS = (255, 165)
PERCENT = 15
HEALS = 0.11
"""How many troubles of those shown nothing go away by themselves."""
KEENNESS = {
    Channel.PORTAL: 1.0, Channel.CHAT: 1.05, Channel.MAIL: 0.55, Channel.PHONE: 0.35, Channel.WALK_UP: 0.3,
}  # fmt: skip
"""How readily people try and answer, by channel."""
AT_FIRST, IN_THE_END = 0.62, 1.0
"""How good the fixes were: they are mended all the time."""


def solved(desk: Desk, life: Life, tale: Tale) -> bool:
    """Whether the person said that a known fix helped; if not, it lies in a queue afterwards."""
    articles = [desk.cast.articles[slug] for slug in tale.trouble.articles if slug in desk.cast.articles]
    if not articles or not desk.happens(SHOWN):
        life.pass_to(life.at + timedelta(seconds=4))
        route(desk, life, "No known fix fits")
        return False
    in_draw = _is_in_draw(desk, life.at) and tale.channel not in {Channel.PHONE, Channel.WALK_UP}
    is_held_out = in_draw and desk.happens(PERCENT / 100)
    attempt = _attempt(desk, life, tale, articles, in_draw, is_held_out)
    if is_held_out:
        return _held_out(desk, life, attempt)
    life.tell(Event.OFFERED, facts={"articles": [one.title for one in articles]}, at=life.at)
    likely = tale.trouble.helps * KEENNESS[tale.channel] * _quality(desk, life.at)
    if desk.happens(likely):
        return _helped(desk, life, tale, attempt)
    return _did_not(desk, life, tale, attempt)


def route(desk: Desk, life: Life, because: str) -> None:
    """Into the queue of the service desk."""
    team = desk.cast.teams["service-desk"]
    life.incident.team_id = life.incident.team_id or team.id
    life.incident.placed_at, life.incident.routed_because = life.at, because
    life.incident.routed_by = "Nothing fits: the service desk"
    life.move(State.QUEUED, None, because, event=Event.ROUTED, facts={"team": team.name})


def _is_in_draw(desk: Desk, at: datetime) -> bool:
    ended = desk.hold_out.ended_at
    return desk.hold_out.started_at <= at and (ended is None or at < ended)


def _quality(desk: Desk, at: datetime) -> float:
    return AT_FIRST + (IN_THE_END - AT_FIRST) * rhythm.gone(at, desk.now)


def _attempt(
    desk: Desk, life: Life, tale: Tale, articles: list[Article], in_draw: bool, is_held_out: bool
) -> dict[str, object]:
    one = life.incident
    life.pass_to(life.at + timedelta(seconds=4))
    attempt = life.add(
        Attempt, id=desk.next_id(Attempt), incident_id=one.id, person_id=tale.by.id, channel=tale.channel,
        words=f"{one.title}\n{one.description}", created_at=life.at, category_slug=one.category,
        hold_out_id=desk.hold_out.id if in_draw else None, is_held_out=is_held_out,
        outcome=AttemptOutcome.NONE, decided_at=None,
    )  # fmt: skip
    for rank, article in enumerate(articles, start=1):
        life.add(
            Offer, id=desk.next_id(Offer), attempt_id=attempt["id"], article_id=article.id, rank=rank,
            score=round(0.92 - 0.13 * rank - desk.chance.random() * 0.08, 3), helped=None,
        )  # fmt: skip
    return attempt


def _say(life: Life, attempt: dict[str, object], outcome: AttemptOutcome, helped: bool | None = None) -> None:
    """Date the outcome, and what it says of the fixes: of the first that helped, or of all that did not."""
    attempt["outcome"], attempt["decided_at"] = outcome, life.at
    for model, row in life.beside:
        if model is Offer and helped is not None and (not helped or row["rank"] == 1):
            row["helped"] = helped


def _held_out(desk: Desk, life: Life, attempt: dict[str, object]) -> bool:
    """Nothing was shown; some find a way by themselves before anybody comes."""
    _say(life, attempt, AttemptOutcome.WENT_ON)
    route(desk, life, "Straight to support: drawn for the hold-out")
    if not desk.happens(HEALS):
        return False
    life.pass_to(life.at + timedelta(minutes=desk.chance.uniform(8, 50)))
    _say(life, attempt, AttemptOutcome.SOLVED_SAID)
    return True


def _helped(desk: Desk, life: Life, tale: Tale, attempt: dict[str, object]) -> bool:
    life.pass_to(life.at + timedelta(minutes=desk.chance.triangular(3, 28, 9)))
    _say(life, attempt, AttemptOutcome.SOLVED_SAID, helped=True)
    life.incident.article_id = desk.cast.articles[tale.trouble.articles[0]].id
    return True


def _did_not(desk: Desk, life: Life, tale: Tale, attempt: dict[str, object]) -> bool:
    if desk.happens(0.58):
        life.pass_to(life.at + timedelta(minutes=desk.chance.triangular(3, 28, 7)))
        _say(life, attempt, AttemptOutcome.WENT_ON, helped=False)
        life.tell(Event.NOT_SOLVED, tale.by.id)
        route(desk, life, "The known fixes did not help")
        return False
    life.pass_to(life.at - timedelta(seconds=4) + SELF_HELP_FOR)
    _say(life, attempt, AttemptOutcome.SILENT)
    route(desk, life, "No answer within the self-help time")
    return False
