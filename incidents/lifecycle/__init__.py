"""The life of an incident. One table of states; every change goes through `change` or `apply`."""

from incidents.lifecycle.changes import apply, change, escalate, locked, locked_all, take, wait_for_vendor
from incidents.lifecycle.table import DESK, REQUESTER, SUPPORT, TABLE, WANTED, Actor, Way, actor_of
from incidents.lifecycle.wanted import Change

__all__ = [
    "DESK",
    "REQUESTER",
    "SUPPORT",
    "TABLE",
    "WANTED",
    "Actor",
    "Change",
    "Way",
    "actor_of",
    "apply",
    "change",
    "escalate",
    "locked",
    "locked_all",
    "take",
    "wait_for_vendor",
]
