"""Webhooks of alerts: rows written with the call, sent afterwards, signed, repeated until taken."""

import json
from collections.abc import Sequence
from datetime import timedelta

from flask import current_app
from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from firstline import clock, log, outgoing, secrets
from firstline.db import db, write
from incidents.oncall.models import Hook, Page, Rota
from incidents.people import Person

HEADER = "Firstline-Signature"
LEASE_FOR = timedelta(minutes=1)
MOST_ATTEMPTS = 8
BATCH = 20
logger = log.get(__name__)


def owe(session: Session, page: Page, rota: Rota, people: Sequence[Person]) -> None:
    """Owe the rota's webhook a word of this call."""
    incident, base = page.incident, current_app.config["SETTINGS"].base_url
    body: dict[str, object] = {
        "alert": page.id,
        "incident": incident.number,
        "title": incident.title,
        "priority": f"P{incident.priority}",
        "because": page.because,
        "step": page.step + 1,
        "people": [person.email for person in people],
        "url": f"{base}/desk/{incident.number}",
        "at": clock.now().isoformat(),
    }
    session.add(Hook(page_id=page.id, rota_id=rota.id, body=body))


def send_due() -> int:
    """Send what is owed; returns how many were tried. Safe to run in many processes."""
    due = select(Hook.id).where(Hook.is_done.is_(False), Hook.not_before <= clock.now())
    ids = db.session.scalars(due.order_by(Hook.id).limit(BATCH)).all()
    claimed = [hook_id for hook_id in ids if _claim(hook_id)]
    for hook_id in claimed:
        _settle(hook_id, _send(hook_id))
    return len(claimed)


def _claim(hook_id: int) -> bool:
    now = clock.now()
    with write() as session:
        still_due = update(Hook).where(Hook.id == hook_id, Hook.is_done.is_(False), Hook.not_before <= now)
        result = session.execute(still_due.values(not_before=now + LEASE_FOR, attempts=Hook.attempts + 1))
        assert isinstance(result, CursorResult), "an update tells how many rows it changed"
        return result.rowcount > 0


def _send(hook_id: int) -> str:
    """What went wrong, empty when it was taken."""
    hook = db.session.get_one(Hook, hook_id)
    url, kept, body = hook.rota.webhook_url, hook.rota.webhook_secret, json.dumps(hook.body).encode()
    db.session.rollback()
    try:
        signed = outgoing.signature(secrets.decrypt(kept), int(clock.now().timestamp()), body)
        outgoing.post(url, body, {HEADER: signed})
    except (outgoing.NotTaken, secrets.Unreadable) as error:
        logger.warning("a webhook of an alert was not taken", hook=hook_id, error=repr(error))
        return repr(error)
    return ""


def _settle(hook_id: int, error: str) -> None:
    with write() as session:
        hook = session.get_one(Hook, hook_id)
        hook.error = error
        hook.is_done = not error or hook.attempts >= MOST_ATTEMPTS
        hook.not_before = clock.now() + timedelta(seconds=15 * 2**hook.attempts)
