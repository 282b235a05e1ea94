"""The one door: every channel ends in `report(Report) -> Incident`."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import bindparam, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from firstline import clock, jobs
from firstline.db import db, put, write
from firstline.i18n import gettext as _
from incidents import notices, oncall, routing, triage
from incidents.attachments import StoredFile, Upload, fingerprint, store
from incidents.errors import Invalid, KeyReused, NotFound
from incidents.models import (
    TITLE_LENGTH,
    Channel,
    Event,
    Incident,
    IntakeKey,
    Kind,
    Level,
    State,
    Visibility,
)
from incidents.notices import Topic
from incidents.people import Person, Role
from incidents.reach import Reach
from incidents.services import Device, Service
from incidents.timeline import append, entry_of, record
from knowledge_base import outcomes

SELF_HELP_FOR = timedelta(minutes=30)
KEY_KEPT_FOR = timedelta(days=30)
KEY_LENGTH = 255
DESCRIPTION_LENGTH = 20_000
"""Longer words are kept whole in an attached file, and cut here."""

ROUTED_AT_ONCE = 2
"""Priorities up to this one reach support at once, with the fixes shown beside."""

OFFER_TASK = "offer-fixes"
BY_HAND = frozenset({Channel.MAIL, Channel.PHONE, Channel.WALK_UP})


@dataclass(frozen=True, kw_only=True)
class Report:
    """What somebody told us, in the form every channel brings it.

    `key` makes a retry harmless: the same key of the same `caller` is the same incident. `caller`
    defaults to the requester. `logged_by_id` is the agent who wrote it down for somebody else.
    `unverified` marks a sender who proved nothing. `asked` are words for which the requester tried
    fixes before they reported, where they differ. `continues_id` is a closed incident of the same
    requester that this one goes on with.
    """

    requester_id: int
    description: str
    channel: Channel
    title: str = ""
    key: str | None = None
    caller: str | None = None
    logged_by_id: int | None = None
    service: str | None = None
    device_id: int | None = None
    reach: Reach | None = None
    impact: Level | None = None
    urgency: Level | None = None
    attachments: Sequence[Upload] = ()
    unverified: bool = False
    received_at: datetime | None = None
    allow_empty: bool = False
    asked: str = ""
    continues_id: int | None = None


BY_KEY = select(IntakeKey).where(IntakeKey.caller == bindparam("caller"), IntakeKey.key == bindparam("key"))
Also = Callable[[Session, Incident, bool], None]
"""What a channel remembers of its own message in the transaction that opens its incident (True), or finds it."""


def report(told: Report, *, also: Also | None = None) -> Incident:
    """Store the incident, its first timeline entry and the notices it causes, in one transaction.

    `also` is part of that transaction, whether the report is new or its key is known. Raises
    `Invalid` (empty words, unknown service, files too large) or `KeyReused`. When it returns, the
    incident is committed. Fixes are offered afterwards by `incidents.selfhelp`.
    """
    description, title = _checked_words(told)
    uploads = (*told.attachments, *_whole_text(told))
    files = store(uploads)
    words = _fingerprint(told, description, title)
    incident_id = _once(told, words, lambda session: _log(session, told, description, title, files), also)
    jobs.nudge(OFFER_TASK, incident_id)
    incident = db.session.get(Incident, incident_id)
    assert incident is not None, "a committed incident is never deleted"
    return incident


def forget_old_keys() -> int:
    """Drop intake keys after 30 days; returns how many."""
    with write() as session:
        old = delete(IntakeKey).where(IntakeKey.created_at < clock.now() - KEY_KEPT_FOR)
        forgotten: int = session.connection().execute(old).rowcount
        return forgotten


def _once(told: Report, words: str, log: Callable[[Session], Incident], also: Also | None) -> int:
    try:
        return _found_or_logged(told, words, log, also)
    except IntegrityError:
        # PostgreSQL lets two transactions look at once; the key's uniqueness decides, and now it is known.
        if told.key is None:
            raise
        return _found_or_logged(told, words, log, also)


def _found_or_logged(told: Report, words: str, log: Callable[[Session], Incident], also: Also | None) -> int:
    with write() as session:
        known = _known(session, told, words)
        incident = known or log(session)
        if known is None:
            _remember_key(session, told, words, incident)
        if also is not None:
            # What was opened is written; what is remembered of it is written at once at the end.
            with session.no_autoflush:
                also(session, incident, known is None)
        return incident.id


def _remember_key(session: Session, told: Report, words: str, incident: Incident) -> None:
    if told.key is not None:
        caller, key = _key_of(told, told.key)
        put(session, IntakeKey, caller=caller, key=key, words=words, incident_id=incident.id)


def _key_of(told: Report, key: str) -> tuple[str, str]:
    caller = told.caller or f"person:{told.requester_id}"
    return caller, key if len(key) <= KEY_LENGTH else sha256(key.encode()).hexdigest()


def _known(session: Session, told: Report, words: str) -> Incident | None:
    if told.key is None:
        return None
    caller, key = _key_of(told, told.key)
    found: IntakeKey | None = session.scalar(BY_KEY, {"caller": caller, "key": key})
    if found is None:
        return None
    if found.words != words:
        raise KeyReused(
            _("This key was used for a report with other words. Use a new key for a new report."),
            field="Idempotency-Key",
        )
    return session.get_one(Incident, found.incident_id)


def _log(
    session: Session, told: Report, description: str, title: str, files: Sequence[StoredFile]
) -> Incident:
    requester = session.get(Person, told.requester_id)
    if requester is None:
        raise Invalid(_("We do not know this requester."), field="requester")
    service = _service(session, told.service)
    guess = triage.classify(
        title=title, text=description, service=service,
        reach=told.reach, impact=told.impact, urgency=told.urgency,
    )  # fmt: skip
    now = told.received_at or clock.now()
    incident = Incident(
        title=title,
        description=description,
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
        device_id=_own_device(session, told),
        continues_id=told.continues_id,
        created_at=now,
        updated_at=now,
        offered_until=now + SELF_HELP_FOR,
    )
    session.add(incident)
    _first_entries(session, incident, told, guess, files)
    if requester.role != Role.CONTACT:
        # A contact cannot sign in, so nobody showed them anything before.
        before = told.asked or description
        outcomes.adopt(session, person_id=requester.id, words=before, incident_id=incident.id)
    if told.continues_id is not None:
        _link(session, incident, told.continues_id)
    _start_on_its_way(session, incident, told)
    return incident


def _first_entries(
    session: Session, incident: Incident, told: Report, guess: triage.Triage, files: Sequence[StoredFile]
) -> None:
    author_id = told.logged_by_id or told.requester_id
    append(
        session,
        incident,
        entry_of(incident, Event.REPORTED, author_id=author_id, channel=told.channel),
        entry_of(incident, Event.CLASSIFIED, facts=guess.facts, visibility=Visibility.INTERNAL),
        files=files,
    )


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
    if told.channel in BY_HAND or told.logged_by_id not in {None, told.requester_id}:
        notices.notify(session, Topic.ACKNOWLEDGED, incident)


def _checked_words(told: Report) -> tuple[str, str]:
    description = _clean(told.description)
    title = " ".join(_clean(told.title).split())
    if not description and not title and not told.attachments and not told.allow_empty:
        raise Invalid(_("Tell us what is going wrong. A few words are enough."), field="description")
    description = description or title
    if len(description) > DESCRIPTION_LENGTH:
        note = _("[Cut here. The whole text is attached as report.txt.]")
        description = f"{description[:DESCRIPTION_LENGTH]}\n\n{note}"
    return description, _shortened(title or _first_line(description) or _("(no words)"))


def _whole_text(told: Report) -> tuple[Upload, ...]:
    text = _clean(told.description)
    return (Upload("report.txt", text.encode()),) if len(text) > DESCRIPTION_LENGTH else ()


def _clean(text: str) -> str:
    """Without NUL (PostgreSQL refuses it) and lone surrogates (UTF-8 cannot carry them)."""
    whole = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\r\n", "\n").strip()


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _shortened(title: str) -> str:
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1].rstrip() + "…"


def _service(session: Session, slug: str | None) -> Service | None:
    if not slug:
        return None
    service: Service | None = session.scalar(select(Service).where(Service.slug == slug))
    if service is None:
        raise Invalid(
            _("There is no service “%(slug)s”. Leave it out if unsure.", slug=slug), field="service"
        )
    return service


def _own_device(session: Session, told: Report) -> int | None:
    if told.device_id is None:
        return None
    device = session.get(Device, told.device_id)
    if device is None or device.owner_id != told.requester_id:
        raise NotFound(_("There is no such device among the requester's."))
    return device.id


def _fingerprint(told: Report, description: str, title: str) -> str:
    parts = [
        told.requester_id,
        title,
        description,
        told.service,
        told.impact,
        told.urgency,
        fingerprint(told.attachments),
        *([told.reach] if told.reach else ()),
    ]
    return sha256(json.dumps(parts).encode()).hexdigest()
