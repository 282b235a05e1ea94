"""By when we answer and resolve: working calendars, targets, and clocks that stop only while we wait.

Clocks run from receipt; a suggestion is not a response. Whoever changes an incident need not think of
its clock: `keeping` follows. Whoever shows it asks `reading`.
"""

from incidents.sla.agreements import Agreement, Measure
from incidents.sla.answering import answered
from incidents.sla.keeping import TASK
from incidents.sla.reading import Hand, Reading, Standing, is_breached, reading, readings

__all__ = [
    "TASK",
    "Agreement",
    "Hand",
    "Measure",
    "Reading",
    "Standing",
    "answered",
    "is_breached",
    "reading",
    "readings",
]
