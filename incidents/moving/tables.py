"""People and incidents out of a spreadsheet saved as CSV, with the column names of many desks."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from firstline.i18n import gettext as _
from incidents.attachments import Upload
from incidents.errors import Invalid
from incidents.models import Channel
from incidents.moving.reading import decode, moment, priority, state
from incidents.moving.records import Author, Case, Human, Record, Unreadable

NAMES = {
    "key": "id key number ticket ticket_id incident incident_number reference",
    "title": "title subject summary short_description",
    "text": "text description body details message",
    "email": "email e-mail mail address requester requester_email customer submitter_email from caller",
    "name": "name requester_name customer_name full_name",
    "at": "created created_at opened opened_at date reported",
    "state": "state status",
    "priority": "priority severity",
    "category": "category",
    "service": "service product",
    "team": "team group queue assignment_group",
    "owner": "owner assignee assigned_to agent",
    "channel": "channel source via",
    "solution": "solution resolution close_notes",
    "ended": "ended resolved resolved_at closed closed_at",
    "minutes": "minutes minutes_spent time_spent",
    "files": "files attachments",
    "phone": "phone telephone mobile",
    "site": "site location office",
    "department": "department division cost_center",
    "language": "language locale",
    "timezone": "timezone time_zone",
    "role": "role",
}
BY_NAME = {name: field for field, names in NAMES.items() for name in names.split()}
csv.field_size_limit(2_000_000)

Row = Mapping[str, str]


def read_people(raw: bytes) -> Iterator[Record]:
    """A person for each row; the column of the address must be there."""
    for place, row in _rows(raw, needs=("email",)):
        known = {
            name: row.get(name, "")
            for name in ("name", "phone", "site", "department", "language", "timezone")
        }
        role = row.get("role", "").casefold()
        yield Human(place=place, email=row["email"].casefold(), role=role, **known)


def read_incidents(raw: bytes, zone: ZoneInfo, folder: Path | None = None) -> Iterator[Record]:
    """An incident for each row; `folder` is where the files lie that rows name, with semicolons."""
    for place, row in _rows(raw, needs=("key", "title", "email", "at")):
        yield _case(place, row, zone, folder)


def _rows(raw: bytes, *, needs: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    text = decode(raw)
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    fields = [BY_NAME.get(name.strip().casefold().replace(" ", "_"), "") for name in next(reader, [])]
    missing = [name for name in needs if name not in fields]
    if missing:
        known = "; ".join(f"{name}: {NAMES[name].replace(' ', ', ')}" for name in missing)
        raise Invalid(_("The first row must name these columns (%(known)s).", known=known), field="file")
    begins = reader.line_num + 1
    for values in reader:
        # A row may span several lines: it is found by its first.
        place, begins = _("line %(n)s", n=begins), reader.line_num + 1
        if any(value.strip() for value in values):
            yield place, {name: value.strip() for name, value in zip(fields, values, strict=False) if name}


def _case(place: str, row: Row, zone: ZoneInfo, folder: Path | None) -> Record:
    at, stands = moment(row.get("at"), zone), state(row.get("state"))
    if not row.get("at"):
        return Unreadable(place=place, why=_("It does not say when it was made."))
    if at is None:
        words = _("“%(at)s” is no date we can read without a doubt. Write 2026-03-31 14:05.", at=row["at"])
        return Unreadable(place=place, why=words)
    if stands is None:
        return Unreadable(
            place=place, why=_("Nobody knows the state “%(state)s”.", state=row.get("state", ""))
        )
    files, notes = _files(row.get("files", ""), folder)
    return Case(
        place=place, key=row.get("key", ""), title=row.get("title", ""), text=row.get("text", ""), at=at, state=stands,
        by=Author(email=row.get("email", "").casefold(), name=row.get("name", "")),
        priority=priority(row.get("priority")), category=row.get("category", ""), service=row.get("service", ""),
        team=row.get("team", ""), owner=row.get("owner", "").casefold(), channel=_channel(row.get("channel", "")),
        solution=row.get("solution", ""), ended_at=moment(row.get("ended"), zone),
        minutes_spent=_number(row.get("minutes", "")), files=files, notes=notes,
    )  # fmt: skip


def _channel(told: str) -> Channel:
    name = told.casefold().replace("e-mail", "mail").replace("email", "mail").replace(" ", "_")
    return Channel(name) if name in set(Channel) else Channel.PORTAL


def _number(told: str) -> int:
    return int(told) if told.isdecimal() and len(told) < 7 else 0


def _files(told: str, folder: Path | None) -> tuple[list[Upload], list[str]]:
    """Of each named file its bytes, or why they are not there; nothing outside of the folder is read."""
    found, notes = [], []
    for name in filter(None, (part.strip() for part in told.split(";"))):
        content = read_file(folder, name)
        if content is None:
            notes.append(_("The file “%(name)s” is not there.", name=name))
        else:
            found.append(Upload(name, content))
    return found, notes


def read_file(folder: Path | None, name: str) -> bytes | None:
    """The bytes of a file below the folder; None when it is not there."""
    if folder is None:
        return None
    path = (folder / name).resolve()
    inside = path.is_relative_to(folder.resolve()) and path.is_file()
    return path.read_bytes() if inside else None
