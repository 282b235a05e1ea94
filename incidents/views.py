"""The views beside the queue: those everybody has, those of one person, and those of all support."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from time import monotonic

from flask import current_app
from sqlalchemy import ColumnElement, ForeignKey, String, and_, bindparam, func, not_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from firstline import clock, reference
from firstline.db import Model, db, once_a_transaction, write
from firstline.i18n import gettext as _
from incidents import feed
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.models import OPEN_NOW, OVER, Incident, State
from incidents.people import Membership, Person, Role, Team
from incidents.policy import Action, require
from incidents.search.conditions import FOLLOWING, conditions, number_in
from incidents.search.language import LONGEST, WORDS, Query, parse
from incidents.swarms.reading import invited_to

NAME_LENGTH = 60
MOST_OWN = 30
KEPT_FOR_S = 10.0
"""How long a count may stand while nothing is told: "older than two days" goes on by itself."""
KEY = "firstline_view_counts"
HEAD = "firstline_told_by_now"
MOST_KEPT = 500
COUNTING = Lock()
"""At a hundred thousand incidents a count takes a fifth of a second: eight agents must not count at once."""
FOLLOWERS = "following"
SETTLED = (State.RESOLVED, State.CLOSED, State.CANCELLED)


class SavedView(Model):
    """A query somebody keeps under a name; a shared one is for all of support."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    query: Mapped[str] = mapped_column(String(LONGEST))
    is_shared: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


_THEIRS = (
    select(SavedView)
    .where(or_(SavedView.owner_id == bindparam("person_id"), SavedView.is_shared))
    .order_by(SavedView.is_shared, SavedView.name)
)
_OWNERS = (
    select(Person.email, Person.name).where(Person.id.in_(select(Membership.person_id))).order_by(Person.name)
)


@dataclass(frozen=True)
class Counted[T]:
    """What was found at a time (monotonic), and the last thing told by then."""

    at: float
    told: int
    found: Sequence[T]


@dataclass(frozen=True, kw_only=True)
class View:
    """A name in the list of views, what it asks for, and how many incidents that are."""

    slug: str
    name: str
    query: str
    count: int
    saved_id: int | None = None
    is_shared: bool = False
    may_drop: bool = False


def standard(person: Person) -> list[View]:
    """The views everybody has: what is open, by owner and team, and what is settled."""
    require(person, Action.SEE_QUEUE)
    counts = _kept(("standard",), _count_all)
    open_ones = [(team, who, many) for state, team, who, many in counts if state == "open"]
    own = sum(many for _team, who, many in open_ones if who == person.id) + _swarming(person)
    nobody = sum(many for _team, who, many in open_ones if who is None)
    by_team = Counter[int | None]()
    for team, _who, many in open_ones:
        by_team[team] += many
    settled = {state: many for state, _team, _who, many in counts}
    return [
        View(slug="mine", name=_("My work"), query="state:open assignee:me", count=own),
        View(slug="unassigned", name=_("Nobody has it"), query="state:open assignee:none", count=nobody),
        View(slug="all", name=_("All open"), query="state:open", count=sum(row[2] for row in open_ones)),
        *_followers(settled.get(FOLLOWERS, 0)),
        *(
            View(slug=f"team:{slug}", name=name, query=f"state:open team:{slug}", count=by_team[key])
            for key, slug, name in teams()
        ),
        *(
            View(slug=state, name=name, query=f"state:{state}", count=settled.get(state, 0))
            for state, name in _settled_names().items()
        ),
    ]


@reference.kept(Team)
def teams() -> Sequence[tuple[int, str, str]]:
    """(id, slug, name) of every team, by tier, vendors last."""
    in_order = (Team.is_vendor, Team.tier, Team.name)
    found = db.session.execute(select(Team.id, Team.slug, Team.name).order_by(*in_order))
    return [(key, slug, name) for key, slug, name in found]


def owners() -> Sequence[tuple[str, str]]:
    """(address, name) of everybody who works in a team, by name."""
    return [(email, name) for email, name in db.session.execute(_OWNERS)]


def _swarming(person: Person) -> int:
    """Open incidents of others in whose swarm this person is, or is asked to be."""
    return _kept(("swarming", person.id), lambda: [_count_swarming(person)])[0]


def _count_swarming(person: Person) -> int:
    of_others = Incident.id.in_(invited_to(person)), Incident.assignee_id.is_distinct_from(person.id)
    return db.session.scalar(select(func.count()).select_from(Incident).where(OPEN_NOW, *of_others)) or 0


def saved(person: Person) -> list[View]:
    """This person's own views and the shared ones, with their counts from one query."""
    require(person, Action.SEE_QUEUE)
    rows = db.session.scalars(_THEIRS, {"person_id": person.id}).all()
    if not rows:
        return []
    queries = tuple(row.query for row in rows)
    counts = _kept(("saved", person.id, queries), lambda: _count(person, queries))
    return [
        View(
            slug=f"saved:{row.id}",
            name=row.name,
            query=row.query,
            count=count,
            saved_id=row.id,
            is_shared=row.is_shared,
            may_drop=_may_drop(person, row),
        )
        for row, count in zip(rows, counts, strict=True)
    ]


