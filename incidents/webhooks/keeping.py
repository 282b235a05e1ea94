"""What administrators do: add and correct webhooks, try one, send again, look at what was sent."""

import secrets as random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import CursorResult, func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from firstline import clock, secrets
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Invalid, NotFound
from incidents.models import Entry
from incidents.overtaking import require_unchanged
from incidents.people import Person
from incidents.policy import Action, require
from incidents.problems.models import Note
from incidents.webhooks.bodies import EVENTS, PING
from incidents.webhooks.models import Delivery, Standing, Webhook
from incidents.webhooks.owing import wants

MOST_REPLAYED = 10_000
SHOWN = 50


@dataclass(frozen=True, kw_only=True)
class WebhookFacts:
    """A webhook as it is typed."""

    name: str
    url: str
    events: Sequence[str] = ()
    shows_internal: bool = False
    is_active: bool = True


@dataclass(frozen=True)
class Line:
    """One delivery as it is listed."""

    delivery: Delivery
    event: str
    about: str


def every() -> Sequence[Webhook]:
    """All webhooks, by name."""
    return db.session.scalars(select(Webhook).order_by(Webhook.name, Webhook.id)).all()


def waiting() -> dict[int, int]:
    """How many deliveries are due, by webhook."""
    due = select(Delivery.webhook_id, func.count()).where(Delivery.standing == Standing.DUE)
    rows = db.session.execute(due.group_by(Delivery.webhook_id)).all()
    return {webhook_id: count for webhook_id, count in rows}  # noqa: C416 - rows are no pairs to mypy


def lately(webhook_id: int) -> list[Line]:
    """The newest deliveries with what they are about."""
    loaded = joinedload(Delivery.entry).joinedload(Entry.incident)
    newest = select(Delivery).where(Delivery.webhook_id == webhook_id).options(loaded)
    found = db.session.scalars(newest.order_by(Delivery.id.desc()).limit(SHOWN)).all()
    return [_line(one) for one in found]


def add(facts: WebhookFacts, *, by: Person) -> tuple[Webhook, str]:
    """Make a webhook; returns it with its secret, which is shown this once."""
    require(by, Action.ADMINISTER)
    _check(facts)
    secret = random.token_urlsafe(32)
    with write() as session:
        webhook = Webhook(secret=secrets.encrypt(secret))
        _write_down(webhook, facts)
        session.add(webhook)
    return webhook, secret


def change(webhook_id: int, facts: WebhookFacts, *, by: Person, seen: str = "") -> Webhook:
    """Correct a webhook; switching it on again forgets its failures, and what is owed is sent.

    `seen` as in `overtaking`.
    """
    require(by, Action.ADMINISTER)
    _check(facts)
    with write() as session:
        webhook = _webhook(session, webhook_id)
        require_unchanged(webhook, seen)
        _write_down(webhook, facts)
        webhook.not_before = clock.now()
        if facts.is_active:
            webhook.failures, webhook.failing_since, webhook.off_since, webhook.error = 0, None, None, ""
    return webhook


def renew_secret(webhook_id: int, *, by: Person) -> str:
    """A new secret, shown this once; the old one holds no more."""
    require(by, Action.ADMINISTER)
    secret = random.token_urlsafe(32)
    with write() as session:
        _webhook(session, webhook_id).secret = secrets.encrypt(secret)
    return secret


def remove(webhook_id: int, *, by: Person) -> None:
    """It hears nothing more; what it was owed is gone."""
    require(by, Action.ADMINISTER)
    with write() as session:
        session.delete(_webhook(session, webhook_id))


def ping(webhook_id: int, *, by: Person) -> None:
    """Owe a trial that tells of nothing."""
    require(by, Action.ADMINISTER)
    with write() as session:
        webhook = _webhook(session, webhook_id)
        webhook.not_before = clock.now()
        session.add(Delivery(webhook_id=webhook.id))


