"""`firstline doctor`: what is configured, reachable and overdue, in words."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum

import click
import httpx
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import ColumnElement, func, make_url, select
from sqlalchemy.exc import SQLAlchemyError

from commands.context import create_context
from commands.database import migration_config
from email_intake import accounting, mailboxes
from email_intake.models import Mailbox
from firstline import clock
from firstline.app import settings_of
from firstline.db import Model, db
from firstline.settings import Settings
from incidents.models import OPEN, Incident
from incidents.notices import Delivery, Notice
from incidents.people import Person, Role
from portal.parts import CHECKS, TIMEOUT_S, NotReady

LATE = timedelta(minutes=10)
RECENT = timedelta(days=7)
LITTLE_DISK = 1024**3


class Verdict(StrEnum):
    """How a finding stands; only `broken` makes the command fail."""

    FINE = "ok"
    LOOK = "look"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    verdict: Verdict
    about: str
    words: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def doctor(as_json: bool) -> None:
    """What is configured, reachable, overdue; fails when something is broken."""
    app = create_context()
    found = list(examine(app))
    for finding in found:
        click.echo(json.dumps(asdict(finding)) if as_json else _line(finding))
    if any(finding.verdict == Verdict.BROKEN for finding in found):
        raise click.exceptions.Exit(1)


def examine(app: Flask) -> Iterator[Finding]:
    """Every finding: the settings, then what answers, then what waits too long."""
    settings = settings_of(app)
    yield from _configured(settings)
    yield from _reachable(app)
    with app.app_context():
        try:
            yield _schema()
            yield from _overdue()
        except SQLAlchemyError as error:
            yield Finding(Verdict.BROKEN, "database", f"It cannot be read: {str(error).splitlines()[0]}")


def _configured(settings: Settings) -> Iterator[Finding]:
    yield _fine("database", make_url(settings.database_url).render_as_string(hide_password=True))
    yield _fine("portal", f"at {settings.base_url}, listening on {settings.listen}")
    yield _fine(
        "mail in",
        f"listening on {settings.mail_listen}" + (", and an IMAP mailbox" if settings.imap_url else ""),
    )
    if settings.smtp_url:
        yield _fine("mail out", f"by {settings.smtp_url.partition('://')[0]} as {settings.helpdesk_address}")
    else:
        yield _look("mail out", "No FIRSTLINE_SMTP_URL: mail stays in the local mailbox and reaches nobody.")
    if settings.demo:
        yield _look("demo", "FIRSTLINE_DEMO is on: anybody on this machine can sign in as anybody.")
    free = shutil.disk_usage(settings.data_dir).free
    verdict = Verdict.FINE if free > LITTLE_DISK else Verdict.BROKEN
    yield Finding(verdict, "disk", f"{free // 1024**2:,} MB free below {settings.data_dir}")


def _reachable(app: Flask) -> Iterator[Finding]:
    with ThreadPoolExecutor(len(CHECKS) + 1) as pool:
        portal = pool.submit(_portal, settings_of(app))
        pending = {name: pool.submit(_check, app, name) for name in CHECKS}
        yield portal.result()
        yield from (future.result() for future in pending.values())


def _check(app: Flask, name: str) -> Finding:
    with app.app_context():
        try:
            CHECKS[name](settings_of(app))
        except NotReady as reason:
            return Finding(Verdict.BROKEN, name, str(reason))
    return _fine(name, "ready")


def _portal(settings: Settings) -> Finding:
    try:
        answer = httpx.get(f"http://{settings.listen}/healthz", timeout=TIMEOUT_S, trust_env=False)
        processes = int(answer.raise_for_status().json()["processes"])
    except (httpx.HTTPError, KeyError, ValueError):
        return Finding(Verdict.BROKEN, "web", f"The portal does not answer on {settings.listen}.")
    return _fine("web", f"ready, {processes} process{'es' * (processes != 1)}")


def _schema() -> Finding:
    wanted = ScriptDirectory.from_config(migration_config()).get_current_head()
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    if present != wanted:
        return Finding(
            Verdict.BROKEN, "schema", f"It is at {present}, not {wanted}: run “firstline db upgrade”."
        )
    return _fine("schema", f"up to date ({present})")


def _overdue() -> Iterator[Finding]:
    now = clock.now()
    if not _count(Person, Person.role == Role.ADMIN, Person.active.is_(True)):
        yield _look("people", "There is no administrator: run “firstline token create --role admin”.")
    late = _count(Notice, Notice.state == Delivery.DUE, Notice.not_before < now - LATE)
    yield _late("notices", late, "messages to people wait for more than 10 minutes")
    yield _late(
        "notices", _count(Notice, Notice.state == Delivery.FAILED), "messages could not be sent", Verdict.LOOK
    )
    unknown = _count(Notice, Notice.state == Delivery.UNKNOWN)
    yield _late("notices", unknown, "messages may or may not have been sent; decide on them", Verdict.LOOK)
    yield from _mail()
    offers = _count(Incident, Incident.suggested_at.is_(None), Incident.created_at < now - LATE)
    yield _late("incidents", offers, "incidents wait for their known fixes: is the worker alive?")
    breached = _count(Incident, Incident.state.in_(OPEN), Incident.due_at < now)
    yield _late("incidents", breached, "open incidents are past their time", Verdict.LOOK)


def _mail() -> Iterator[Finding]:
    wrong = [line.words for line in accounting.balance() if not line.is_right]
    words = f"it does not add up: {'; '.join(wrong)}" if wrong else "everything taken came to something"
    yield Finding(Verdict.BROKEN if wrong else Verdict.FINE, "mail in", words)
    late = ", ".join(str(row.id) for row in accounting.late())
    if late:
        yield Finding(Verdict.BROKEN, "mail in", f"no. {late} wait to be read for more than 10 minutes")
    for mailbox in mailboxes.list_mailboxes():
        yield from _mailbox(mailbox)


def _mailbox(mailbox: Mailbox) -> Iterator[Finding]:
    if trouble := mailboxes.trouble(mailbox):
        yield Finding(Verdict.BROKEN, "mailbox", f"{mailbox.name}: {trouble}")
    elif mailbox.is_active and mailboxes.is_readable_by_others(mailbox):
        yield _look("mailbox", f"{mailbox.name}: password and mail cross the network in the clear")
    else:
        yield _fine("mailbox", f"{mailbox.name}: {'read' if mailbox.is_active else 'paused'}")
    renewed = mailboxes.renewed_at(mailbox.id)
    if renewed is not None and clock.now() - renewed < RECENT:
        yield _look("mailbox", f"{mailbox.name}: the server made the folder anew on {renewed:%Y-%m-%d}")


def _count(model: type[Model], *conditions: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def _late(about: str, count: int, words: str, verdict: Verdict = Verdict.BROKEN) -> Finding:
    return Finding(verdict if count else Verdict.FINE, about, f"{count} {words}")


def _fine(about: str, words: str) -> Finding:
    return Finding(Verdict.FINE, about, words)


def _look(about: str, words: str) -> Finding:
    return Finding(Verdict.LOOK, about, words)


def _line(finding: Finding) -> str:
    colours = {Verdict.FINE: "green", Verdict.LOOK: "yellow", Verdict.BROKEN: "red"}
    return f"{click.style(f'{finding.verdict:<7}', fg=colours[finding.verdict])} {finding.about:<10} {finding.words}"
