"""What a reporter reads of an incident that looks like theirs: their own by its number, others' by no word."""

from datetime import datetime
from zoneinfo import ZoneInfo

import flask_babel
from flask import current_app

from firstline.app import settings_of
from firstline.i18n import gettext as _
from firstline.i18n import ngettext
from incidents.kinship.models import Lookalike
from incidents.models import Incident
from incidents.people import Person


def is_own(pair: Lookalike) -> bool:
    """Whether both were reported by one person."""
    return pair.earlier.requester_id == pair.later.requester_id


def told(pair: Lookalike) -> str:
    """The sentence about the earlier of two, for the reporter of the later."""
    earlier = pair.earlier
    if is_own(pair):
        return own(earlier)
    people = ngettext(
        "Somebody else reported something like it.",
        "%(num)s people reported something like it.",
        earlier.affected_count,
    )
    return f"{people} " + _("If yours is the same, we solve it for all of you at once.")


def own(earlier: Incident) -> str:
    """That they told us of it before, and when."""
    return _(
        "We believe it is the same as %(number)s, “%(title)s”, which you reported on %(day)s.",
        number=earlier.number,
        title=earlier.title,
        day=_day(earlier.requester, earlier.created_at),
    )


def _day(person: Person, at: datetime) -> str:
    """“Monday, 23 November”, in the person's zone, else in the desk's."""
    zone = ZoneInfo(person.timezone or settings_of(current_app).timezone)
    return str(flask_babel.format_date(at.astimezone(zone), _("EEEE, d MMMM"), rebase=False))
