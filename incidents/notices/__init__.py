"""What people are to be told: rows without text, written with the change that causes them.

A mail is a row of the outbox, which the mail channel renders and delivers later (docs/decisions/0012);
what the bell of the portal shows is a row of its own. Which of them there is, and when, is decided by
one rule, `wishes.ruling`, that every notice asks.
"""

from incidents.notices import inbox, letters
from incidents.notices.models import (
    TASK,
    Delivery,
    Notice,
    NoticeTimes,
    NoticeWish,
    Topic,
    Way,
    WebNotice,
    Wish,
)
from incidents.notices.outbox import NOT_WANTED, READ_IN_CHAT, muted, notify, owe, owed, unsent, withdraw
from incidents.notices.wishes import OPTIONAL, Times, choose, choose_times, times_of, wishes_of

__all__ = [
    "NOT_WANTED",
    "OPTIONAL",
    "READ_IN_CHAT",
    "TASK",
    "Delivery",
    "Notice",
    "NoticeTimes",
    "NoticeWish",
    "Times",
    "Topic",
    "Way",
    "WebNotice",
    "Wish",
    "choose",
    "choose_times",
    "inbox",
    "letters",
    "muted",
    "notify",
    "owe",
    "owed",
    "times_of",
    "unsent",
    "wishes_of",
    "withdraw",
]
