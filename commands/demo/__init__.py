"""Demo people, services, articles and incidents, so that a newcomer sees a desk at work."""

import click


@click.group()
def demo() -> None:
    """Demo people, services, articles and incidents."""


@demo.command("load")
def load_command() -> None:
    """Add the demo data that is not there yet; a second run adds nothing.

    The demo people get their public password only in a demo on loopback (FIRSTLINE_DEMO=1).
    """
    # Here, so that who only wants the data does not load the portal. It knows how passwords are hashed.
    from flask_security import hash_password

    from commands.demo.load import load
    from firstline.app import settings_of
    from portal import create_app

    app = create_app()
    with app.app_context():
        added = load(hash_password if settings_of(app).demo_doors_open else None)
    told = ", ".join(f"{count} {what}" for what, count in added.items() if count)
    click.echo(f"Demo data added: {told}." if told else "The demo data is there already; nothing was added.")
