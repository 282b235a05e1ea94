"""More mail than a person writes: counted instead of opened, and talk between machines cut short.

Bounds, each an hour long: incidents one person opens, whatever tag stands in the address (case 136);
those of mail that proves nothing from one domain, or brought by one client, for a From costs nothing to
forge; mails of one sender about one incident that still do something (cases 48, 53), and those that are
still kept as notes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from flask import current_app
from sqlalchemy import Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from email_intake import spool
from email_intake.addresses import untagged
from email_intake.case import Case
from email_intake.models import Flood, Outcome, RawMessage
from firstline import clock
from firstline.app import settings_of
from firstline.db import db
from firstline.i18n import gettext as _
from incidents import correspondence
from incidents.lifecycle import locked
from incidents.models import Incident

WITHIN = timedelta(hours=1)
MOST_OPENED = 40
MOST_HEARD = 12
MOST_NOTED = 60
COUNTED = "flood: counted, not opened"
BELIEVED_FOR_S = 5.0
"""How long the count of a domain or a client is believed at most."""
SHARE = 4
"""A process counts again once it has opened this part of what is left, so that as many together keep the bound."""
COUNTS = "firstline_mail_counts"

OPENED = select(func.count(RawMessage.id)).where(
    RawMessage.outcome == Outcome.OPENED, RawMessage.received_at > bindparam("since")
)
BY_PERSON = OPENED.where(RawMessage.person_key == bindparam("name"))
BY_DOMAIN = OPENED.where(RawMessage.domain == bindparam("name"))
BY_CLIENT = OPENED.where(RawMessage.client == bindparam("name"))
HEARD = select(func.count(RawMessage.id)).where(
    RawMessage.sender == bindparam("sender"),
    RawMessage.person_key == bindparam("person_key"),
    RawMessage.outcome == Outcome.APPENDED,
    RawMessage.received_at > bindparam("since"),
    RawMessage.incident_id == bindparam("incident_id"),
)
BY_PERSONS = (
    select(RawMessage.person_key, func.count(RawMessage.id))
    .where(
        RawMessage.outcome == Outcome.OPENED,
        RawMessage.received_at > bindparam("since"),
        RawMessage.person_key.in_(bindparam("names", expanding=True)),
    )
    .group_by(RawMessage.person_key)
)
RUNNING_OF = select(Flood.sender).where(
    Flood.sender.in_(bindparam("sources", expanding=True)), Flood.last_at > bindparam("since")
)
RUNNING = (
    select(Flood)
    .where(Flood.sender.in_(bindparam("sources", expanding=True)), Flood.last_at > bindparam("since"))
    .order_by(Flood.id.desc())
    .limit(1)
)
"""Built once, for they are asked with every mail."""


@dataclass(frozen=True)
class Source:
    """Whose mail is counted together: `name` is what floods are known by."""

    name: str
    counted: Select[int]
    key: str
    most: int


def key_of(address: str) -> str:
    """One person, whatever tag they put into their address."""
    return untagged(address.casefold())


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].casefold()


def sources_of(case: Case) -> list[Source]:
    """The narrowest first. Whom our mail server vouches for answers for nobody else of the domain.

    None for files: whoever feeds a folder of mail into the desk wants each of them.
    """
    if case.client == spool.FILE:
        return []
    key, domain = key_of(case.sender.address), domain_of(case.sender.address)
    person = Source(key, BY_PERSON, key, MOST_OPENED)
    if case.verdict.is_verified:
        return [person]
    most = settings_of(current_app).mail_flood
    others = [
        Source(f"@{domain}", BY_DOMAIN, domain, most),
        Source(f"client {case.client}", BY_CLIENT, case.client, most),
    ]
    return [person, *(one for one in others if one.key)]


def running(sources: list[Source]) -> Flood | None:
    """The flood that mail of one of these is counted in at the moment."""
    asked = {"sources": [one.name for one in sources], "since": clock.now() - WITHIN}
    flood: Flood | None = db.session.scalar(RUNNING, asked)
    return flood


def calm(cases: Sequence[Case]) -> list[Case]:
    """Those whose mail is counted nowhere, and begins no flood; each of another person."""
    since = clock.now() - WITHIN
    sources = {case.raw_id: sources_of(case) for case in cases}
    names = {one.name for many in sources.values() for one in many}
    flooding = set(db.session.scalars(RUNNING_OF, {"sources": list(names), "since": since}))
    people = [key_of(case.sender.address) for case in cases]
    opened = dict(db.session.execute(BY_PERSONS, {"names": people, "since": since}).all())

    taken: Counter[str] = Counter()

    def has_enough(one: Source) -> bool:
        if one.counted is BY_PERSON:
            return opened.get(one.key, 0) >= one.most
        return _has_opened_enough(one, besides=taken[one.name])

    found = []
    for case in cases:
        if not any(one.name in flooding or has_enough(one) for one in sources[case.raw_id]):
            found.append(case)
            taken.update(one.name for one in sources[case.raw_id])
    return found


def begun_by(sources: list[Source]) -> Source | None:
    """Of which of these one more incident would be a flood."""
    return next((one for one in sources if _has_opened_enough(one)), None)


def _has_opened_enough(source: Source, *, besides: int = 0) -> bool:
    """`besides` so many that are about to be opened."""
    if source.counted is BY_PERSON:
        return _opened(source) >= source.most
    counts: dict[str, tuple[float, int]] = current_app.extensions.setdefault(COUNTS, {})
    until, free = counts.get(source.name, (0.0, 0))
    if free and until > monotonic():
        counts[source.name] = (until, free - 1)
        return False
    left = source.most - _opened(source) - besides
    if len(counts) > 1000:
        counts.clear()
    counts[source.name] = (monotonic() + BELIEVED_FOR_S, max(left, 0) // SHARE)
    return left <= 0


def _opened(source: Source) -> int:
    asked = {"name": source.key, "since": clock.now() - WITHIN}
    return db.session.scalar(source.counted, asked) or 0


def heard(sender: str, incident_id: int) -> int:
    """How many mails of this sender this incident has taken within the hour."""
    asked = {"sender": sender, "person_key": key_of(sender), "since": clock.now() - WITHIN}
    return db.session.scalar(HEARD, {**asked, "incident_id": incident_id}) or 0


def begin(session: Session, source: Source, incident: Incident) -> None:
    """From now on mail of this source is counted on this incident; support reads why."""
    session.add(Flood(sender=source.name, incident_id=incident.id))
    words = _(
        "%(sender)s has sent more than %(most)s mails within an hour. Further ones are counted here instead "
        "of opening incidents; each is kept and can be released on the mail page.",
        sender=source.name,
        most=source.most,
    )
    correspondence.note(session, incident, by=None, text=words, facts={"flood": source.name})


def ensure(session: Session, sender: str, incident_id: int) -> Flood:
    """The running count of this sender's mail, begun on this incident where there is none."""
    asked = {"sources": [key_of(sender)], "since": clock.now() - WITHIN}
    flood: Flood | None = session.scalar(RUNNING, asked)
    if flood is None:
        flood = Flood(sender=key_of(sender), incident_id=incident_id)
        session.add(flood)
        session.flush()
    return flood


