"""Two people save one form: the second is told, and sees both texts before anything is written over."""

import json
from hashlib import sha256

from sqlalchemy import inspect

from firstline.db import Model, is_by_itself
from firstline.i18n import gettext as _
from incidents.errors import Conflict
from incidents.people import Person

NOTHING_YET = "nothing yet"
"""What stands where a form makes the only one there may be, and nobody has made it."""


class Overtaken(Conflict):
    """Somebody else saved it since the form was read."""


def mark_of(what: object) -> str:
    """What stands now, as a short mark that a form carries; the next save proves by it what was read.

    `what` is a row, of which columns that change by themselves do not count, or any value that JSON can hold.
    """
    told = _columns(what) if isinstance(what, Model) else what
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:20]


def require_unchanged(what: object, seen: str) -> None:
    """Refuse to write over what nobody saw; `seen` empty: the caller read nothing before."""
    if seen and seen != mark_of(what):
        raise Overtaken(
            _("Somebody saved this while you were at it. Compare both below; saving again keeps yours.")
        )


def _columns(row: Model) -> dict[str, object]:
    columns = inspect(row).mapper.column_attrs
    told = {one.key: getattr(row, one.key) for one in columns if not is_by_itself(one.columns[0])}
    if isinstance(row, Person):
        told["teams"] = sorted(team.slug for team in row.teams)
    return told
