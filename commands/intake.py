"""`firstline intake`: the mail listener and the IMAP mailboxes, each in a thread that outlives its failures."""

import signal
import threading
from collections.abc import Callable

import click
from flask import Flask

from commands.context import create_context
from commands.schema import require_schema
from email_intake import fetching, listener
from firstline import log
from firstline.app import settings_of

Part = Callable[[Flask, threading.Event], None]
RESTART_AFTER_S = 2.0
FINISH_WITHIN_S = 6.0
logger = log.get(__name__)


@click.command()
def intake() -> None:
    """Incoming mail: the listener and the mailboxes."""
    log.configure("intake")
    app = create_context()
    require_schema(settings_of(app))
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    parts: list[tuple[str, Part]] = [("listener", listener.listen), ("imap", fetching.fetch_forever)]
    threads = [start(name, part, app, stop) for name, part in parts]
    logger.info("taking mail", listen=str(settings_of(app).mail_listen))
    stop.wait()
    for thread in threads:
        thread.join(FINISH_WITHIN_S)


def start(name: str, part: Part, app: Flask, stop: threading.Event) -> threading.Thread:
    """Run a part until `stop` is set, again and again if it fails; the other part never notices."""
    thread = threading.Thread(target=_keep, args=[name, part, app, stop], name=name, daemon=True)
    thread.start()
    return thread


def _keep(name: str, part: Part, app: Flask, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            part(app, stop)
        except Exception as error:  # noqa: BLE001 - a failed part is started again, the other goes on
            logger.error("a part of the intake failed; starting it again", part=name, error=repr(error))
        stop.wait(RESTART_AFTER_S)
