"""The one door: every channel ends in `report(Report) -> Incident`."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from firstline import clock, jobs
from firstline.db import db, gathered, put, write
from firstline.i18n import gettext as _
from incidents import notices, oncall, routing
from incidents.errors import Invalid, KeyReused, NotFound
from incidents.models import Channel, Event, Incident, IntakeKey, Kind, State, Visibility
from incidents.notices import Topic
from incidents.people import Person, Role, ensure_contacts
from incidents.services import Device
from incidents.timeline import Beginning, begin, entry_of, record
from incidents.told import DESCRIPTION_LENGTH, Ready, Report, prepare_all
from knowledge_base import outcomes

__all__ = ["DESCRIPTION_LENGTH", "Ready", "Report", "forget_old_keys", "prepare_all", "report", "report_all"]

SELF_HELP_FOR = timedelta(minutes=30)
KEY_KEPT_FOR = timedelta(days=30)

ROUTED_AT_ONCE = 2
"""Priorities up to this one reach support at once, with the fixes shown beside."""

OFFER_TASK = "offer-fixes"
BY_HAND = frozenset({Channel.MAIL, Channel.PHONE, Channel.WALK_UP})
BY_KEYS = select(IntakeKey).where(
    IntakeKey.caller.in_(bindparam("callers", expanding=True)),
    IntakeKey.key.in_(bindparam("keys", expanding=True)),
)
Also = Callable[[Session, Incident, bool], None]
"""What a channel remembers of its own message in the transaction that opens its incident (True), or finds it."""
AlsoAll = Callable[[Session, Sequence[tuple[Incident, bool]]], None]
"""The same of many messages."""


def report(told: Report, *, also: Also | None = None) -> Incident:
    """Store the incident, its first timeline entry and the notices it causes, in one transaction.

    `also` is part of that transaction, whether the report is new or its key is known. Raises
    `Invalid` (empty words, unknown service, files too large) or `KeyReused`. When it returns, the
    incident is committed. Fixes are offered afterwards by `incidents.selfhelp`.
    """

    def also_of_one(session: Session, found: Sequence[tuple[Incident, bool]]) -> None:
        if also is not None:
            also(session, *found[0])

    (incident_id,) = report_all(prepare_all([told]), also=also_of_one)
    incident = db.session.get(Incident, incident_id)
    assert incident is not None, "a committed incident is never deleted"
    return incident


def report_all(several: Sequence[Ready], *, also: AlsoAll) -> list[int]:
    """As `report` for many that are prepared: all of them in one transaction, and in few statements."""
    ids = _once(several, also)
    for incident_id in ids:
        jobs.nudge(OFFER_TASK, incident_id)
    return ids


def forget_old_keys() -> int:
    """Drop intake keys after 30 days; returns how many."""
    with write() as session:
        old = delete(IntakeKey).where(IntakeKey.created_at < clock.now() - KEY_KEPT_FOR)
        forgotten: int = session.connection().execute(old).rowcount
        return forgotten


def _once(several: Sequence[Ready], also: AlsoAll) -> list[int]:
    try:
        return _find_or_log(several, also)
    except IntegrityError:
        # PostgreSQL lets two transactions look at once; the key's uniqueness decides, and now it is known.
        if not any(one.key for one in several):
            raise
        return _find_or_log(several, also)


def _find_or_log(several: Sequence[Ready], also: AlsoAll) -> list[int]:
    with write() as session, gathered(session):
        requesters = _requesters(session, several)
        known = _known(session, several, requesters)
        new = [at for at in range(len(several)) if at not in known]
        logged = _log(session, [several[at] for at in new], [requesters[at] for at in new]) if new else []
        incidents = known | dict(zip(new, logged, strict=True))
        # What was opened is written; what is remembered of it is written at once at the end.
        with session.no_autoflush:
            also(session, [(incidents[at], at not in known) for at in range(len(several))])
        return [incidents[at].id for at in range(len(several))]


def _requesters(session: Session, several: Sequence[Ready]) -> list[Person]:
    ids = [one.told.requester_id for one in several if one.told.requester_id is not None]
    people = {one.id: one for one in session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}
    contacts = ensure_contacts(session, [one.told.newcomer for one in several if one.told.newcomer])
    return [_requester(one.told, people, contacts) for one in several]


def _requester(told: Report, people: dict[int, Person], contacts: dict[str, Person]) -> Person:
    if told.requester_id is None and told.newcomer is not None:
        return contacts[told.newcomer.address]
    if told.requester_id not in people:
        raise Invalid(_("We do not know this requester."), field="requester")
    return people[told.requester_id]


def _known(session: Session, several: Sequence[Ready], requesters: Sequence[Person]) -> dict[int, Incident]:
    """Those that were reported before, by their place."""
    keys = [one.key for one in several if one.key]
    if not keys:
        return {}
    asked = {"callers": list({caller for caller, _key in keys}), "keys": [key for _caller, key in keys]}
    found = {(one.caller, one.key): one for one in session.scalars(BY_KEYS, asked)}
    known = {}
    for at, (one, requester) in enumerate(zip(several, requesters, strict=True)):
        before = found.get(one.key) if one.key else None
        if before is not None:
            _check_same(before, one.fingerprint(requester.id))
            known[at] = session.get_one(Incident, before.incident_id)
    return known


def _check_same(before: IntakeKey, fingerprint: str) -> None:
    if before.words != fingerprint:
        raise KeyReused(
            _("This key was used for a report with other words. Use a new key for a new report."),
            field="Idempotency-Key",
        )


def _log(session: Session, several: Sequence[Ready], requesters: Sequence[Person]) -> list[Incident]:
    incidents = [_incident(session, one, person) for one, person in zip(several, requesters, strict=True)]
    begin(session, [_beginning(*one) for one in zip(incidents, several, strict=True)])
    for incident, one in zip(incidents, several, strict=True):
        _remember_key(session, one, incident)
        _go_on(session, incident, one.told)
    return incidents


def _incident(session: Session, ready: Ready, requester: Person) -> Incident:
    told, guess = ready.told, ready.guess
    now = told.received_at or clock.now()
    return Incident(
        title=ready.title,
        description=ready.description,
        state=State.OFFERED,
        channel=told.channel,
        requester=requester,
        logged_by_id=told.logged_by_id,
        is_unverified=told.unverified,
        kind=guess.kind,
        category=guess.category,
        reach=guess.reach,
        impact=guess.impact,
        urgency=guess.urgency,
        priority=guess.priority,
        service_id=guess.service_id,
        device_id=_own_device(session, told, requester),
        continues_id=told.continues_id,
        created_at=now,
        updated_at=now,
        offered_until=now + SELF_HELP_FOR,
    )


def _beginning(incident: Incident, ready: Ready) -> Beginning:
    told = ready.told
    author_id = told.logged_by_id or incident.requester.id
    reported = entry_of(incident, Event.REPORTED, author_id=author_id, channel=told.channel)
    facts = ready.guess.facts
    classified = entry_of(incident, Event.CLASSIFIED, facts=facts, visibility=Visibility.INTERNAL)
    return Beginning(incident, [reported, classified], ready.files)


def _remember_key(session: Session, ready: Ready, incident: Incident) -> None:
    if ready.key:
        caller, key = ready.key
        words = ready.fingerprint(incident.requester_id)
        put(session, IntakeKey, caller=caller, key=key, words=words, incident_id=incident.id)


def _go_on(session: Session, incident: Incident, told: Report) -> None:
    """What follows from it at once: what was shown before, what it continues, and where it goes."""
    if incident.requester.role != Role.CONTACT:
        # A contact cannot sign in, so nobody showed them anything before.
        before = told.asked or incident.description
        outcomes.adopt(session, person_id=incident.requester_id, words=before, incident_id=incident.id)
    if told.continues_id is not None:
        _link(session, incident, told.continues_id)
    _start_on_its_way(session, incident, told)


def _link(session: Session, incident: Incident, old_id: int) -> None:
    old = session.get(Incident, old_id)
    if old is None or old.requester_id != incident.requester_id:
        raise NotFound(_("There is no such incident among the requester's."))
    record(session, incident, Event.CONTINUED, facts={"continues": old.number})
    record(session, old, Event.CONTINUED, facts={"continued_by": incident.number})


def _start_on_its_way(session: Session, incident: Incident, told: Report) -> None:
    if incident.priority <= ROUTED_AT_ONCE or incident.kind == Kind.SECURITY:
        routing.route(session, incident, because=_("P%(n)s: support at once", n=incident.priority))
    elif told.channel == Channel.MONITORING:
        routing.route(session, incident, because=_("Raised by monitoring"))
    oncall.wake_if_serious(session, incident)
    if told.channel in BY_HAND or told.logged_by_id not in {None, incident.requester_id}:
        notices.notify(session, Topic.ACKNOWLEDGED, incident)


def _own_device(session: Session, told: Report, requester: Person) -> int | None:
    if told.device_id is None:
        return None
    device = session.get(Device, told.device_id)
    if device is None or device.owner_id != requester.id:
        raise NotFound(_("There is no such device among the requester's."))
    return device.id
