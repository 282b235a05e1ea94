"""`firstline db`: the schema, forward and back, and what every desk begins with."""

import click
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from flask import Flask, current_app
from flask_migrate import Migrate

from commands.context import create_context
from commands.schema import MIGRATIONS
from firstline.db import db
from incidents.baseline import ensure_baseline

migrate = Migrate(directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)


@click.group()
def database() -> None:
    """The database schema."""


@database.command()
def upgrade() -> None:
    """Bring the schema up to date and add the categories and the team every desk begins with."""
    app = create_context()
    upgrade_schema(app)
    click.echo("The database is up to date.")


# Else -1 would be taken for an option.
@database.command(context_settings={"ignore_unknown_options": True})
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
    """Alembic's configuration for the app whose context is open.

    Attached only here: loading Alembic costs every start a quarter of a second.
    """
    migrate.init_app(current_app, db)
    config: Config = migrate.get_config()
    return config


def _run(migrate: object, revision: str) -> None:
    try:
        migrate(migration_config(), revision)  # type: ignore[operator]
    except CommandError as error:
        raise click.ClickException(f"{error}. The database is left as it was.") from error
