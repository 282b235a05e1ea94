"""What somebody says on the telephone or at the counter: the caller, the words, and whether that was it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, or_, select

from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents import notices, people
from incidents.errors import Invalid
from incidents.intake import Report, report
from incidents.kinship import lookalikes
from incidents.lifecycle import Change, apply, locked
from incidents.models import Channel, Incident, Level, Resolution, State
from incidents.notices import Notice, Topic
from incidents.people import Person
from incidents.policy import Action, require
from incidents.reach import Reach
from incidents.services import Device

IN_PERSON = frozenset({Channel.PHONE, Channel.WALK_UP})
MOST_CALLERS = 8
ENOUGH_LETTERS, ENOUGH_DIGITS = 2, 3


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call. `caller` is an address, a telephone number or a device's tag.

    `solved` while they were there needs a `solution` or the article that was read out. `key` makes a
    double click harmless.
    """

    caller: str
    words: str
    channel: Channel = Channel.PHONE
    key: str | None = None
    service: str | None = None
    reach: Reach | None = None
    urgency: Level | None = None
    solved: bool = False
    solution: str = ""
    article_id: int | None = None


def log(call: Call, *, by: Person) -> Incident:
    """Store the call; solved on the spot it is resolved at first contact. Raises `Invalid`."""
    require(by, Action.LOG_FOR_OTHERS)
    _check(call)
    told = Report(
        requester_id=_requester(call.caller).id,
        description=call.words,
        channel=call.channel,
        key=call.key,
        caller=f"person:{by.id}",
        logged_by_id=by.id,
        service=call.service,
        reach=call.reach,
        urgency=call.urgency,
    )
    incident = report(told)
    if call.solved and incident.is_open:
        _resolve(incident.id, call, by)
    return incident


def find_callers(words: str) -> Sequence[Person]:
    """People who might be calling: by name, address, telephone number or a device's tag or name."""
    words = words.strip()
    digits = _digits(words)
    if len(words) < ENOUGH_LETTERS:
        return []
    alike = [Person.id.in_(_owners(words)), _named(words)]
    if len(digits) >= ENOUGH_DIGITS:
        alike.append(Person.phone.contains(digits, autoescape=True))
    found = select(Person).where(Person.active, or_(*alike)).order_by(Person.name, Person.id)
    return db.session.scalars(found.limit(MOST_CALLERS)).all()


def told_already(caller: str, words: str) -> tuple[Incident, bool] | None:
    """What is open and seems to be told again, and whether the caller told it; None where it is new."""
    known = find_callers(caller)
    by_address = people.find_by_address(caller.strip())
    who = by_address or (known[0] if len(known) == 1 else None)
    mine = lookalikes.own_open(who, words) if who else None
    running = mine or lookalikes.open_of_others(who, words)
    return (running, mine is not None) if running else None


def _check(call: Call) -> None:
    if call.channel not in IN_PERSON:
        raise Invalid(_("A call comes by telephone or at the counter."), field="channel")
    if not call.words.strip():
        raise Invalid(_("Write down what the caller says."), field="description")
    if call.solved and not call.solution.strip() and call.article_id is None:
        raise Invalid(_("Say what solved it, or choose the fix you read out."), field="solution")


def _resolve(incident_id: int, call: Call, by: Person) -> None:
    with locked(incident_id) as (session, incident):
        apply(session, incident, _solved(call), by=by)
        # One mail is enough: that it is solved, not that we have it.
        told = select(Notice.id).where(Notice.incident_id == incident_id, Notice.topic == Topic.ACKNOWLEDGED)
        notices.withdraw(session, session.scalars(told).all(), because="solved on the call")


def _solved(call: Call) -> Change:
    return Change(
        to=State.RESOLVED,
        resolution=Resolution.SUPPORT,
        note=call.solution.strip(),
        article_id=call.article_id,
        is_first_contact=True,
    )


def _requester(caller: str) -> Person:
    """Whom the words name; an unknown address becomes a contact."""
    caller = caller.strip()
    found = people.find_by_address(caller)
    if found is not None:
        return found
    if "@" in caller:
        with write() as session:
            return people.ensure_person(session, caller)
    known = find_callers(caller)
    if len(known) == 1:
        return known[0]
    raise Invalid(_("Choose the caller from the list, or write their e-mail address."), field="caller")


def _named(words: str) -> ColumnElement[bool]:
    return and_(
        *(
            or_(Person.name.icontains(word, autoescape=True), Person.email.icontains(word, autoescape=True))
            for word in words.split()[:5]
        )
    )


def _owners(words: str) -> Select[int | None]:
    of_device = or_(
        Device.tag.icontains(words, autoescape=True), Device.name.icontains(words, autoescape=True)
    )
    return select(Device.owner_id).where(of_device, Device.owner_id.is_not(None))


def _digits(words: str) -> str:
    """Without what people write around numbers; a leading zero is left out abroad and kept at home."""
    return re.sub(r"\D", "", words).lstrip("0") if re.fullmatch(r"[+\d\s()/.\-]+", words) else ""
