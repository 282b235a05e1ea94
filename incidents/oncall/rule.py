"""What wakes people and what only is logged: one table, read by the code, the page and the manual."""

from dataclasses import dataclass

from firstline.i18n import lazy_gettext as _
from incidents.models import Incident, Kind


@dataclass(frozen=True, kw_only=True)
class Line:
    """Which incidents (`kinds` or `priorities`), and whether somebody is woken for them."""

    words: object
    wakes: bool
    kinds: frozenset[str] = frozenset()
    priorities: frozenset[int] = frozenset()

    def fits(self, incident: Incident) -> bool:
        return incident.kind in self.kinds or incident.priority in self.priorities


RULE = (
    Line(words=_("Security, whatever its priority"), wakes=True, kinds=frozenset({Kind.SECURITY})),
    Line(words=_("P1, critical"), wakes=True, priorities=frozenset({1})),
    Line(words=_("P2, high"), wakes=True, priorities=frozenset({2})),
    Line(words=_("P3 to P5"), wakes=False, priorities=frozenset({3, 4, 5})),
)
"""The first line that fits decides. All are logged; those that wake call the handler on duty."""


def wakes(incident: Incident) -> bool:
    """Whether somebody is to be woken for this incident."""
    return next(line.wakes for line in RULE if line.fits(incident))
