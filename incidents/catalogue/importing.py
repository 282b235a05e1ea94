"""Services and configuration items out of a spreadsheet: first looked at, then taken in whole or not at all."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.db import write
from firstline.i18n import gettext as _
from incidents.catalogue import dependencies
from incidents.errors import Invalid
from incidents.people import Person, Team
from incidents.policy import Action, require
from incidents.services import Criticality, Device, Service

MOST_ROWS = 5000
MOST_BYTES = 2 * 1024 * 1024


class Sheet(StrEnum):
    """What the rows are."""

    SERVICES = "services"
    ITEMS = "items"


class Fate(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True)
class Line:
    """One row of the sheet, as numbered by a spreadsheet, and what becomes of it."""

    number: int
    name: str
    fate: Fate
    why: str = ""


Row = dict[str, str]
COLUMNS = {
    Sheet.SERVICES: ("slug", "name", "description", "criticality", "team", "owner", "sites", "needs"),
    Sheet.ITEMS: ("tag", "name", "kind", "site", "owner", "service"),
}
"""Several `sites` or `needs` stand in one cell with semicolons."""


class _LookedAt(Exception):
    """Undoes what a dry run wrote."""


def look_at(raw: bytes, sheet: Sheet, *, by: Person) -> Sequence[Line]:
    """What an import would do, row by row; nothing is kept."""
    lines: Sequence[Line] = []
    try:
        with write() as session:
            lines = _take(session, raw, sheet, by)
            raise _LookedAt
    except _LookedAt:
        return lines


def take_in(raw: bytes, sheet: Sheet, *, by: Person) -> Sequence[Line]:
    """Import all rows; raises `Invalid` and keeps nothing when one of them is refused."""
    with write() as session:
        lines = _take(session, raw, sheet, by)
        refused = [line for line in lines if line.fate == Fate.REFUSED]
        if refused:
            told = _("Row %(row)s: %(why)s Nothing was imported.", row=refused[0].number, why=refused[0].why)
            raise Invalid(told, field="file")
    return lines


def _take(session: Session, raw: bytes, sheet: Sheet, by: Person) -> Sequence[Line]:
    require(by, Action.ADMINISTER)
    rows = _rows(raw, sheet)
    fill = _fill_service if sheet == Sheet.SERVICES else _fill_item
    lines = [_line(session, number, row, fill) for number, row in rows]
    if sheet == Sheet.SERVICES:
        # Needs last: a row may name a service that a later row adds.
        lines = [_with_needs(session, line, row) for line, (_number, row) in zip(lines, rows, strict=True)]
    return lines


def _rows(raw: bytes, sheet: Sheet) -> list[tuple[int, Row]]:
    if len(raw) > MOST_BYTES:
        raise Invalid(_("The file is too large. Split it."), field="file")
    text = _text(raw)
    # A spreadsheet of many countries writes semicolons.
    delimiter = ";" if text.partition("\n")[0].count(";") > 1 else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    key, name = COLUMNS[sheet][:2]
    if not {key, name} <= set(reader.fieldnames or ()):
        raise Invalid(
            _("The first row must name the columns: %(names)s.", names=", ".join(COLUMNS[sheet])),
            field="file",
        )
    rows = [(reader.line_num, _tidy(row)) for row in reader]
    if not rows or len(rows) > MOST_ROWS:
        raise Invalid(_("Send 1 to %(most)s rows.", most=MOST_ROWS), field="file")
    return rows


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError as error:
        raise Invalid(_("The file is not readable. Save it as CSV in UTF-8."), field="file") from error


def _tidy(row: dict[str | None, str | list[str] | None]) -> Row:
    return {key.strip(): value.strip() for key, value in row.items() if key and isinstance(value, str)}


def _line(session: Session, number: int, row: Row, fill: Callable[[Session, Row], Fate]) -> Line:
    name = row.get("name", "")
    try:
        return Line(number, name, fill(session, row))
    except Invalid as refusal:
        return Line(number, name, Fate.REFUSED, refusal.sentence)


def _with_needs(session: Session, line: Line, row: Row) -> Line:
    if line.fate == Fate.REFUSED or "needs" not in row:
        return line
    service = session.scalars(select(Service).where(Service.slug == row["slug"])).one()
    try:
        dependencies.replace(session, service, row["needs"].split(";"))
    except Invalid as refusal:
        return Line(line.number, line.name, Fate.REFUSED, refusal.sentence)
    return line


def _fill_service(session: Session, row: Row) -> Fate:
    facts = {
        "name": _needed(row, "name", 120),
        "description": row.get("description", ""),
        "criticality": _criticality(row.get("criticality", "")),
        "sites": [site.strip() for site in row.get("sites", "").split(";") if site.strip()],
        "team_id": _id_of(session, Team, Team.slug, row.get("team", "")),
        "owner_id": _id_of(session, Person, Person.email, row.get("owner", "").casefold()),
    }
    slug = _needed(row, "slug", 60)
    return _put(
        session, session.scalar(select(Service).where(Service.slug == slug)), Service(slug=slug), facts
    )


def _fill_item(session: Session, row: Row) -> Fate:
    facts = {
        "name": _needed(row, "name", 120),
        "kind": row.get("kind", "")[:40],
        "site": row.get("site", "")[:60],
        "owner_id": _id_of(session, Person, Person.email, row.get("owner", "").casefold()),
        "service_id": _id_of(session, Service, Service.slug, row.get("service", "")),
    }
    tag = _needed(row, "tag", 40)
    return _put(session, session.scalar(select(Device).where(Device.tag == tag)), Device(tag=tag), facts)


def _put[Thing: (Service, Device)](
    session: Session, known: Thing | None, fresh: Thing, facts: Mapping[str, object]
) -> Fate:
    thing = known or fresh
    is_same = known is not None and all(getattr(known, name) == value for name, value in facts.items())
    for name, value in facts.items():
        setattr(thing, name, value)
    session.add(thing)
    session.flush()
    if is_same:
        return Fate.SAME
    return Fate.CHANGED if known is not None else Fate.ADDED


def _needed(row: Row, column: str, length: int) -> str:
    value = row.get(column, "")
    if not value or len(value) > length:
        raise Invalid(_("“%(column)s” is missing or too long.", column=column))
    return value


def _criticality(value: str) -> str:
    if value and value not in set(Criticality):
        raise Invalid(_("Choose how critical it is: low, medium or high."))
    return value or Criticality.MEDIUM


def _id_of(session: Session, model: type[Team | Person | Service], column: object, value: str) -> int | None:
    if not value:
        return None
    found: int | None = session.scalar(select(model.id).where(column == value))  # type: ignore[arg-type]
    if found is None:
        raise Invalid(_("“%(value)s” is not known here.", value=value))
    return found


def counted(lines: Iterable[Line]) -> dict[str, int]:
    """How many rows meet which fate."""
    given = [line.fate for line in lines]
    return {fate: given.count(fate) for fate in Fate}
