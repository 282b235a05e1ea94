"""Two people save one form: the second is told, and sees both texts before anything is written over."""

import json
from hashlib import sha256

from sqlalchemy import inspect

from firstline.db import Model
from firstline.i18n import gettext as _
from incidents.errors import Conflict
from incidents.people import Person

BY_ITSELF = frozenset(
    {
        "position",
        "bounced_count",
        "is_undeliverable",
        "fs_uniquifier",
        "password",
        "theme",
        "language",
        "timezone",
        *("not_before", "failures", "failing_since", "error", "off_since", "is_told"),
        *("uidvalidity", "last_uid", "started_at", "fetched_at"),
    }
)
"""Columns that change without anybody's form."""


class Overtaken(Conflict):
    """Somebody else saved it since the form was read."""


def mark_of(row: Model) -> str:
    """What stands in a row, as a short mark that a form carries; the next save proves by it what was read."""
    columns = inspect(row).mapper.column_attrs
    told = {one.key: getattr(row, one.key) for one in columns if one.key not in BY_ITSELF}
    if isinstance(row, Person):
        told["teams"] = sorted(team.slug for team in row.teams)
    return sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:20]


def require_unchanged(row: Model, seen: str) -> None:
    """Refuse to write over what nobody saw; `seen` empty: the caller read nothing before."""
    if seen and seen != mark_of(row):
        raise Overtaken(
            _("Somebody saved this while you were at it. Compare both below; saving again keeps yours.")
        )
