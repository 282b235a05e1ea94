"""Delivers what is owed, one webhook after the other, and tries again what was not taken.

A receiver that fails is left in peace for a while, and longer each time; what it has not heard is
kept. One that fails for days is switched off, and administrators hear of it.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from time import monotonic

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import joinedload

from firstline import clock, jobs, log, outgoing, secrets
from firstline.db import db, write
from incidents.webhooks import bodies
from incidents.webhooks.models import Delivery, Standing, Webhook

EVENT, NUMBER, SIGNATURE = "Firstline-Event", "Firstline-Delivery", "Firstline-Signature"
BATCH = 50
SEND_FOR_S = 20.0
LEASE_FOR = timedelta(minutes=2)
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)
MOST_ATTEMPTS = 20
OFF_AFTER = timedelta(days=3)
KEPT_FOR = timedelta(days=30)
GONE = 410
logger = log.get(__name__)


@jobs.sweep(every_s=3)
def send_due() -> None:
    """Serve every webhook that something is due for. Safe to run in many processes."""
    for webhook_id in _with_work():
        if _claim(webhook_id):
            _serve(webhook_id)


@jobs.sweep(every_s=3600)
def forget_old() -> None:
    """What was taken or given up is kept 30 days, to be looked at and sent again."""
    with write() as session:
        session.execute(delete(Delivery).where(Delivery.done_at < clock.now() - KEPT_FOR))


def _with_work() -> Sequence[int]:
    now = clock.now()
    owed = (Delivery.standing == Standing.DUE) & (Delivery.not_before <= now)
    found = (
        select(Webhook.id)
        .where(Webhook.is_active, Webhook.not_before <= now)
        .where(select(Delivery.id).where(Delivery.webhook_id == Webhook.id, owed).exists())
    )
    ids = db.session.scalars(found.order_by(Webhook.not_before)).all()
    db.session.rollback()
    return ids


def _claim(webhook_id: int) -> bool:
    now = clock.now()
    with write() as session:
        free = update(Webhook).where(Webhook.id == webhook_id, Webhook.is_active, Webhook.not_before <= now)
        result = session.execute(free.values(not_before=now + LEASE_FOR))
        assert isinstance(result, CursorResult), "an update tells how many rows it changed"
        return result.rowcount > 0


def _serve(webhook_id: int) -> None:
    """In the order of what happened, until one is not taken or others want their turn."""
    stop_at, stop = monotonic() + SEND_FOR_S, jobs.stop_flag()
    for delivery_id in _owed(webhook_id):
        if stop.is_set() or monotonic() > stop_at:
            break
        error, status = _send(delivery_id)
        if error:
            _note_failure(delivery_id, error, is_gone=status == GONE)
            return
        _note_success(delivery_id)
    with write() as session:
        session.execute(update(Webhook).where(Webhook.id == webhook_id).values(not_before=clock.now()))


def _owed(webhook_id: int) -> Sequence[int]:
    due = select(Delivery.id).where(
        Delivery.webhook_id == webhook_id,
        Delivery.standing == Standing.DUE,
        Delivery.not_before <= clock.now(),
    )
    return db.session.scalars(due.order_by(Delivery.id).limit(BATCH)).all()


def _send(delivery_id: int) -> tuple[str, int]:
    """What went wrong, empty when it was taken, and the receiver's status."""
    loaded = [joinedload(Delivery.webhook), joinedload(Delivery.entry)]
    delivery = db.session.get_one(Delivery, delivery_id, options=loaded)
    document = bodies.of(db.session(), delivery)
    url, kept, body = delivery.webhook.url, delivery.webhook.secret, json.dumps(document).encode()
    # No transaction stays open while the receiver takes its time.
    db.session.rollback()
    try:
        signed = outgoing.signature(secrets.decrypt(kept), int(clock.now().timestamp()), body)
        headers = {EVENT: str(document["event"]), NUMBER: str(delivery_id), SIGNATURE: signed}
        outgoing.post(url, body, headers)
    except secrets.Unreadable:
        return "its secret was kept under another SECRET_KEY: make a new one", 0
    except outgoing.NotTaken as refusal:
        logger.warning("a webhook was not taken", delivery=delivery_id, error=str(refusal))
        return str(refusal), refusal.status
    return "", 0


def _note_success(delivery_id: int) -> None:
    with write() as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.standing, delivery.error, delivery.done_at = Standing.TAKEN, "", clock.now()
        delivery.attempts += 1
        webhook = delivery.webhook
        webhook.failures, webhook.failing_since, webhook.error = 0, None, ""


def _note_failure(delivery_id: int, error: str, *, is_gone: bool) -> None:
    now = clock.now()
    with write() as session:
        delivery = session.get_one(Delivery, delivery_id)
        delivery.attempts += 1
        delivery.error = error
        delivery.not_before = now + wait_after(delivery.attempts)
        webhook = delivery.webhook
        webhook.failures += 1
        # While nothing at all is taken, nothing is given up.
        if delivery.attempts >= MOST_ATTEMPTS > webhook.failures:
            delivery.standing, delivery.done_at = Standing.GIVEN_UP, now
        webhook.failing_since = webhook.failing_since or now
        webhook.error, webhook.not_before = error, now + wait_after(webhook.failures)
        if is_gone or now - webhook.failing_since >= OFF_AFTER:
            webhook.is_active, webhook.off_since, webhook.is_told = False, now, False


def wait_after(attempts: int) -> timedelta:
    """15 s, twice as long each time, at most an hour."""
    doubled: int = 2 ** min(attempts - 1, 20)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)
