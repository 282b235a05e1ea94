"""One change, or one reply, for many incidents: looked at before, told row by row, and undone.

Each incident is changed in a transaction of its own, by the same functions as alone: what is
refused for one is a sentence in its row, and the others go on.
"""

from incidents.bulk.deeds import RESOLUTIONS, TOLD_AFTER
from incidents.bulk.models import MOST, BulkChange, Deed, Row, Wanted
from incidents.bulk.work import chosen, find, preview, run, undo

__all__ = [
    "MOST",
    "RESOLUTIONS",
    "TOLD_AFTER",
    "BulkChange",
    "Deed",
    "Row",
    "Wanted",
    "chosen",
    "find",
    "preview",
    "run",
    "undo",
]
