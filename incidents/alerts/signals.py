"""One alert in the words of the domain, whichever monitor sent it, and what it belongs with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from incidents.alerts.models import GROUP_LENGTH, Status
from incidents.models import Level

SERVICE_LABELS = ("service", "app", "application", "job", "namespace", "cluster")
"""Which label tells the service, the first that is there."""
HOST_LABELS = ("instance", "host", "hostname", "node", "pod")
SEVERITY = {
    "critical": (Level.MEDIUM, Level.HIGH),
    "page": (Level.MEDIUM, Level.HIGH),
    "error": (Level.MEDIUM, Level.MEDIUM),
    "warning": (Level.MEDIUM, Level.LOW),
    "info": (Level.LOW, Level.LOW),
}
"""Impact and urgency by the usual values of the label `severity`."""


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One alert as a monitor sends it; `fingerprint` tells it from all others.

    `group` names what it belongs with where the source knows better than service and name.
    """

    fingerprint: str
    status: Status
    title: str
    description: str
    starts_at: datetime
    labels: Mapping[str, str] = field(default_factory=dict)
    group: str = ""


def group_of(signal: Signal) -> str:
    """Alerts of one service and name have one cause until somebody shows otherwise."""
    if signal.group:
        return _short(signal.group)
    labels = signal.labels
    service = next((labels[name] for name in SERVICE_LABELS if labels.get(name)), "")
    return _short(f"{service}/{labels.get('alertname') or signal.title}".casefold())


def host_of(labels: Mapping[str, str]) -> str:
    """The machine an alert is about, without its port; empty when no label tells it."""
    host = next((labels[name] for name in HOST_LABELS if labels.get(name)), "")
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() and ":" in host else host


def _short(key: str) -> str:
    if len(key) <= GROUP_LENGTH:
        return key
    return f"{key[: GROUP_LENGTH - 65]}#{sha256(key.encode()).hexdigest()}"
