"""How many connections each client of the listener may hold open; the next one is told 421 at once."""

import asyncio
from collections import Counter
from typing import override

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP

from firstline import log

LONGEST_LINE = 4 * 1024 * 1024
"""RFC 5321 allows 1,000 octets; programs that write whole paragraphs into one line are answered too."""
TOO_MANY_CONNECTIONS = b"421 4.7.0 Too many connections from you; please close some and come again soon\r\n"
logger = log.get(__name__)


class Guests:
    """How many connections each client holds open; a client that hangs on many keeps nobody else out."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._here: Counter[str] = Counter()

    def admit(self, client: str) -> bool:
        """Let one more in; False when it holds enough."""
        if self._here[client] >= self._most:
            return False
        self._here[client] += 1
        return True

    def leave(self, client: str) -> None:
        self._here[client] -= 1
        if self._here[client] <= 0:
            del self._here[client]


class Counted(SMTP):
    """Says 421 at once to a client with too many connections, and hangs up (RFC 5321, 3.8)."""

    line_length_limit = LONGEST_LINE
    guests: Guests
    _guest: str | None = None
    _is_refused = False

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        client = client_of(transport.get_extra_info("peername"))
        # After STARTTLS it is made once more, for the same guest.
        if self._guest is None and not self.guests.admit(client):
            logger.warning("a client holds too many connections", client=client)
            self._is_refused = True
            assert isinstance(transport, asyncio.WriteTransport), "a connection is written to"
            transport.write(TOO_MANY_CONNECTIONS)
            transport.close()
            return
        self._guest = client
        super().connection_made(transport)

    @override
    def data_received(self, data: bytes) -> None:
        if not self._is_refused:
            super().data_received(data)

    @override
    def eof_received(self) -> bool | None:
        return False if self._is_refused else super().eof_received()

    @override
    def connection_lost(self, error: Exception | None) -> None:
        if self._is_refused:
            return
        if self._guest is not None:
            self.guests.leave(self._guest)
            self._guest = None
        super().connection_lost(error)


class SmtpServer(Counted):
    pass


class LmtpServer(Counted, LMTP):
    pass


def client_of(peer: object) -> str:
    """The address of whoever is at the other end."""
    return str(peer[0]) if isinstance(peer, tuple) and peer else str(peer or "")
