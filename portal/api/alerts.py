"""Alerts of Prometheus Alertmanager, in its webhook's version 4."""

import json
from hashlib import sha256

from flask.typing import ResponseReturnValue

from firstline import clock
from firstline.i18n import gettext as _
from incidents import alerts
from incidents.alerts import FINGERPRINT_LENGTH, Signal, Status
from incidents.errors import Invalid
from incidents.policy import Action, require
from portal.api.bodies import Body, read_body
from portal.api.callers import caller

VERSION = "4"
MOST_BYTES = 8 * 1024 * 1024
MOST_ALERTS = 2000
HIDDEN = frozenset({"severity", "service", "alertname"})


def take() -> ResponseReturnValue:
    """One incident an alert; the answer names those that are concerned."""
    require(caller(), Action.SEND_ALERTS)
    body = read_body(MOST_BYTES)
    if body.text("version") != VERSION:
        raise Invalid(_("Only version 4 of Alertmanager's webhook is understood."), field="version")
    signals = [_signal(alert) for alert in body.objects("alerts")]
    if len(signals) > MOST_ALERTS:
        raise Invalid(_("Send at most %(most)s alerts at once.", most=MOST_ALERTS), field="alerts")
    found = [alerts.take(signal, by=caller()) for signal in signals]
    return {"incidents": sorted({incident.number for incident in found if incident})}


def _signal(alert: Body) -> Signal:
    labels, notes = alert.texts("labels"), alert.texts("annotations")
    name = labels.get("alertname") or _("Alert")
    fingerprint = alert.text("fingerprint") or sha256(json.dumps(labels, sort_keys=True).encode()).hexdigest()
    return Signal(
        fingerprint=fingerprint[:FINGERPRINT_LENGTH],
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
