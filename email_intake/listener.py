"""The SMTP listener: takes mail for the helpdesk, and says 250 only when its bytes are committed."""

import asyncio
import threading
from collections.abc import Callable
from typing import override

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from email_intake import addresses, spool
from firstline import jobs, log
from firstline.app import settings_of
from firstline.settings import Address

MOST_RECIPIENTS = 100
LONGEST_LINE = 4 * 1024 * 1024
"""RFC 5321 allows 1,000 octets; programs that write whole paragraphs into one line are answered too."""
FIRST_WAIT_S, LONGEST_WAIT_S, LOOK_EVERY_S = 1.0, 60.0, 2.0
ACCEPTED = "250 2.1.5 OK"
logger = log.get(__name__)


class Server(SMTP):
    line_length_limit = LONGEST_LINE


class Handler:
    """Accepts or refuses, and spools. aiosmtpd runs it in a thread of its own, without an app context."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        if not self._in_context(lambda: addresses.is_ours(address)):
            return f"550 5.1.1 No such mailbox here; write to {settings_of(self._app).helpdesk_address}"
        envelope.rcpt_tos.append(address)
        return ACCEPTED

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        try:
            raw_id = await asyncio.to_thread(self._in_context, lambda: self._spool(envelope))
        except Exception as error:  # noqa: BLE001 - becomes 451: the sender keeps the mail and tries again
            logger.error("a mail could not be spooled", error=repr(error))
            return "451 4.3.0 We cannot keep your mail at the moment; please try again"
        return f"250 2.0.0 Kept as {raw_id}"

    async def handle_exception(self, error: Exception) -> str:
        logger.error("the listener stumbled", error=repr(error))
        return "451 4.3.0 Something went wrong here; please try again"

    def _spool(self, envelope: Envelope) -> int:
        content = envelope.original_content or envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
        raw_id = spool.store(
            raw, route=spool.SMTP, envelope_from=envelope.mail_from or "", envelope_to=envelope.rcpt_tos
        )
        jobs.nudge(spool.TASK, raw_id)
        return raw_id

    def _in_context[T](self, work: Callable[[], T]) -> T:
        with self._app.app_context():
            return work()


class Listener(Controller):
    """The listener on one address; `start()` and `stop()` as aiosmtpd has them."""

    def __init__(self, app: Flask, address: Address | None = None) -> None:
        settings = settings_of(app)
        where = address or settings.mail_listen
        super().__init__(
            Handler(app),
            hostname=where.host,
            port=where.port,
            data_size_limit=2 * settings.max_upload,
            ident="Firstline",
            enable_SMTPUTF8=True,
        )

    @override
    def factory(self) -> SMTP:
        return Server(self.handler, **self.SMTP_kwargs)

    @property
    def is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()


def listen(app: Flask, stop: threading.Event) -> None:
    """Listen until `stop` is set; a port that is taken, or a crash, is tried again with back-off."""
    wait_s = FIRST_WAIT_S
    while not stop.is_set():
        listener = Listener(app)
        try:
            listener.start()
        except (OSError, TimeoutError) as error:
            where = settings_of(app).mail_listen
            logger.error("cannot listen for mail; trying again", address=str(where), error=str(error))
            stop.wait(wait_s)
            wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            continue
        wait_s = FIRST_WAIT_S
        while listener.is_alive and not stop.wait(LOOK_EVERY_S):
            pass
        listener.stop(no_assert=True)
