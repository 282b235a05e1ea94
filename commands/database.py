"""`firstline db`: the schema, forward and back, and what every desk begins with."""

import click
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from flask import Flask, current_app

from commands.context import create_context
from incidents.baseline import ensure_baseline


@click.group()
def database() -> None:
    """The database schema."""


@database.command()
def upgrade() -> None:
    """Bring the schema up to date and add the categories and the team every desk begins with."""
    app = create_context()
    upgrade_schema(app)
    click.echo("The database is up to date.")


@database.command()
@click.argument("revision")
def downgrade(revision: str) -> None:
    """Go back to REVISION, or one step with -1; data that has no place there is gone."""
    with create_context().app_context():
        _run(command.downgrade, revision)


def upgrade_schema(app: Flask) -> None:
    """Migrations, then the baseline; safe to repeat and to run twice at once."""
    with app.app_context():
        _run(command.upgrade, "head")
        ensure_baseline()


def migration_config() -> Config:
    """Alembic's configuration for the app whose context is open."""
    extension = current_app.extensions["migrate"]
    config: Config = extension.migrate.get_config(extension.directory)
    return config


def _run(migrate: object, revision: str) -> None:
    try:
        migrate(migration_config(), revision)  # type: ignore[operator]
    except CommandError as error:
        raise click.ClickException(f"{error}. The database is left as it was.") from error
