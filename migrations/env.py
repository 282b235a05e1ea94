"""Runs the migrations in one transaction; `firstline db upgrade` and Flask-Migrate come here."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from commands import bi_views
from firstline.db import WRITING, UtcDateTime

LOCK = 0x6669727374  # "first"


def render_item(kind: str, item: Any, autogen_context: Any) -> str | bool:
    """Write our column type as the plain one it stores, so that migrations import nothing of ours."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def is_ours_to_compare(name: str | None, kind: str, parent_names: Any) -> bool:
    """Full-text tables are made by hand: on SQLite they are virtual, with tables of their own behind."""
    return not (kind == "table" and name is not None and name.startswith("incident_words"))


def set_foreign_keys(connection: Connection, wanted: str) -> None:
    """On the driver itself: inside a transaction SQLite ignores this pragma silently.

    With foreign keys on, a table that Alembic rebuilds empties its children by ON DELETE CASCADE.
    """
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={wanted}")  # type: ignore[union-attr]


def check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"The migration would leave rows without their parents: {broken[:5]}")


def only_one_at_a_time(connection: Connection) -> None:
    # SQLite's transaction is immediate and holds others off by itself.
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def migrate(connection: Connection) -> None:
    extension = current_app.extensions["migrate"]
    arguments = {
        **extension.configure_args,
        "render_item": render_item,
        "include_name": is_ours_to_compare,
        "transactional_ddl": True,
    }
    context.configure(connection=connection, target_metadata=extension.db.metadata, **arguments)
    with context.begin_transaction():
        only_one_at_a_time(connection)
        bi_views.drop(connection)
        context.run_migrations()
        check_foreign_keys(connection)
        if set(context.get_context().get_current_heads()) == set(context.script.get_heads()):
            bi_views.create(connection)


with current_app.extensions["migrate"].db.engine.connect() as opened:
    connection = opened.execution_options(**{WRITING: True})
    set_foreign_keys(connection, "OFF")
    try:
        migrate(connection)
    finally:
        connection.rollback()
        set_foreign_keys(connection, "ON")
