"""The database: one `db`, UTC times, and short write transactions.

SQLite is written by several processes at once. A read that turns into a write fails there at
once whatever the timeout, so a write says so beforehand: `with write() as session:` begins with
`BEGIN IMMEDIATE`, everything else with a plain `BEGIN` (docs/decisions/0010).
"""

import os
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    event,
    func,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

WRITING = "firstline_writing"
TOGETHER = "firstline_together"
GATHERED = "firstline_gathered"
BUSY_TIMEOUT_MS = 20_000
CACHE_KB = 16_000
"""A connection, as far as it is used; of the 2 MB that are usual, ten mails in one transaction overflow."""

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in, aware UTC out: SQLite drops the offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every model; `Mapped[datetime]` is a UTC time."""

    metadata = MetaData(naming_convention=NAMING)


BY_ITSELF = {"by_itself": True}
"""`info` of a column that changes without anybody's form of set-up: no such form is overtaken by it."""


def is_by_itself(column: ColumnElement[Any]) -> bool:
    """Whether the column was declared with `BY_ITSELF`."""
    return bool(getattr(column, "info", {}).get("by_itself"))


# On the registry: Flask-SQLAlchemy subclasses the base, and SQLAlchemy 2.1 refuses a map on both.
Base.registry.update_type_annotation_map({datetime: UtcDateTime})

db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:
    Model = Base
else:
    # What models inherit; a checker cannot follow an attribute of `db`.
    Model = db.Model


@contextmanager
def write() -> Iterator[Session]:
    """One short write transaction: commits at the end, rolls back on any exception.

    No network, model or file work belongs inside. Objects read before the block are expired and
    read again inside it, so that a decision is made on what is true now. Nesting is refused, except
    in `together()`.
    """
    session = db.session()
    if TOGETHER in session.info:
        with session.info[TOGETHER].joined():
            yield session
        return
    with _transaction(session):
        yield session


@contextmanager
def together() -> Iterator[Session]:
    """Many writes as one transaction: each `write()` inside joins it, and at the end all hold or none.

    For work that can be begun anew one by one: what fails inside a joined `write()` fails the whole,
    be it caught, since half of it may be done. What is left to `after_commit` happens at the end.
    """
    session = db.session()
    group = session.info[TOGETHER] = _Group()
    try:
        with _transaction(session):
            started = session.get_transaction()
            yield session
            if group.has_failed or session.get_transaction() is not started:
                raise RuntimeError("one of the writes that belong together failed or ended their transaction")
    finally:
        session.info.pop(TOGETHER)
    for task, arguments in group.afterwards.values():
        task(*arguments)


def after_commit(key: Hashable, task: Callable[..., None], *arguments: Any) -> None:
    """Do it now that a `write()` is over; in `together()` at its end, and never if it fails.

    There it is done once a key, with the arguments of all.
    """
    group: _Group | None = db.session().info.get(TOGETHER)
    if group is None:
        task(*arguments)
    else:
        _task, known = group.afterwards.setdefault(key, (task, {}))
        known.update(dict.fromkeys(arguments))


class _Group:
    """What is shared by the writes of one `together()`."""

    def __init__(self) -> None:
        self.has_failed = False
        self.afterwards: dict[Hashable, tuple[Callable[..., None], dict[Any, None]]] = {}

    @contextmanager
    def joined(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.has_failed = True
            raise


@contextmanager
def _transaction(session: Session) -> Iterator[None]:
    if session.info.get(WRITING):
        raise RuntimeError("write() inside write(): pass the session on instead")
    session.rollback()
    session.connection(execution_options={WRITING: True})
    session.info[WRITING] = True
    try:
        yield
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(WRITING, None)


def put(session: Session, model: type[Base], **values: Any) -> None:
    """Insert a row that nobody wants back as an object: a third of what the mapper costs.

    What it refers to must be written already.
    """
    table = model.__table__
    if GATHERED in session.info:
        session.info[GATHERED].setdefault((table, *values), []).append(values)
    else:
        session.execute(table.insert(), values)  # type: ignore[attr-defined]


@contextmanager
def gathered(session: Session) -> Iterator[None]:
    """Rows that are `put` inside are written later, those of one table in one statement.

    That is at the end, or before anything is asked: nobody inside sees a difference.
    """
    if GATHERED in session.info:
        yield
        return
    session.info[GATHERED] = {}
    try:
        yield
        _write_gathered(session)
    finally:
        del session.info[GATHERED]


def _write_gathered(session: Session) -> None:
    several, session.info[GATHERED] = session.info[GATHERED], {}
    for (table, *_names), rows in several.items():
        session.execute(table.insert(), rows)


@event.listens_for(Session, "do_orm_execute")
def _write_before_asking(state: ORMExecuteState) -> None:
    if state.session.info.get(GATHERED):
        _write_gathered(state.session)


def number(session: Session, rows: Sequence[Base]) -> None:
    """Give new rows of one table their ids, inside `write()`, so that all are written in one statement.

    SQLite tells no order of several new ids. It counts on from the highest, as is done here, and nobody
    else writes meanwhile. PostgreSQL numbers by itself, and in order.
    """
    if len(rows) > 1 and session.get_bind().dialect.name == "sqlite":
        kind = type(rows[0])
        highest = session.scalar(select(func.max(kind.id))) or 0  # type: ignore[attr-defined]
        for following, row in enumerate(rows, start=1):
            row.id = highest + following  # type: ignore[attr-defined]


def set_beside(session: Session, row: Base, **values: Any) -> None:
    """Change columns past the mapper: the version of the row stays, so no form that somebody has open is out of date."""
    for name, value in values.items():
        set_committed_value(row, name, value)
    kind = type(row)
    mine = kind.id == row.id  # type: ignore[attr-defined]
    session.connection().execute(update(kind).where(mine).values(**values))


def once_a_transaction[T](session: Session, key: str, read: Callable[[], T]) -> T:
    """What `read` answers, asked for once in each transaction of this session."""
    asked_in, known = session.info.get(key, (None, None))
    if asked_in is None or asked_in is not session.get_transaction():
        known = read()
        session.info[key] = (session.get_transaction(), known)
    return known  # type: ignore[no-any-return]


def inserting(session: Session):  # type: ignore[no-untyped-def]
    """The `insert` of this database, which knows what to do on a conflict."""
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


def settle_on_disk() -> None:
    """What was committed survives a power cut from now on; called after `write()`, before a promise.

    PostgreSQL sees to it at the commit. SQLite's log is written then, but only this puts it on disk;
    one call is enough for many commits.
    """
    engine = db.engine
    if engine.dialect.name != "sqlite" or not engine.url.database:
        return
    try:
        log = os.open(f"{engine.url.database}-wal", os.O_RDONLY)
    except FileNotFoundError:
        # A checkpoint has just moved everything into the database, and waited for the disk.
        return
    try:
        os.fsync(log)
    finally:
        os.close(log)


def prepare(engine: Engine) -> None:
    """Give an SQLite engine its pragmas and its two kinds of transaction."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin)


def _set_pragmas(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # Own transactions: the driver would begin too late and silently ignore foreign_keys.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute(f"PRAGMA cache_size=-{CACHE_KB}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _begin(connection: Connection) -> None:
    writing = connection.get_execution_options().get(WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
