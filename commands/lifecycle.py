"""The table of states, printed from the code: `docs/lifecycle.md` holds what this prints."""

from collections.abc import Iterator
from pathlib import Path

import click

from incidents.lifecycle import TABLE, WANTED, Actor, Way
from incidents.models import Event, State
from incidents.policy import ANY, OWN, Action

PAGE = Path(__file__).parents[1] / "docs" / "lifecycle.md"
BEGIN, END = "<!-- printed by `firstline lifecycle --write` -->", "<!-- end of what is printed -->"


@click.command()
@click.option("--write", is_flag=True, help="Put the tables into docs/lifecycle.md.")
def lifecycle(write: bool) -> None:
    """Print the table of states and who may what, as Markdown."""
    if write:
        PAGE.write_text(renewed(PAGE.read_text()))
    else:
        click.echo(tables())


def renewed(page: str) -> str:
    """The page with its tables as the code has them now."""
    before, _begin, rest = page.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def tables() -> str:
    """Every table, as Markdown."""
    return "\n\n".join(["\n".join(_ways()), "\n".join(_pairs()), "\n".join(_actions())])


def _ways() -> Iterator[str]:
    yield "### Every way from one state to another"
    yield ""
    yield "| from | to | who may | leaves the entry | the requester needs |"
    yield "|---|---|---|---|---|"
    for (source, to), way in TABLE.items():
        yield f"| {source} | {to} | {_who(way)} | {way.records} | {_needed(way)} |"


def _pairs() -> Iterator[str]:
    yield "### Every pair of states"
    yield ""
    yield "Rows are where it stands, columns where it shall go: r = requester, s = support, d = the desk itself."
    yield ""
    yield "| | " + " | ".join(State) + " |"
    yield "|---" * (len(State) + 1) + "|"
    for source in State:
        yield f"| **{source}** | " + " | ".join(_letters(source, to) for to in State) + " |"


def _actions() -> Iterator[str]:
    yield "### Who may what with an incident"
    yield ""
    yield "| action | requester | support |"
    yield "|---|---|---|"
    for action in Action:
        if action in ANY:
            yield f"| {action.replace('_', ' ')} | {'yes' if action in OWN else 'no'} | yes |"


def _who(way: Way) -> str:
    return ", ".join(actor for actor in Actor if actor in way.who)


def _needed(way: Way) -> str:
    action = WANTED.get(Event(way.records))
    return action.replace("_", " ") if action and Actor.REQUESTER in way.who else "-"


def _letters(source: State, to: State) -> str:
    way = TABLE.get((source, to))
    return "".join(actor[0] for actor in Actor if actor in way.who) if way else " "
