"""`firstline reports`: the kept rows behind the figures, compared with the timelines and made anew."""

import json
from dataclasses import asdict

import click

from commands.context import create_context
from incidents.reports import facts, verifying


@click.group()
def reports() -> None:
    """The rows behind the figures of the reports."""


@reports.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def verify(as_json: bool) -> None:
    """Compare every kept row with its timeline; ends with 1 when one differs."""
    with create_context().app_context():
        found = 0
        for difference in verifying.verify():
            found += 1
            told = asdict(difference)
            line = "{number}: {field} is kept as {kept}, the timeline says {told}".format(**told)
            click.echo(json.dumps(told, default=str) if as_json else line)
    if found:
        raise click.ClickException(f"{found} differences. “firstline reports rebuild” makes the rows anew.")
    if not as_json:
        click.echo("Every row is as the timelines say.")


@reports.command()
def rebuild() -> None:
    """Make every row anew from the timelines."""
    with create_context().app_context():
        facts.rebuild()
    click.echo("The rows are made anew.")
