"""`firstline import` and `firstline export`: coming from another desk, and taking everything along."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from commands.context import create_context
from email_intake import markup, mbox
from email_intake.models import Mailbox
from firstline.app import settings_of
from incidents.errors import Refused
from incidents.models import State
from incidents.moving import arriving, django_helpdesk, leaving, tables, zammad
from incidents.moving.arriving import Fate, Line
from incidents.moving.records import Record

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
Read = Callable[[ZoneInfo], Iterator[Record]]


@click.group("import")
def take_in() -> None:
    """People and incidents of another desk. What was taken in before is known by --source and its number."""


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--dry-run", is_flag=True, help="Only tell what would be made."),
        click.option("--source", help="A short name of the other desk; the kind of file unless given."),
        click.option("--json", "as_json", is_flag=True, help="One JSON object a line."),
    ):
        command = option(command)
    return command


@take_in.command("people")
@click.argument("path", type=FILE)
@_options
def people(path: Path, **asked: object) -> None:
    """People out of a CSV: email, name, phone, site, language, timezone, role."""
    _run("csv", lambda _zone: tables.read_people(path.read_bytes()), **asked)  # type: ignore[arg-type]


@take_in.command("incidents")
@click.argument("path", type=FILE)
@click.option("--files", type=FOLDER, help="Where the files lie that the column `files` names.")
@_options
def incidents(path: Path, files: Path | None, **asked: object) -> None:
    """Incidents out of a CSV: id, title, description, email, created, state, priority, and more."""
    _run("csv", lambda zone: tables.read_incidents(path.read_bytes(), zone, files), **asked)  # type: ignore[arg-type]


@take_in.command("mbox")
@click.argument("path", type=FILE)
@click.option(
    "--state", type=click.Choice([State.CLOSED, State.QUEUED]), default=State.CLOSED, show_default=True
)
@_options
def from_mbox(path: Path, state: str, **asked: object) -> None:
    """Conversations out of an mbox, each an incident with what was answered."""
    _run("mbox", lambda _zone: mbox.read(path, state=State(state)), **asked)  # type: ignore[arg-type]


@take_in.command("django-helpdesk")
@click.argument("url")
@click.option("--files", type=FOLDER, help="Its MEDIA_ROOT.")
@_options
def from_django_helpdesk(url: str, files: Path | None, **asked: object) -> None:
    """Tickets out of its database: sqlite:///PATH or postgresql://user:pass@host/name; nothing is written there."""
    _run("django-helpdesk", lambda _zone: django_helpdesk.read(url, files), **asked)  # type: ignore[arg-type]


@take_in.command("zammad")
@click.argument("path", type=FILE)
@_options
def from_zammad(path: Path, **asked: object) -> None:
    """Tickets out of a JSON file of what Zammad's interface answers with expand=true."""
    _run("zammad", lambda _zone: zammad.read(path.read_bytes(), markup.to_text), **asked)  # type: ignore[arg-type]


@click.command("export")
@click.argument("path", type=click.Path(path_type=Path))
def take_along(path: Path) -> None:
    """People, incidents with their timelines and files, articles and settings, without secrets, as a zip."""
    if path.exists():
        raise click.ClickException(f"“{path}” is there already. Name a new file.")
    with create_context().app_context(), path.open("wb") as file:
        for piece in leaving.stream((Mailbox,)):
            file.write(piece)
    click.echo(f"Everything is in {path}.")


def _run(kind: str, read: Read, *, dry_run: bool, source: str | None, as_json: bool) -> None:
    app = create_context()
    do = arriving.look_at if dry_run else arriving.take_in
    counted: Counter[Fate] = Counter()
    with app.app_context():
        try:
            for line in do(read(ZoneInfo(settings_of(app).timezone)), source=source or kind):
                counted[line.fate] += 1
                _tell(line, as_json=as_json)
        except Refused as refusal:
            raise click.ClickException(refusal.sentence) from refusal
    if not as_json:
        click.echo(_summary(counted, dry_run=dry_run))


def _tell(line: Line, *, as_json: bool) -> None:
    """Every record as JSON; in words only what somebody should look at."""
    if as_json:
        click.echo(json.dumps(vars(line), ensure_ascii=False))
    elif line.fate == Fate.SKIPPED or (line.why and line.fate != Fate.KNOWN):
        click.echo(f"{line.place}: {line.name or '-'}: {line.why}")


def _summary(counted: Counter[Fate], *, dry_run: bool) -> str:
    would = "would be " if dry_run else ""
    return (
        f"{counted[Fate.PERSON]} people and {counted[Fate.INCIDENT]} incidents {would}made, "
        f"{counted[Fate.KNOWN]} known already, {counted[Fate.SKIPPED]} skipped."
    )
