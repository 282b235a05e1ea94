"""`firstline mail`: messages from files and folders through the real pipeline, and what was held back."""

import json
import sys
from pathlib import Path

import click
from sqlalchemy import inspect

from commands.context import create_context
from email_intake import messages, process, retention, spool
from email_intake import quarantine as held_back
from email_intake.models import Outcome, RawMessage
from email_intake.parse import ParsedMail
from firstline import files, log
from firstline.db import db
from incidents.errors import Refused


@click.group()
def mail() -> None:
    """Messages from files, and what was held back."""
    log.configure("mail")


@mail.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
def ingest(as_json: bool, paths: tuple[Path, ...]) -> None:
    """Take each raw message through the real pipeline, in order.

    A folder is a Maildir, or holds one message a file; a file named *.mbox holds many.
    """
    is_incomplete = False
    with create_context().app_context():
        _check_schema()
        for name, raw in messages.read_all(paths):
            result = _ingest(name, raw)
            is_incomplete |= result["outcome"] is None
            click.echo(json.dumps(result) if as_json else _as_line(result))
    if is_incomplete:
        raise click.ClickException("Some files could not be read or are still being worked on; see above.")


@mail.command()
@click.argument("address")
def erase(address: str) -> None:
    """Erase the originals of every mail this sender sent us; incidents keep what was said in them."""
    with create_context().app_context():
        click.echo(f"{retention.erase_sender(address)} originals erased")


@mail.group()
def quarantine() -> None:
    """What was held back: quarantined, or ignored for a reason."""


@quarantine.command("list")
@click.option("--all", "with_ignored", is_flag=True, help="Also what was ignored.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_held(with_ignored: bool, as_json: bool) -> None:
    """What is held back, newest first."""
    with create_context().app_context():
        for row in held_back.held(with_ignored=with_ignored, limit=500):
            summary = _summary(row)
            click.echo(
                json.dumps(summary) if as_json else "  ".join(str(value) for value in summary.values())
            )


@quarantine.command()
@click.argument("raw_id", type=int, metavar="ID")
@click.option("--raw", "is_raw", is_flag=True, help="The bytes as they came.")
def show(raw_id: int, is_raw: bool) -> None:
    """One message: why it was held back and what it says."""
    with create_context().app_context():
        try:
            row, said = held_back.read(raw_id)
        except Refused as refused:
            raise click.ClickException(refused.sentence) from refused
        if is_raw:
            sys.stdout.buffer.write(spool.load(row))
            return
        for name, value in _summary(row).items():
            click.echo(f"{name}: {value}")
        click.echo(f"defects: {', '.join(row.defects) or 'none'}\n\n{said.text}")


@quarantine.command()
@click.argument("raw_id", type=int, metavar="ID")
def release(raw_id: int) -> None:
    """Let a message in although it looked wrong; it is not answered automatically."""
    _again(raw_id, is_released=True)


@quarantine.command()
@click.argument("raw_id", type=int, metavar="ID")
def replay(raw_id: int) -> None:
    """Judge a message anew, after a fix or a change of settings."""
    _again(raw_id, is_released=False)


def _check_schema() -> None:
    if not inspect(db.engine).has_table(RawMessage.__tablename__):
        raise click.ClickException("The database is empty: run `firstline db upgrade` first.")


def _again(raw_id: int, *, is_released: bool) -> None:
    with create_context().app_context():
        try:
            held_back.judge_again(raw_id, is_released=is_released)
        except Refused as refused:
            raise click.ClickException(refused.sentence) from refused
        row = process.process_at_once(raw_id)
        click.echo(_as_line(_result(str(raw_id), row, process.read_again(row))))


def _ingest(name: str, raw: bytes | OSError) -> dict[str, object]:
    if isinstance(raw, OSError):
        return {"file": name, "outcome": None, "reason": f"cannot be read: {raw.strerror}"}
    row = process.process_at_once(spool.store(raw, route=spool.FILE, client=spool.FILE))
    return _result(name, row, process.read_again(row))


def _result(name: str, row: RawMessage, said: ParsedMail) -> dict[str, object]:
    return {
        "file": name,
        "outcome": None if row.outcome == Outcome.WAITING else row.outcome,
        "reason": row.reason or row.error,
        "incident": row.incident.number if row.incident else None,
        "sender": said.sender.address if said.sender else None,
        "subject": said.subject,
        "text": said.text,
        "attachments": [
            {"name": one.name, "type": _media_type(one.media_type, one.content), "size": len(one.content)}
            for one in said.attachments
        ],
    }


def _media_type(declared: str, content: bytes) -> str:
    return declared if declared != files.UNKNOWN else files.sniff(content)


def _summary(row: RawMessage) -> dict[str, object]:
    return {
        "id": row.id,
        "received": row.received_at.isoformat(timespec="seconds"),
        "outcome": row.outcome,
        "reason": row.reason,
        "sender": row.sender,
        "subject": row.subject,
    }


def _as_line(result: dict[str, object]) -> str:
    said = [result["file"], result["outcome"] or "not done", result.get("incident") or "", result["reason"]]
    return "  ".join(str(part) for part in said if part)
