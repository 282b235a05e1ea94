"""Demo people, services, articles and incidents, so that a newcomer sees a desk at work."""

import click
from sqlalchemy import inspect

from commands.context import create_context
from firstline.app import settings_of
from firstline.db import db


@click.group()
def demo() -> None:
    """Demo people, services, articles and incidents."""


@demo.command("load")
def load_command() -> None:
    """Add the demo data that is not there yet; a second run adds nothing.

    The demo people get their public password only in a demo on loopback (FIRSTLINE_DEMO=1).
    """
    # Here, because only this command needs to know how the portal hashes passwords.
    from flask_security import hash_password

    from commands.demo.load import load
    from portal.auth import accounts

    app = create_context()
    accounts.init_app(app)
    with app.app_context():
        if not inspect(db.engine).has_table("person"):
            raise click.ClickException("The database has no tables yet. Run “firstline db upgrade” first.")
        added = load(hash_password if settings_of(app).demo_doors_open else None)
    told = ", ".join(f"{count} {what}" for what, count in added.items() if count)
    click.echo(f"Demo data added: {told}." if told else "The demo data is there already; nothing was added.")
