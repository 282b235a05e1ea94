"""Figures of mail for monitoring: what came to what, what does not add up, and how old each fetch is."""

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import func, select

from email_intake import accounting, mailboxes
from email_intake.models import Outcome, RawMessage, Taken
from firstline import clock
from firstline.db import db


def collect(registry: CollectorRegistry) -> None:
    """Add every figure of mail to this registry."""
    _count_outcomes(registry)
    _count_taken(registry)
    _tell_accounts(registry)
    _tell_mailboxes(registry)


def _count_outcomes(registry: CollectorRegistry) -> None:
    gauge = Gauge("firstline_mails", "Messages that came in.", ["outcome"], registry=registry)
    counted = select(RawMessage.outcome, func.count()).group_by(RawMessage.outcome)
    for outcome, count in db.session.execute(counted):
        gauge.labels(outcome).set(count)


def _count_taken(registry: CollectorRegistry) -> None:
    gauge = Gauge("firstline_mails_taken", "Messages we promised to keep.", ["route"], registry=registry)
    counted = select(Taken.route, func.sum(Taken.count)).group_by(Taken.route)
    for route, count in db.session.execute(counted):
        gauge.labels(route).set(count)


def _tell_accounts(registry: CollectorRegistry) -> None:
    wrong = Gauge("firstline_mail_days_wrong", "Routes and days that do not add up.", registry=registry)
    wrong.set(len(accounting.last_verdict().wrong))
    late = Gauge("firstline_mails_late", "Messages that wait to be read for too long.", registry=registry)
    waiting = (
        RawMessage.outcome == Outcome.WAITING,
        RawMessage.not_before < clock.now() - accounting.WAITS_TOO_LONG,
    )
    late.set(db.session.scalar(select(func.count(RawMessage.id)).where(*waiting)) or 0)


def _tell_mailboxes(registry: CollectorRegistry) -> None:
    age = Gauge(
        "firstline_mailbox_fetched_minutes",
        "Minutes since the last good fetch.",
        ["mailbox"],
        registry=registry,
    )
    ready = Gauge(
        "firstline_mailbox_ready", "Whether a mailbox is read: 1 or 0.", ["mailbox"], registry=registry
    )
    for mailbox in mailboxes.list_mailboxes():
        if mailbox.is_active:
            since = clock.now() - (mailbox.fetched_at or mailbox.started_at)
            age.labels(mailbox.name).set(round(since.total_seconds() / 60, 1))
            ready.labels(mailbox.name).set(int(not mailboxes.trouble(mailbox)))
