"""Looks, before anything starts, whether the database has its tables, and whether they are today's."""

from collections.abc import Iterable
from pathlib import Path

import click
from sqlalchemy import NullPool, create_engine, inspect, text
from sqlalchemy.exc import OperationalError

from firstline.settings import Settings

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
WITH_DATABASE = frozenset({"web", "worker", "intake", "actions"})
VERSION = text("SELECT version_num FROM alembic_version")


def prepare_schema(settings: Settings, processes: Iterable[str]) -> None:
    """Make the tables of an empty database; raises `ClickException` where they are of another version.

    What holds data is left alone: going forward wants a backup first, so a person decides.
    """
    version = None if WITH_DATABASE.isdisjoint(processes) else _version(settings)
    if version == "":
        click.echo("The database is empty: making its tables.")
        _upgrade(settings)
    elif version not in {None, newest()}:
        raise click.ClickException(
            f"The tables of the database are at {version}, this Firstline needs {newest()}. Run "
            "“firstline backup DIR”, then “firstline db upgrade”, and start again."
        )


def require_schema(settings: Settings) -> None:
    """For a process started by itself: a sentence instead of failing for ever on tables that are not there."""
    if _version(settings) == "":
        raise click.ClickException("The database has no tables yet. Run “firstline db upgrade” first.")


def newest() -> str:
    """The revision that the tables should have, told by the names of the files: loading Alembic takes a second."""
    return max(file.name[:4] for file in MIGRATIONS.glob("versions/[0-9]*.py"))


def _version(settings: Settings) -> str | None:
    """Empty: no tables. None: not to be told, since it does not answer yet or its tables name no version."""
    try:
        with create_engine(settings.database_url, poolclass=NullPool).connect() as connection:
            tables = inspect(connection).get_table_names()
            if "alembic_version" not in tables:
                return None if tables else ""
            return connection.scalar(VERSION) or ""
    except OperationalError:
        return None


def _upgrade(settings: Settings) -> None:
    from commands.context import create_context
    from commands.database import upgrade_schema

    upgrade_schema(create_context(settings))
