"""Demo people, services, articles and incidents, so that a newcomer sees a desk at work."""

import click
from flask import Flask

from commands.context import create_context
from firstline.app import settings_of


@click.group()
def demo() -> None:
    """Demo people, services, articles and incidents."""


@demo.command("load")
@click.option(
    "--size",
    type=click.Choice(["small", "large"]),
    default="small",
    show_default=True,
    help="A desk at work, or a whole year of one with 20,000 incidents.",
)
@click.option("--incidents", type=click.IntRange(100, 1_000_000), help="Another size of the year.")
@click.option("--seed", type=int, help="Another year.")
def load_command(size: str, incidents: int | None, seed: int | None) -> None:
    """Bring the schema up to date and add the demo data that is not there yet; a second run adds nothing.

    The demo people get their public password only in a demo on loopback (FIRSTLINE_DEMO=1). The year
    of the size “large” ends now; it is the same for a seed, and takes a few minutes.
    """
    from commands.database import upgrade_schema
    from commands.demo.load import Year, load

    app = create_context()
    upgrade_schema(app)
    with app.app_context():
        doors_open = settings_of(app).demo_doors_open
        year = Year(incidents, seed) if size == "large" else None
        added = load((lambda password: _hash(app, password)) if doors_open else None, year)
    told = ", ".join(f"{count} {what}" for what, count in added.items() if count)
    click.echo(f"Demo data added: {told}." if told else "The demo data is there already; nothing was added.")


def _hash(app: Flask, password: str) -> str:
    """As the portal does. Its part is loaded only here: a second run needs no hash and shall be quick."""
    from flask_security import hash_password

    from portal.auth import accounts

    accounts.init_app(app)
    hashed: str = hash_password(password)
    return hashed
