"""Which notices somebody wants, by which way and when: the one rule that every notice asks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.notices.models import NoticeTimes, NoticeWish, Topic, Way, Wish
from incidents.people import Person, Role, zone_of

OPTIONAL = (
    Topic.ACKNOWLEDGED,
    Topic.COMMENTED,
    Topic.MENTIONED,
    Topic.WATCHED,
    Topic.REOPENED,
    Topic.CLOCK,
)
"""What a person may do without by mail. For the others somebody waits: an answer, a question that
stops the clock, a solution that is taken for true when nobody objects."""
CAN_WAIT = frozenset({Topic.COMMENTED, Topic.MENTIONED, Topic.WATCHED, Topic.REOPENED})
"""What may come in a digest: a clock that runs out, or an acknowledgement, says nothing the day after."""
RECEIPTS = frozenset({Topic.ACKNOWLEDGED, Topic.HINT})
"""What answers one's own action; of everything else one does oneself nobody needs to be told."""
AT_ONCE = frozenset({Topic.PAGED, Topic.VENDOR_ASKED, Topic.HINT})
"""What keeps no quiet hours."""
HAVE_NO_BELL = frozenset({Role.CONTACT, Role.MONITOR})
SATURDAY = 5


@dataclass(frozen=True)
class Times:
    """Quiet hours from and until (“HH:MM”, empty for none), weekends, and when the digest comes."""

    quiet_from: str = ""
    quiet_until: str = ""
    quiet_weekends: bool = False
    digest_at: str = "08:00"

    def is_quiet(self, local: datetime) -> bool:
        """Whether this local time lies in the quiet hours."""
        return self._ends_quiet(local) is not None

    def after_quiet(self, local: datetime) -> datetime:
        """This local time, or the end of the quiet hours that it lies in."""
        for _step in range(5):
            end = self._ends_quiet(local)
            if end is None:
                break
            local = end
        return local

    def next_digest(self, local: datetime) -> datetime:
        """When the next digest comes after this local time."""
        today = _at(local, self.digest_at)
        return self.after_quiet(today if today > local else today + timedelta(days=1))

    def _ends_quiet(self, local: datetime) -> datetime | None:
        if self.quiet_weekends and local.weekday() >= SATURDAY:
            return _at(local, "00:00") + timedelta(days=7 - local.weekday())
        if not self.quiet_from:
            return None
        begin, end = _at(local, self.quiet_from), _at(local, self.quiet_until)
        if begin < end:
            return end if begin <= local < end else None
        if local >= begin:
            return end + timedelta(days=1)
        return end if local < end else None


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What becomes of one notice: by mail now, in the digest or never, not before when; and on the bell."""

    mail: Wish
    not_before: datetime
    on_bell: bool


def ruling(session: Session, topic: Topic, recipient: Person, *, by_id: int | None) -> Ruling | None:
    """The one rule. `by_id` is who did what it is about; None is no notice at all: it is their own deed."""
    at = clock.now()
    if by_id == recipient.id and topic not in RECEIPTS:
        return None
    mail = _wish(session, topic, recipient, Way.MAIL)
    has_bell = recipient.role not in HAVE_NO_BELL and topic != Topic.VENDOR_ASKED
    return Ruling(
        mail=mail,
        not_before=at if topic in AT_ONCE else _time(session, recipient, at, mail),
        on_bell=has_bell and _wish(session, topic, recipient, Way.WEB) != Wish.NEVER,
    )


def wishes_of(person: Person) -> dict[tuple[Topic, Way], Wish]:
    """What this person wants of every topic on each way; at once where they never said otherwise."""
    said = db.session.scalars(select(NoticeWish).where(NoticeWish.person_id == person.id))
    chosen = {(one.topic, one.way): Wish(one.wish) for one in said}
    return {(topic, way): chosen.get((topic, way), Wish.NOW) for topic in Topic for way in Way}


def choose(session: Session, person: Person, wanted: Mapping[tuple[Topic, Way], Wish]) -> None:
    """Keep what this person wants; inside the caller's `write()`. What must be told stays as it is."""
    for (topic, way), wish in wanted.items():
        if is_a_choice(topic, way, wish):
            session.merge(NoticeWish(person_id=person.id, topic=topic, way=way, wish=wish))


def is_a_choice(topic: Topic, way: Way, wish: Wish) -> bool:
    """Whether one may wish this."""
    if way == Way.WEB:
        return wish != Wish.DIGEST
    return topic in OPTIONAL and (wish != Wish.DIGEST or topic in CAN_WAIT)


def times_of(session: Session, person: Person) -> Times:
    """When this person is left in peace."""
    kept = session.get(NoticeTimes, person.id) if person.role != Role.CONTACT else None
    return Times(**{one.name: getattr(kept, one.name) for one in fields(Times)}) if kept else Times()


def choose_times(session: Session, person: Person, times: Times) -> None:
    """Keep when this person is left in peace; inside the caller's `write()`."""
    if bool(times.quiet_from) != bool(times.quiet_until):
        raise Invalid(_("Say from when until when, or leave both empty."), field="quiet_from")
    for field in ("quiet_from", "quiet_until", "digest_at"):
        _check(getattr(times, field), field)
    if times.quiet_from and times.quiet_from == times.quiet_until:
        raise Invalid(_("Quiet hours end at another time than they begin."), field="quiet_until")
    session.merge(NoticeTimes(person_id=person.id, **asdict(times)))


def is_quiet(person: Person) -> bool:
    """Whether this person is to be left in peace now."""
    return times_of(db.session(), person).is_quiet(clock.now().astimezone(zone_of(person)))


def _wish(session: Session, topic: Topic, recipient: Person, way: Way) -> Wish:
    if recipient.role == Role.CONTACT:
        # Who cannot sign in cannot have wished anything.
        return Wish.NOW
    said = session.get(NoticeWish, (recipient.id, topic, way))
    wish = Wish(said.wish) if said else Wish.NOW
    return wish if is_a_choice(topic, way, wish) else Wish.NOW


def _time(session: Session, recipient: Person, at: datetime, mail: Wish) -> datetime:
    times, zone = times_of(session, recipient), zone_of(recipient)
    local = at.astimezone(zone)
    when = times.next_digest(local) if mail == Wish.DIGEST else times.after_quiet(local)
    return when.astimezone(at.tzinfo)


def _at(local: datetime, clock_time: str) -> datetime:
    """That time of the same day, in its zone: the offset is that of the day, not of the moment."""
    zone = cast(ZoneInfo, local.tzinfo)
    return datetime.combine(local.date(), time.fromisoformat(clock_time), tzinfo=zone)


def _check(clock_time: str, field: str) -> None:
    try:
        is_one = len(clock_time) in {0, 5} and (not clock_time or time.fromisoformat(clock_time) is not None)
    except ValueError:
        is_one = False
    if not is_one or (field == "digest_at" and not clock_time):
        raise Invalid(_("Write a time such as 18:30."), field=field)