def send_again(webhook_id: int, delivery_id: int, *, by: Person) -> None:
    """Owe one delivery anew, taken or given up."""
    require(by, Action.ADMINISTER)
    with write() as session:
        mine = update(Delivery).where(Delivery.id == delivery_id, Delivery.webhook_id == webhook_id)
        anew = mine.values(standing=Standing.DUE, not_before=clock.now(), attempts=0, error="", done_at=None)
        result = session.execute(anew)
        if not (isinstance(result, CursorResult) and result.rowcount):
            raise NotFound(_("This delivery is not kept any more. Replay the time it belongs to instead."))
        _webhook(session, webhook_id).not_before = clock.now()


def replay(webhook_id: int, since: datetime | None, until: datetime | None, *, by: Person) -> int:
    """Owe everything that happened in a time, heard or not, the oldest first; returns how much it is."""
    require(by, Action.ADMINISTER)
    if since is None or until is None or until <= since:
        raise Invalid(_("Choose when it begins and when it ends, in this order."), field="since")
    with write() as session:
        webhook = _webhook(session, webhook_id)
        happened = sorted(
            [*_entries(session, webhook, since, until), *_notes(session, webhook, since, until)]
        )
        if len(happened) > MOST_REPLAYED:
            sentence = _("That is more than %(most)s events. Choose a shorter time.", most=MOST_REPLAYED)
            raise Invalid(sentence, field="since")
        owed = [
            {"entry_id": entry_id or None, "note_id": note_id or None} for _at, entry_id, note_id in happened
        ]
        if owed:
            session.execute(insert(Delivery), [{"webhook_id": webhook.id, **one} for one in owed])
        webhook.not_before = clock.now()
    return len(owed)


Happened = tuple[datetime, int, int]
"""When, the entry or 0, the note or 0."""


def _entries(session: Session, webhook: Webhook, since: datetime, until: datetime) -> list[Happened]:
    found = select(Entry.created_at, Entry.id, Entry.event)
    rows = session.execute(found.where(Entry.created_at >= since, Entry.created_at < until))
    return [(at, entry_id, 0) for at, entry_id, event in rows if wants(webhook.events, f"incident.{event}")]


def _notes(session: Session, webhook: Webhook, since: datetime, until: datetime) -> list[Happened]:
    found = select(Note.created_at, Note.id, Note.happening)
    rows = session.execute(found.where(Note.created_at >= since, Note.created_at < until))
    return [
        (at, 0, note_id) for at, note_id, happening in rows if wants(webhook.events, f"problem.{happening}")
    ]


def _write_down(webhook: Webhook, facts: WebhookFacts) -> None:
    webhook.name, webhook.url = facts.name.strip()[:120], facts.url.strip()
    webhook.events = [event for event in EVENTS if event in facts.events]
    webhook.shows_internal, webhook.is_active = facts.shows_internal, facts.is_active


def _check(facts: WebhookFacts) -> None:
    if not facts.name.strip():
        raise Invalid(_("Write a name."), field="name")
    url = urlsplit(facts.url.strip())
    if url.scheme not in {"http", "https"} or not url.hostname or len(facts.url) > 500:
        raise Invalid(_("Write the whole address, such as https://example.com/hook."), field="url")
    if url.username or url.password:
        raise Invalid(
            _("Leave the password out of the address: the signature proves who calls."), field="url"
        )


def _webhook(session: Session, webhook_id: int) -> Webhook:
    webhook = session.get(Webhook, webhook_id)
    if webhook is None:
        raise NotFound(_("There is no such webhook any more."))
    return webhook


def _line(delivery: Delivery) -> Line:
    if delivery.entry is not None:
        return Line(delivery, f"incident.{delivery.entry.event}", delivery.entry.incident.number)
    if delivery.note_id is None:
        return Line(delivery, PING, "")
    note = db.session.get_one(Note, delivery.note_id)
    return Line(delivery, f"problem.{note.happening}", f"PRB-{note.problem_id:06d}")
