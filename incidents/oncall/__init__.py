"""Waking people: who is on duty, and calling them in turn until somebody acknowledges.

Everything that wakes people calls `wake(session, incident, because=...)`: serious incidents by the rule
in `rule`, monitoring and major incidents for reasons of their own.
"""

from incidents.oncall.duty import on_duty
from incidents.oncall.paging import (
    acknowledge,
    calling,
    pages_for,
    pages_of,
    recent_pages,
    wake,
    wake_if_serious,
)
from incidents.oncall.rule import RULE, wakes

__all__ = [
    "RULE",
    "acknowledge",
    "calling",
    "on_duty",
    "pages_for",
    "pages_of",
    "recent_pages",
    "wake",
    "wake_if_serious",
    "wakes",
]
