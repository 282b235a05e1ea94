"""What came of the known fixes: shown, held back by the lot, helped, did not, or met with silence."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from commands.demo.year import rhythm
from commands.demo.year.desk import Desk
from commands.demo.year.story import Tale
from incidents.intake import SELF_HELP_FOR
from incidents.models import Channel, Event, State
from incidents.moving import rows
from incidents.moving.life import Life, Row
from knowledge_base.models import Article, Attempt, AttemptOutcome, Offer

SHOWN = 0.86
"""How often the right fixes clear the bar."""
DECIDED_AFTER = timedelta(hours=72)
"""Who said nothing until then has left."""
HOLD_OUT_DAYS = (255, 165)
PERCENT = 15
RIGHT = 0.7
"""How often it is the first of the fixes shown, or the next, that helps."""
SEARCHED, FOUND = 0.06, 0.35
"""How many search beside those who report, and how many of them find it and say so; the others leave."""
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
        return _helped(desk, life, articles, attempt)
    return _did_not(desk, life, tale, attempt)


def route(desk: Desk, life: Life, because: str) -> None:
    """Into the queue of the service desk."""
    team = desk.cast.teams["service-desk"]
    life.incident.team_id = life.incident.team_id or team.id
    life.incident.placed_at, life.incident.routed_because = life.at, because
    life.incident.routed_by = "Nothing fits: the service desk"
    life.move(State.QUEUED, None, because, event=Event.ROUTED, facts={"team": team.name})


def write_searches(session: Session, desk: Desk) -> None:
    """Those who looked for a fix and reported nothing: some say that it helped, most say nothing."""
    attempts, offers = [], []
    for _ in range(round(len(desk.tales) * SEARCHED)):
        attempt, shown = _search(desk)
        attempts += [attempt] if shown else []
        offers += shown
    rows.put(session, Attempt, attempts)
    rows.put(session, Offer, offers)


def _search(desk: Desk) -> tuple[Row, list[Row]]:
    like = desk.chance.choice(list(desk.tales.values()))
    at = min(like.at + timedelta(minutes=desk.chance.uniform(1, 300)), desk.now - DECIDED_AFTER)
    articles = [desk.cast.articles[slug] for slug in like.trouble.articles if slug in desk.cast.articles]
    has_found = desk.happens(FOUND * _quality(desk, at))
    outcome = AttemptOutcome.SOLVED_SAID if has_found else AttemptOutcome.ABANDONED
    attempt = _row_of(desk, like, at, desk.cast.employee(desk.chance, at).id, Channel.PORTAL)
    attempt |= {"outcome": outcome, "decided_at": at + (timedelta(minutes=6) if has_found else DECIDED_AFTER)}
    helped = _the_one(desk, articles) if has_found and articles else None
    shown = [_offer(desk, attempt, article, rank) for rank, article in enumerate(articles, start=1)]
    for offer in shown:
        offer["helped"] = True if helped and offer["article_id"] == helped.id else None
    return attempt, shown


def _row_of(desk: Desk, like: Tale, at: datetime, person_id: int, channel: Channel) -> Row:
    unknown = dict.fromkeys(("incident_id", "hold_out_id", "followed_at", "came_back_at", "gap_id", "vector"))
    return unknown | {
        "id": desk.next_id(Attempt), "person_id": person_id, "channel": channel,
        "words": desk.chance.choice(like.trouble.words), "created_at": at,
        "category_slug": like.trouble.category, "is_held_out": False, "vector_model": "",
    }  # fmt: skip


def _offer(desk: Desk, attempt: Row, article: Article, rank: int) -> Row:
    score = round(0.92 - 0.13 * rank - desk.chance.random() * 0.08, 3)
    named = {"id": desk.next_id(Offer), "attempt_id": attempt["id"], "article_id": article.id}
    return named | {"rank": rank, "score": score, "helped": None}


def _is_in_draw(desk: Desk, at: datetime) -> bool:
    ended = desk.hold_out.ended_at
    return desk.hold_out.started_at <= at and (ended is None or at < ended)


def _quality(desk: Desk, at: datetime) -> float:
    return AT_FIRST + (IN_THE_END - AT_FIRST) * rhythm.gone(at, desk.now)


def _attempt(
    desk: Desk, life: Life, tale: Tale, articles: list[Article], in_draw: bool, is_held_out: bool
) -> Row:
    one = life.incident
    life.pass_to(life.at + timedelta(seconds=4))
    attempt = life.add(
        Attempt, id=desk.next_id(Attempt), incident_id=one.id, person_id=tale.by.id, channel=tale.channel,
        words=f"{one.title}\n{one.description}", created_at=life.at, category_slug=one.category,
        hold_out_id=desk.hold_out.id if in_draw else None, is_held_out=is_held_out,
        outcome=AttemptOutcome.NONE, decided_at=None,
    )  # fmt: skip
    for rank, article in enumerate(articles, start=1):
        life.add(Offer, **_offer(desk, attempt, article, rank))
    return attempt


def _say(life: Life, attempt: Row, outcome: AttemptOutcome, helped: Article | None = None) -> None:
    """Date the outcome, and what it says of the fixes: of the one that helped, or of all that did not."""
    attempt["outcome"], attempt["decided_at"] = outcome, life.at
    for model, row in life.beside:
        if model is Offer and outcome == AttemptOutcome.WENT_ON and not attempt["is_held_out"]:
            row["helped"] = False
        elif model is Offer and helped is not None and row["article_id"] == helped.id:
            row["helped"] = True


def _held_out(desk: Desk, life: Life, attempt: Row) -> bool:
    """Nothing was shown; some find a way by themselves before anybody comes."""
    _say(life, attempt, AttemptOutcome.WENT_ON)
    route(desk, life, "Straight to support: drawn for the hold-out")
    if not desk.happens(HEALS):
        return False
    life.pass_to(life.at + timedelta(minutes=desk.chance.uniform(8, 50)))
    _say(life, attempt, AttemptOutcome.SOLVED_SAID)
    return True


def _helped(desk: Desk, life: Life, articles: Sequence[Article], attempt: Row) -> bool:
    life.pass_to(life.at + timedelta(minutes=desk.chance.triangular(3, 28, 9)))
    helped = _the_one(desk, articles)
    _say(life, attempt, AttemptOutcome.SOLVED_SAID, helped)
    life.incident.article_id = helped.id
    return True


def _the_one(desk: Desk, articles: Sequence[Article]) -> Article:
    """Mostly the first that was shown."""
    return next((one for one in articles if desk.happens(RIGHT)), articles[-1])


def _did_not(desk: Desk, life: Life, tale: Tale, attempt: Row) -> bool:
    if desk.happens(0.58):
        life.pass_to(life.at + timedelta(minutes=desk.chance.triangular(3, 28, 7)))
        _say(life, attempt, AttemptOutcome.WENT_ON)
        life.tell(Event.NOT_SOLVED, tale.by.id)
        route(desk, life, "The known fixes did not help")
        return False
    life.pass_to(life.at - timedelta(seconds=4) + SELF_HELP_FOR)
    _say(life, attempt, AttemptOutcome.SILENT)
    route(desk, life, "No answer within the self-help time")
    return False