def count(session: Session, flood_id: int) -> None:
    """One more."""
    one_more = update(Flood).where(Flood.id == flood_id)
    session.execute(one_more.values(count=Flood.count + 1, last_at=clock.now()))


def tell_of_a_loop(session: Session, incident: Incident, sender: str) -> None:
    """Tell a human, once, that two machines seem to be talking here."""
    words = _(
        "%(sender)s has written %(most)s times within an hour: this looks like two machines answering each "
        "other. Further mail is kept here as notes that change nothing and notify nobody.",
        sender=sender,
        most=MOST_HEARD,
    )
    correspondence.note(session, incident, by=None, text=words, facts={"loop": sender})


def tell_of_too_many_answers(incident_id: int, address: str) -> None:
    """Tell a human that we stopped answering somebody (case 53)."""
    words = _(
        "No acknowledgement went to %(address)s: they had as many as one person gets within an hour. If two "
        "desks answer each other, tell theirs not to open tickets for our mail.",
        address=address,
    )
    with locked(incident_id) as (session, incident):
        correspondence.note(session, incident, by=None, text=words, facts={"not_answered": address})


def floods_of(incident_id: int) -> list[Flood]:
    """The floods counted on this incident."""
    return list(db.session.scalars(select(Flood).where(Flood.incident_id == incident_id)))
