"""The words of every incident, for full-text search: title, report, conversation and notes.

One row an incident, written in the transaction that writes the text: an FTS5 table on SQLite, a
`tsvector` on PostgreSQL. Texts are taken apart here, not by the database, so that both find alike.
Internal words stand apart: who may not read notes does not find by them either.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    bindparam,
    case,
    event,
    func,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import TSVECTOR, insert
from sqlalchemy.orm import Session

from firstline.db import Model, db

NAME = "incident_words"
WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 60
MOST_BYTES = 500_000
"""PostgreSQL refuses a `tsvector` above 1 MB; a longer conversation is searched up to here."""
SQLITE_TABLE = f"CREATE VIRTUAL TABLE {NAME} USING fts5(title, public, internal, tokenize='unicode61')"
SIMPLE: ColumnElement[str] = literal_column("'simple'")
TITLE, PUBLIC, INTERNAL = "A", "B", "C"
"""Weights, by which PostgreSQL tells the three apart."""

_metadata = MetaData()
Table("incident", _metadata, Column("id", Integer, primary_key=True))
INDEXED = Table(
    NAME,
    _metadata,
    Column("incident_id", Integer, ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True),
    Column("words", TSVECTOR, nullable=False),
    Index("ix_incident_words_words", "words", postgresql_using="gin"),
)
"""As PostgreSQL has it."""
FTS = Table(
    NAME,
    MetaData(),
    Column("rowid", Integer, primary_key=True),
    *(Column(name, Text) for name in ("title", "public", "internal")),
)
"""As SQLite has it."""
APPENDED = {
    name: update(FTS)
    .where(FTS.c.rowid == bindparam("incident"))
    .values({name: FTS.c[name] + bindparam("more", type_=Text)})
    for name in ("public", "internal")
}
"""Made once: to put it together takes as long as to do it."""


def _weighted(text: str | ColumnElement[str], weight: str) -> ColumnElement[str]:
    return func.setweight(func.to_tsvector(SIMPLE, text), literal_column(f"'{weight}'"))


INTO_INDEXED = (
    insert(INDEXED)
    .values(
        incident_id=bindparam("rowid"),
        words=_weighted(bindparam("title", type_=Text), TITLE)
        .op("||")(_weighted(bindparam("public", type_=Text), PUBLIC))
        .op("||")(_weighted(bindparam("internal", type_=Text), INTERNAL)),
    )
    .on_conflict_do_nothing()
)
"""With the same names as SQLite's columns, so that a row of either is written alike."""


class Phrase(NamedTuple):
    """Words that are all looked for, each of which may go on; or exactly these, one after the other."""

    text: str
    is_exact: bool = False


def create(connection: Connection) -> None:
    """The table, in the form this database wants."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(SQLITE_TABLE)
    else:
        INDEXED.create(connection)


@event.listens_for(Model.metadata, "after_create")
def _create_with_all(target: MetaData, connection: Connection, tables: Sequence[Table], **_: object) -> None:
    if any(table.name == "incident" for table in tables):
        create(connection)


def plain(text: str) -> str:
    """The words alone, without case and accents, one space between them."""
    folded = text.casefold()
    bare = folded if folded.isascii() else _without_accents(folded)
    return " ".join(word[:LONGEST_WORD] for word in WORD.findall(bare))


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@dataclass(frozen=True, kw_only=True)
class Words:
    """What an incident is found by from the start."""

    incident_id: int
    title: str
    text: str
    internal: str = ""


def begin(session: Session, several: Sequence[Words]) -> None:
    """Make new incidents findable; inside the caller's `write()`."""
    rows: list[dict[str, object]] = [
        {
            "rowid": one.incident_id,
            "title": plain(one.title),
            "public": plain(one.text),
            "internal": plain(one.internal),
        }
        for one in several
    ]
    _insert(session, rows)


def known_ids(session: Session) -> set[int]:
    """The incidents that can be found by words."""
    column = FTS.c.rowid if _is_sqlite(session) else INDEXED.c.incident_id
    return set(session.scalars(select(column)))


def add(session: Session, incident_id: int, text: str, *, is_internal: bool) -> None:
    """Make words of its conversation findable; inside the caller's `write()`."""
    words = plain(text)
    if not words:
        return
    changed = _append_fts if _is_sqlite(session) else _append_tsvector
    if not changed(session, incident_id, words, is_internal):
        own: dict[str, object] = {"internal" if is_internal else "public": words}
        _insert(session, [{"rowid": incident_id, "title": "", "public": "", "internal": ""} | own])


def containing(*phrases: Phrase, with_internal: bool) -> Select[tuple[int]] | None:
    """The ids of incidents in which all of these are; None where one has no word in it.

    Asked at once: the index answers each question with every incident that has those words.
    """
    found = [Phrase(plain(text), is_exact) for text, is_exact in phrases]
    if not all(text for text, _is_exact in found):
        return None
    if _is_sqlite(db.session()):
        return select(FTS.c.rowid).where(_match(found, with_internal))
    return select(INDEXED.c.incident_id).where(_at_at(found, with_internal))


def _match(phrases: Sequence[Phrase], with_internal: bool) -> ColumnElement[bool]:
    quoted = [
        f'"{text}"' if is_exact else " AND ".join(f'"{word}"*' for word in text.split())
        for text, is_exact in phrases
    ]
    columns = "{title public internal}" if with_internal else "{title public}"
    matches: ColumnElement[bool] = literal_column(NAME).op("MATCH")(
        literal(f"{columns} : ({' AND '.join(quoted)})")
    )
    return matches


def _at_at(phrases: Sequence[Phrase], with_internal: bool) -> ColumnElement[bool]:
    weights = TITLE + PUBLIC + (INTERNAL if with_internal else "")
    asked = [
        (" <-> " if is_exact else " & ").join(
            f"'{word}':{'' if is_exact else '*'}{weights}" for word in text.split()
        )
        for text, is_exact in phrases
    ]
    return INDEXED.c.words.op("@@")(func.to_tsquery(SIMPLE, " & ".join(asked)))


def _insert(session: Session, rows: Sequence[dict[str, object]]) -> None:
    session.execute(FTS.insert() if _is_sqlite(session) else INTO_INDEXED, rows)


def _append_fts(session: Session, incident_id: int, words: str, is_internal: bool) -> bool:
    given = {"incident": incident_id, "more": f" {words}"}
    done = session.execute(APPENDED["internal" if is_internal else "public"], given)
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _append_tsvector(session: Session, incident_id: int, words: str, is_internal: bool) -> bool:
    new = _weighted(words, INTERNAL if is_internal else PUBLIC)
    has_room = func.pg_column_size(INDEXED.c.words) < MOST_BYTES
    longer = case((has_room, INDEXED.c.words.op("||")(new)), else_=INDEXED.c.words)
    more = update(INDEXED).where(INDEXED.c.incident_id == incident_id).values(words=longer)
    return bool(session.execute(more).rowcount)  # type: ignore[attr-defined]


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"
