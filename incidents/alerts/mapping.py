"""How a program's JSON becomes alerts: for each of our fields the path to it in theirs.

A path is names with dots and list positions: `alerts[0].labels.host`. A field without a path, or whose
path leads nowhere, is empty; a word in quotes is itself.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from firstline import clock
from firstline.i18n import gettext as _
from incidents.alerts.models import Status
from incidents.alerts.signals import Signal
from incidents.errors import Invalid

FIELDS = ("each", "id", "title", "description", "status", "severity", "service", "host", "since")
"""`each` leads to a list of alerts; the other paths then begin at one of them."""
OVER = frozenset({"ok", "resolved", "recovered", "recovery", "closed", "up", "normal", "cleared", "inactive"})
STEP = re.compile(r"([^.\[\]]+)|\[(\d{1,6})\]")
PATH = re.compile(r"\A\$?\.?(?:[^.\[\]]+|\[\d{1,6}\])(?:\.[^.\[\]]+|\[\d{1,6}\])*\Z")
MOST_ALERTS = 2000


def check(mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping without empty paths; raises `Invalid` for a path that is none."""
    used = {name: mapping.get(name, "").strip() for name in FIELDS if mapping.get(name, "").strip()}
    for name, path in used.items():
        if not _literal(path) and not PATH.match(path):
            told = _("“%(path)s” is no path. Write it like alerts[0].name.", path=path)
            raise Invalid(told, field=name)
    if "title" not in used and "id" not in used:
        raise Invalid(_("Say where the title stands."), field="title")
    return used


def apply(mapping: Mapping[str, str], document: object, *, source: str) -> Sequence[Signal]:
    """The alerts in a document; raises `Invalid` when there is none in it."""
    found = _at(document, mapping["each"]) if "each" in mapping else document
    alerts = found if isinstance(found, list) else [found]
    if len(alerts) > MOST_ALERTS:
        raise Invalid(_("Send at most %(most)s alerts at once.", most=MOST_ALERTS))
    signals = [_signal(mapping, one, source) for one in alerts if isinstance(one, dict)]
    if not signals:
        raise Invalid(_("There is no alert in this document where the mapping looks for it."))
    return signals


def read(sample: str | bytes) -> object:
    """The document in a text; raises `Invalid` when it is no JSON."""
    try:
        document: object = json.loads(sample)
    except (ValueError, RecursionError) as error:
        raise Invalid(_("This is not readable JSON."), field="sample") from error
    return document


def _signal(mapping: Mapping[str, str], alert: object, source: str) -> Signal:
    told = {name: _words(alert, path) for name, path in mapping.items() if name != "each"}
    title = told.get("title") or told.get("id") or _("Alert")
    labels = {name: told[name] for name in ("severity", "service", "host") if told.get(name)}
    known_by = told.get("id") or f"{title}\0{told.get('service', '')}\0{told.get('host', '')}"
    return Signal(
        fingerprint=sha256(f"{source}\0{known_by}".encode()).hexdigest(),
        status=Status.RESOLVED if told.get("status", "").casefold() in OVER else Status.FIRING,
        title=title,
        description=told.get("description", ""),
        starts_at=_moment(told.get("since", "")),
        labels={**labels, "alertname": title},
    )


def _words(document: object, path: str) -> str:
    value = _literal(path) or _at(document, path)
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    words = str(value) if isinstance(value, str | int | float) else json.dumps(value)
    return words.replace("\0", "").encode("utf-8", "replace").decode()


def _literal(path: str) -> str:
    return path[1:-1] if len(path) > 2 and path[0] == path[-1] and path[0] in "'\"" else ""


def _at(document: object, path: str) -> object:
    value = document
    for name, position in STEP.findall(path.removeprefix("$")):
        if position and isinstance(value, list) and int(position) < len(value):
            value = value[int(position)]
        elif name and isinstance(value, dict):
            value = value.get(name)
        else:
            return None
    return value


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return clock.now()
    return at if at.tzinfo is not None else clock.now()
