"""Tables for the app of one test: made once a process, then copied (SQLite) or emptied (PostgreSQL).

Making them costs 65 ms, truncating them 200; there are thousands of tests.
"""

import atexit
import shutil
import sqlite3
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import Connection, create_engine, text
from werkzeug.routing import Rule

from firstline.db import db, prepare

TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
SEQUENCES = text(
    "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
)


def lay() -> None:
    """Give the current app every table it knows, empty."""
    tables = frozenset(db.metadata.tables)
    if db.engine.dialect.name == "postgresql":
        _make(db.engine.url.render_as_string(hide_password=False), tables)
    elif db.engine.url.database and not Path(db.engine.url.database).exists():
        shutil.copyfile(_template(tables), db.engine.url.database)
    else:
        db.create_all()


def empty_again() -> None:
    """Leave a shared PostgreSQL database as it was found; an SQLite file goes with its folder."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            _empty(connection)


@cache
def _template(tables: frozenset[str]) -> Path:
    folder = mkdtemp(prefix="firstline-tables-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder) / f"{len(tables)}.db"
    engine = create_engine(f"sqlite:///{path}")
    prepare(engine)
    db.metadata.create_all(engine)
    engine.dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@cache
def _make(_url: str, _tables: frozenset[str]) -> None:
    db.create_all()


def _empty(connection: Connection) -> None:
    names = connection.scalars(TABLES).all()
    asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM \"{name}\")" for name in names)
    filled = connection.scalars(text(asked)).all()
    # Nothing is checked on the way: a row may go before what points at it.
    orders = ["SET LOCAL session_replication_role = replica", *(f'DELETE FROM "{name}"' for name in filled)]
    orders += [f"SELECT setval('\"{name}\"', 1, false)" for name in connection.scalars(SEQUENCES)]
    connection.exec_driver_sql("; ".join(orders))


def _compile_addresses_once() -> None:
    """Each app of a test has the same 400 addresses, and to compile them takes 145 ms."""
    compile_one, known = Rule._compile_builder, {}

    def builder(rule: Rule, append_unknown: bool = True) -> object:
        if rule.defaults:
            return compile_one(rule, append_unknown)
        key = (tuple(rule._trace), append_unknown)
        if key not in known:
            known[key] = compile_one(rule, append_unknown)
        return known[key]

    Rule._compile_builder = builder


_compile_addresses_once()
