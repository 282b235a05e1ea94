"""`firstline token`: tokens for the API."""

import click

from commands.context import create_context
from incidents.errors import Invalid
from incidents.people import Role, create_token

ROLES = [role for role in Role if role != Role.CONTACT]


@click.group()
def token() -> None:
    """Tokens for the API."""


@token.command()
@click.option("--email", required=True, help="Whose token it is; the person is made if unknown.")
@click.option("--role", required=True, type=click.Choice([str(role) for role in ROLES]), help="Their role.")
def create(email: str, role: str) -> None:
    """Make a token; it is shown once, as the last word printed."""
    with create_context().app_context():
        try:
            made = create_token(email, Role(role))
        except Invalid as error:
            raise click.ClickException(error.sentence) from error
    click.echo(f"Token of {email.strip().casefold()} ({role}), shown this once: {made}")
