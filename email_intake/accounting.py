"""What we took must be what became of it: counted apart by route and day, and compared (rule 4).

Taken = opened + appended + ignored + quarantined + still waiting. The counter is written where a
message is promised to be kept, the rows are counted anew, so that one that vanishes is missed.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, Date, Text, cast, func, select
from sqlalchemy.orm import Session

from email_intake.models import Outcome, RawMessage, Taken
from firstline import clock, log, options
from firstline.db import db, inserting, write

WAITS_TOO_LONG = timedelta(minutes=10)
NAMED = 20
CHECKED = "mail-accounts"
"""The option that holds what the last check found: when, and each line that does not add up."""
logger = log.get(__name__)


@dataclass(frozen=True)
class Line:
    """One route on one day (UTC, by the time of receipt): what was taken, and the rows by outcome."""

    day: date
    route: str
    taken: int
    came_to: dict[str, int]

    @property
    def found(self) -> int:
        return sum(self.came_to.get(outcome, 0) for outcome in Outcome)

    @property
    def is_right(self) -> bool:
        return self.taken == self.found

    @property
    def words(self) -> str:
        return f"{self.day} {self.route}: {self.taken} taken, {self.found} found"


@dataclass(frozen=True)
class Verdict:
    """What the last check said; `checked_at` is None before the first."""

    checked_at: datetime | None
    wrong: tuple[str, ...]


def count(session: Session, taken: Iterable[tuple[str, datetime]]) -> None:
    """So many more were taken, by these routes at these times; in the transaction that promises to keep them."""
    several = Counter((route, at.astimezone(UTC).date()) for route, at in taken)
    for (route, day), many in several.items():
        row = inserting(session)(Taken).values(day=day, route=route, count=many)
        more = {"count": Taken.count + many}
        session.execute(row.on_conflict_do_update(index_elements=["day", "route"], set_=more))


def balance() -> list[Line]:
    """Every route and day, newest first, as it stood in one moment."""
    if db.engine.dialect.name == "postgresql":
        # Its statements would each see a moment of their own, and mail comes in between.
        db.session.rollback()
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    taken = {(one.day, one.route): one.count for one in db.session.scalars(select(Taken))}
    found: dict[tuple[date, str], Counter[str]] = {}
    day = _day_of(RawMessage.received_at)
    counted = select(day, RawMessage.route, RawMessage.outcome, func.count())
    for when, route, outcome, many in db.session.execute(
        counted.group_by(day, RawMessage.route, RawMessage.outcome)
    ):
        found.setdefault((date.fromisoformat(str(when)), route), Counter())[outcome] = many
    lines = [
        Line(*place, taken.get(place, 0), dict(found.get(place, {}))) for place in taken.keys() | found.keys()
    ]
    return sorted(lines, key=lambda line: (line.day, line.route), reverse=True)


def check() -> Verdict:
    """Compare everything, keep what was found, and return it."""
    wrong = tuple(line.words for line in balance() if not line.is_right)
    for words in wrong:
        logger.error("mail does not add up", line=words)
    now = clock.now()
    with write() as session:
        options.choose(session, CHECKED, {"at": now.isoformat(), "wrong": list(wrong)})
    return Verdict(now, wrong)


def last_verdict() -> Verdict:
    """What the last check found, without checking again."""
    kept = options.read(CHECKED, {"at": "", "wrong": [""]})
    if not kept["at"]:
        return Verdict(None, ())
    return Verdict(datetime.fromisoformat(str(kept["at"])), tuple(kept["wrong"]))


def late() -> Sequence[RawMessage]:
    """Messages that wait to be read for too long, the oldest first."""
    waits = select(RawMessage).where(
        RawMessage.outcome == Outcome.WAITING, RawMessage.not_before < clock.now() - WAITS_TOO_LONG
    )
    return db.session.scalars(waits.order_by(RawMessage.id).limit(NAMED)).all()


def _day_of(column: object) -> ColumnElement[str]:
    if db.engine.dialect.name == "postgresql":
        return cast(cast(func.timezone("UTC", column), Date), Text)
    return func.date(column)
