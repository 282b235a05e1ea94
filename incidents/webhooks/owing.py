"""Notes, in the transaction of an event, which webhooks are to hear of it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.db import once_a_transaction
from incidents.models import Entry
from incidents.webhooks.models import Delivery, Webhook

ACTIVE = select(Webhook.id, Webhook.events).where(Webhook.is_active)


def of_entries(session: Session, entries: Sequence[Entry]) -> None:
    """Owe word of what happened to an incident; the entries are flushed."""
    active = _active(session)
    for entry in entries:
        for webhook_id in _wanting(active, f"incident.{entry.event}"):
            session.add(Delivery(webhook_id=webhook_id, entry_id=entry.id, created_at=entry.created_at))


def of_note(session: Session, note_id: int, happening: str) -> None:
    """Owe word of what happened to a problem; the note is flushed."""
    for webhook_id in _wanting(_active(session), f"problem.{happening}"):
        session.add(Delivery(webhook_id=webhook_id, note_id=note_id))


def wants(events: Sequence[str], event: str) -> bool:
    """Whether a webhook for these events is for this one."""
    return not events or event in events


def _active(session: Session) -> Sequence[tuple[int, Sequence[str]]]:
    def read() -> list[tuple[int, Sequence[str]]]:
        return [(row.id, row.events) for row in session.execute(ACTIVE)]

    return once_a_transaction(session, "active_webhooks", read)


def _wanting(active: Sequence[tuple[int, Sequence[str]]], event: str) -> list[int]:
    return [webhook_id for webhook_id, events in active if wants(events, event)]
