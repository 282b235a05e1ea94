"""Tickets out of the database of a django-helpdesk, read and never written: SQLite or PostgreSQL."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, RowMapping, create_engine, inspect, text
from sqlalchemy.exc import SQLAlchemyError

from firstline.i18n import gettext as _
from incidents.attachments import Upload
from incidents.errors import Invalid
from incidents.models import Channel, State
from incidents.moving.reading import moment
from incidents.moving.records import Author, Case, Human, Record, Said, Unreadable
from incidents.moving.tables import read_file

Row = RowMapping
UTC = ZoneInfo("UTC")
STATES = {
    1: State.QUEUED,
    2: State.QUEUED,
    3: State.RESOLVED,
    4: State.CLOSED,
    5: State.CLOSED,
    6: State.QUEUED,
}
"""Its numbers: open, reopened, resolved, closed, duplicate, new."""
NEEDED = frozenset(
    {"helpdesk_ticket", "helpdesk_queue", "helpdesk_followup", "helpdesk_followupattachment", "auth_user"}
)
TICKETS = text(
    "SELECT t.*, q.title AS queue_title FROM helpdesk_ticket t JOIN helpdesk_queue q ON q.id = t.queue_id ORDER BY t.id"
)
USERS = text("SELECT id, username, first_name, last_name, email, is_staff FROM auth_user ORDER BY id")
SAID = text("SELECT * FROM helpdesk_followup WHERE ticket_id = :ticket ORDER BY date, id")
FILES = text("SELECT * FROM helpdesk_followupattachment WHERE followup_id = :followup ORDER BY id")


def read(url: str, media: Path | None = None) -> Iterator[Record]:
    """People first, then tickets; `media` is the folder of its uploads."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            _check(connection)
            users = {row["id"]: row for row in connection.execute(USERS).mappings()}
            yield from (_human(user) for user in users.values() if user["email"])
            for ticket in connection.execute(TICKETS).mappings().all():
                yield _case(connection, ticket, users, media)
    except SQLAlchemyError as error:
        raise Invalid(
            _("The database does not answer as one of a django-helpdesk: %(why)s", why=_first_line(error)),
            field="url",
        ) from error
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    """Read only where the database can promise it."""
    path = url.removeprefix("sqlite:///")
    if url.startswith("sqlite:///"):
        if not Path(path).is_file():
            raise Invalid(_("There is no such file: %(path)s", path=path), field="url")
        return create_engine(f"sqlite:///file:{Path(path).resolve()}?mode=ro&uri=true")
    if url.startswith(("postgresql://", "postgresql+psycopg://")):
        url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        return create_engine(url, execution_options={"postgresql_readonly": True})
    raise Invalid(_("Give an address that begins with sqlite:/// or postgresql://."), field="url")


def _check(connection: Connection) -> None:
    """Refuse another program's database."""
    tables = set(inspect(connection).get_table_names())
    missing = NEEDED - tables
    if missing:
        raise Invalid(
            _(
                "This is not the database of a django-helpdesk: %(names)s missing.",
                names=", ".join(sorted(missing)),
            ),
            field="url",
        )


def _human(user: Row) -> Human:
    name = f"{user['first_name']} {user['last_name']}".strip() or user["username"]
    role = "agent" if user["is_staff"] else ""
    return Human(place=_("user %(id)s", id=user["id"]), email=user["email"].casefold(), name=name, role=role)


def _case(connection: Connection, ticket: Row, users: Mapping[int, Row], media: Path | None) -> Record:
    place = _("ticket %(number)s", number=ticket["id"])
    at = moment(ticket["created"], UTC)
    if at is None:
        return Unreadable(place=place, why=_("It does not say when it was made."))
    notes: list[str] = []
    said = [
        _said(connection, row, users, media, notes, ticket)
        for row in connection.execute(SAID, {"ticket": ticket["id"]}).mappings()
    ]
    state = STATES.get(ticket["status"], State.QUEUED)
    owner = users.get(ticket["assigned_to_id"] or 0)
    return Case(
        place=place, key=str(ticket["id"]), title=ticket["title"], text=ticket["description"] or "", at=at,
        by=Author(email=(ticket["submitter_email"] or "").casefold()),
        state=State.WAITING if ticket["on_hold"] and state == State.QUEUED else state,
        priority=ticket["priority"], team=ticket["queue_title"], owner=(owner["email"] if owner else "").casefold(),
        solution=ticket["resolution"] or "", ended_at=_ended(ticket, state), said=[one for one in said if one], notes=notes,
    )  # fmt: skip


def _ended(ticket: Row, state: State) -> Any:
    return moment(ticket["modified"], UTC) if state in {State.RESOLVED, State.CLOSED} else None


def _said(
    connection: Connection,
    row: Row,
    users: Mapping[int, Row],
    media: Path | None,
    notes: list[str],
    ticket: Row,
) -> Said | None:
    """A follow-up; one without words and files only changed a field and says nothing to people."""
    files = _files(connection, row["id"], media, notes)
    words, at = (row["comment"] or "").strip(), moment(row["date"], UTC)
    if at is None or not (words or files):
        return None
    user = users.get(row["user_id"] or 0)
    email = (user["email"] if user else ticket["submitter_email"]) or ""
    name = f"{user['first_name']} {user['last_name']}".strip() if user else ""
    by = Author(email=email.casefold(), name=name) if "@" in email else None
    channel = Channel.MAIL if row.get("message_id") else Channel.PORTAL
    return Said(at=at, text=words, by=by, is_internal=not row["public"], channel=channel, files=files)


def _files(connection: Connection, followup: int, media: Path | None, notes: list[str]) -> list[Upload]:
    found: list[Upload] = []
    for row in connection.execute(FILES, {"followup": followup}).mappings():
        content = read_file(media, row["file"])
        if content is None:
            notes.append(_("The file “%(name)s” is not there.", name=row["filename"] or row["file"]))
        else:
            found.append(Upload(row["filename"] or row["file"], content))
    return found


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
