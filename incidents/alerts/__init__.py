"""Monitoring: alerts are kept as they come, then sorted into a few incidents that resolve by themselves.

A channel calls `accept` and answers; the worker calls `sort_due`. `take` does both at once.
"""

from incidents.alerts.inbox import accept, take
from incidents.alerts.models import FINGERPRINT_LENGTH, Alert, AlertGroup, Outcome, Received, Status
from incidents.alerts.signals import Signal
from incidents.alerts.sorting import sort_due

__all__ = [
    "FINGERPRINT_LENGTH",
    "Alert",
    "AlertGroup",
    "Outcome",
    "Received",
    "Signal",
    "Status",
    "accept",
    "sort_due",
    "take",
]
