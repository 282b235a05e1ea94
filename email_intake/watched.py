"""What those who watch an incident are told: who wrote, or what became of it."""

from firstline.i18n import gettext as _
from incidents.models import Event
from incidents.notices import Notice


def sentence(notice: Notice, name: str) -> str:
    """Words of `name` stand below it; what was decided is said here."""
    number, event = notice.incident.number, notice.entry.event if notice.entry else ""
    match event:
        case Event.RESOLVED | Event.CONFIRMED | Event.CLOSED:
            return _("%(number)s, which you watch, is solved.", number=number)
        case Event.REOPENED:
            return _("%(number)s, which you watch, was opened again.", number=number)
        case Event.CANCELLED | Event.MERGED:
            return _("%(number)s, which you watch, is over: it was cancelled or joined.", number=number)
        case _:
            return _("%(name)s has written on %(number)s, which you watch:", name=name, number=number)
