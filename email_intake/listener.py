"""The SMTP and LMTP listener: takes mail for the helpdesk, and says 250 only when its bytes are committed."""

import asyncio
import ssl
import threading
from collections.abc import Callable
from time import monotonic
from typing import override

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from email_intake import addresses, spool
from email_intake.guests import Guests, LmtpServer, SmtpServer, client_of
from email_intake.spool import Arrival
from firstline import log
from firstline.app import settings_of
from firstline.settings import Address, Settings

MOST_RECIPIENTS = 100
MOST_AT_ONCE = 100
"""How many mails share one transaction and one wait for the disk, when so many come at once."""
FIRST_WAIT_S, LONGEST_WAIT_S, LOOK_EVERY_S = 1.0, 60.0, 2.0
KNOWN_FOR_S, MOST_KNOWN = 5.0, 1000
MINUTE_S = 60.0
ACCEPTED = "250 2.1.5 OK"
logger = log.get(__name__)


class Rate:
    """How many mails each client has brought within this minute."""

    def __init__(self, most: int) -> None:
        self._most, self._since = most, monotonic()
        self._brought: dict[str, int] = {}

    def allows(self, client: str) -> bool:
        """Count one more; False when it is too many for now."""
        if monotonic() - self._since >= MINUTE_S:
            self._brought, self._since = {}, monotonic()
        self._brought[client] = self._brought.get(client, 0) + 1
        return self._brought[client] <= self._most


class Batches:
    """Mails that arrive while others are being committed share the next transaction."""

    def __init__(self, store: Callable[[list[Arrival]], list[int]]) -> None:
        self._store = store
        self._waiting: list[tuple[Arrival, asyncio.Future[int]]] = []
        self._work: asyncio.Task[None] | None = None

    async def keep(self, arrival: Arrival) -> int:
        """The id of the committed row; raises what made it impossible."""
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, done))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._store_what_waits())
        return await done

    async def _store_what_waits(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
            try:
                ids = await asyncio.to_thread(self._store, [arrival for arrival, _done in batch])
            except Exception as error:  # noqa: BLE001 - each is tried alone, so that one cannot fail the others
                logger.warning("a batch of mails could not be spooled", count=len(batch), error=repr(error))
                for one in batch:
                    await self._store_alone(*one)
            else:
                for (_arrival, done), raw_id in zip(batch, ids, strict=True):
                    _answer(done, raw_id)

    async def _store_alone(self, arrival: Arrival, done: asyncio.Future[int]) -> None:
        try:
            (raw_id,) = await asyncio.to_thread(self._store, [arrival])
        except Exception as error:  # noqa: BLE001 - handed to the one who waits for it
            if not done.done():
                done.set_exception(error)
        else:
            _answer(done, raw_id)


def _answer(done: asyncio.Future[int], raw_id: int) -> None:
    # A client that hung up has cancelled it; its mail is kept all the same.
    if not done.done():
        done.set_result(raw_id)


class Handler:
    """Accepts or refuses, and spools. aiosmtpd runs it in a thread of its own, without an app context."""

    def __init__(self, app: Flask) -> None:
        settings = settings_of(app)
        self._app = app
        self._route = spool.LMTP if settings.mail_is_lmtp else spool.SMTP
        self._rate = Rate(settings.mail_rate)
        self._batches = Batches(self._store)
        self._known: dict[str, float] = {}

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        client = client_of(session.peer)
        if not self._rate.allows(client):
            logger.warning("a client brings too many mails; it is asked to wait", client=client)
            return "450 4.7.1 Too many mails from you within a minute; please come again soon"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        # LMTP wants one answer a recipient after DATA, and aiosmtpd gives one.
        if len(envelope.rcpt_tos) >= (1 if self._route == spool.LMTP else MOST_RECIPIENTS):
            return "452 4.5.3 Too many recipients"
        if not await self._is_ours(address):
            return f"550 5.1.1 No such mailbox here; write to {settings_of(self._app).helpdesk_address}"
        envelope.rcpt_tos.append(address)
        return ACCEPTED

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        try:
            raw_id = await self._batches.keep(self._arrival(envelope, client_of(session.peer)))
        except Exception as error:  # noqa: BLE001 - becomes 451: the sender keeps the mail and tries again
            logger.error("a mail could not be spooled", error=repr(error))
            return "451 4.3.0 We cannot keep your mail at the moment; please try again"
        return f"250 2.0.0 Kept as {raw_id}"

    async def handle_exception(self, error: Exception) -> str:
        logger.error("the listener stumbled", error=repr(error))
        return "451 4.3.0 Something went wrong here; please try again"

    def _arrival(self, envelope: Envelope, client: str) -> Arrival:
        content = envelope.original_content or envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
        return Arrival(
            raw=raw,
            route=self._route,
            envelope_from=envelope.mail_from or "",
            envelope_to=[str(one) for one in envelope.rcpt_tos],
            client=client,
        )

    def _store(self, arrivals: list[Arrival]) -> list[int]:
        with self._app.app_context():
            ids = spool.store_all(arrivals)
            spool.nudge(ids)
            return ids

    async def _is_ours(self, address: str) -> bool:
        """Believed for some seconds, so that a burst does not ask the database for each mail."""
        if self._known.get(address, 0.0) > monotonic():
            return True
        is_ours = await asyncio.to_thread(self._look_up, address)
        if is_ours:
            self._known = self._known if len(self._known) < MOST_KNOWN else {}
            self._known[address] = monotonic() + KNOWN_FOR_S
        return is_ours

    def _look_up(self, address: str) -> bool:
        with self._app.app_context():
            return addresses.is_ours(address)


class Listener(Controller):
    """The listener on one address; `start()` and `stop()` as aiosmtpd has them."""

    def __init__(self, app: Flask, address: Address | None = None) -> None:
        settings = settings_of(app)
        where = address or settings.mail_listen
        self._server_class = LmtpServer if settings.mail_is_lmtp else SmtpServer
        self._guests = Guests(settings.mail_connections)
        super().__init__(
            Handler(app),
            hostname=where.host,
            port=where.port,
            data_size_limit=2 * settings.max_upload,
            ident="Firstline",
            enable_SMTPUTF8=True,
            tls_context=_tls_context(settings),
        )

    @override
    def factory(self) -> SMTP:
        server = self._server_class(self.handler, **self.SMTP_kwargs)
        server.guests = self._guests
        return server

    @property
    def is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()


def listen(app: Flask, stop: threading.Event) -> None:
    """Listen until `stop` is set; a port that is taken, or a crash, is tried again with back-off."""
    wait_s = FIRST_WAIT_S
    while not stop.is_set():
        try:
            listener = Listener(app)
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


def _tls_context(settings: Settings) -> ssl.SSLContext | None:
    """For STARTTLS; None offers none. A file that is no certificate raises `OSError`."""
    if settings.mail_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.mail_cert, settings.mail_key)
    return context
