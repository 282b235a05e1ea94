"""Alerts of Prometheus Alertmanager, in its webhook's version 4: kept at once, sorted by the worker."""

import json
from collections.abc import Sequence
from hashlib import sha256

from flask.typing import ResponseReturnValue

from firstline import clock, log
from firstline.i18n import gettext as _
from incidents import alerts
from incidents.alerts import Signal, Status
from incidents.errors import Invalid
from incidents.policy import Action, require
from portal.api.bodies import Body, read_body
from portal.api.callers import caller

VERSION = "4"
MOST_BYTES = 8 * 1024 * 1024
MOST_ALERTS = 2000
HIDDEN = frozenset({"severity", "service", "alertname"})
logger = log.get(__name__)


def take() -> ResponseReturnValue:
    """202 once the alerts are on disk; one that cannot be read does not keep the others away."""
    require(caller(), Action.SEND_ALERTS)
    body = read_body(MOST_BYTES)
    if body.text("version") != VERSION:
        raise Invalid(_("Only version 4 of Alertmanager's webhook is understood."), field="version")
    told = body.objects("alerts")
    if len(told) > MOST_ALERTS:
        raise Invalid(_("Send at most %(most)s alerts at once.", most=MOST_ALERTS), field="alerts")
    signals = _readable(told)
    alerts.accept(signals, by=caller(), source="alertmanager")
    return {"accepted": len(signals), "refused": len(told) - len(signals)}, 202


def _readable(told: Sequence[Body]) -> list[Signal]:
    """Raises the last refusal when none can be read: Alertmanager then says so in its own log."""
    signals: list[Signal] = []
    refused: Invalid | None = None
    for alert in told:
        try:
            signals.append(_signal(alert))
        except Invalid as refusal:
            refused = refusal
            logger.warning("an alert cannot be read", why=refusal.sentence, field=refusal.field)
    if refused is not None and not signals:
        raise refused
    return signals


def _signal(alert: Body) -> Signal:
    labels, notes = alert.texts("labels"), alert.texts("annotations")
    name = labels.get("alertname") or _("Alert")
    known_by = json.dumps(labels or notes, sort_keys=True)
    return Signal(
        fingerprint=alert.text("fingerprint") or sha256(known_by.encode()).hexdigest(),
        status=alert.choice("status", Status) or Status.FIRING,
        title=notes.get("summary") or name,
        description=_description(name, labels, notes),
        starts_at=alert.time("startsAt") or clock.now(),
        labels=labels,
    )


def _description(name: str, labels: dict[str, str], notes: dict[str, str]) -> str:
    facts = [f"{key}: {value}" for key, value in sorted(labels.items()) if key not in HIDDEN]
    more = [notes[key] for key in ("description", "message", "runbook_url") if notes.get(key)]
    return "\n".join([name, *more, *facts])