def save(person: Person, *, name: str, query: str, is_shared: bool) -> SavedView:
    """Keep a query under a name; the same name of the same person is written anew."""
    require(person, Action.SEE_QUEUE)
    name, query = name.strip(), query.strip()
    if not name or len(name) > NAME_LENGTH:
        raise Invalid(
            _("Give the view a name of at most %(most)s characters.", most=NAME_LENGTH), field="name"
        )
    understood = parse(query)
    if understood.troubles:
        raise Invalid(understood.troubles[0].sentence, field="query")
    with write() as session:
        own = session.scalars(select(SavedView).where(SavedView.owner_id == person.id)).all()
        view = next((one for one in own if one.name == name), None)
        if view is None and len(own) >= MOST_OWN:
            raise Invalid(_("You have %(most)s views. Drop one first.", most=MOST_OWN), field="name")
        view = view or SavedView(owner_id=person.id, name=name)
        view.query, view.is_shared = understood.text.strip(), is_shared
        session.add(view)
    return view


def drop(person: Person, view_id: int) -> SavedView:
    """Take a view away: one's own, or as a lead any that is shared. Returns it as it was."""
    with write() as session:
        view = session.get(SavedView, view_id)
        if view is None or not (view.is_shared or view.owner_id == person.id):
            raise NotFound(_("There is no such view."))
        if not _may_drop(person, view):
            raise NotAllowed(_("Only its owner or a lead may take a shared view away."))
        session.delete(view)
    return view


def is_open_only(query: Query) -> bool:
    """Without a word about the state only what is open is meant; a number means that one incident."""
    return not any(term.key == "state" for term in query.terms) and number_in(query) is None


def leads_only(query: Query) -> bool:
    """Whether what follows another incident is left out: in lists of what is open that ask for nothing special.

    Words, a number, a requester and `is:following` find it.
    """
    is_open = is_open_only(query) or query.values_of("state") == ("open",)
    asks = {term.key for term in query.terms} & {WORDS, "requester"}
    return is_open and not asks and "following" not in query.values_of("is")


def _may_drop(person: Person, view: SavedView) -> bool:
    return view.owner_id == person.id or (view.is_shared and person.role in {Role.LEAD, Role.ADMIN})


def _settled_names() -> dict[str, str]:
    return dict(zip(SETTLED, (_("Resolved"), _("Closed"), _("Cancelled")), strict=True))


def _followers(count: int) -> list[View]:
    """What is left out of the other lists, as long as there is any."""
    name = _("Solved with another")
    return [View(slug="following", name=name, query="is:following", count=count)] if count else []


def _count_all() -> Sequence[tuple[str, int | None, int | None, int]]:
    """(`open`, a settled state or `FOLLOWERS`, team, assignee, how many): all that the standard views need."""
    by_hand = (Incident.team_id, Incident.assignee_id)
    open_ones = select(*by_hand, func.count()).where(OPEN_NOW, not_(FOLLOWING)).group_by(*by_hand)
    settled = select(Incident.state, func.count()).where(OVER).group_by(Incident.state)
    followers = select(func.count()).select_from(Incident).where(OPEN_NOW, FOLLOWING)
    return [
        *(("open", *row) for row in db.session.execute(open_ones)),
        *((state, None, None, many) for state, many in db.session.execute(settled)),
        (FOLLOWERS, None, None, db.session.scalar(followers) or 0),
    ]


def _count(person: Person, queries: Sequence[str]) -> Sequence[int]:
    parsed = [parse(query) for query in queries]
    wholes = [and_(*conditions(one, person), *_understood(one)) for one in parsed]
    found = select(*(func.count().filter(whole) for whole in wholes)).select_from(Incident)
    if all(is_open_only(one) or one.values_of("state") == ("open",) for one in parsed):
        found = found.where(OPEN_NOW)
    return list(db.session.execute(found).one())


def _understood(query: Query) -> list[ColumnElement[bool]]:
    """What a query means beyond its words."""
    return [
        *([OPEN_NOW] if is_open_only(query) else []),
        *([not_(FOLLOWING)] if leads_only(query) else []),
    ]


def _kept[T](key: tuple[object, ...], count: Callable[[], Sequence[T]]) -> Sequence[T]:
    """What was counted for this key, unless something was told since.

    One request counts at a time; who comes meanwhile is shown what was counted last.
    """
    kept: dict[object, Counted[T]] = current_app.extensions.setdefault(KEY, {})
    told, counted = told_by_now(), kept.get(key)
    if not _holds(counted, told) and COUNTING.acquire(blocking=counted is None):
        try:
            counted = kept.get(key)
            if not _holds(counted, told):
                counted = kept[key] = Counted(monotonic(), told, count())
                _forget_oldest(kept)
        finally:
            COUNTING.release()
    assert counted is not None, "who finds nothing kept has waited and counted"
    return counted.found


def told_by_now() -> int:
    """The last thing told, asked for once a request: a page that is built of what was read later misses nothing."""
    session = db.session()
    return once_a_transaction(session, HEAD, lambda: feed.head(session))


def _holds[T](counted: Counted[T] | None, told: int) -> bool:
    return counted is not None and counted.told == told and monotonic() - counted.at <= KEPT_FOR_S


def _forget_oldest[T](kept: dict[object, Counted[T]]) -> None:
    while len(kept) > MOST_KEPT:
        kept.pop(next(iter(kept)))
