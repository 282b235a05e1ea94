"""How a finished message leaves: by the company's SMTP server, or into the local mailbox.

Failures are told apart by what may be done next: try again, give up, or ask a person, because
nobody knows whether the server took it.
"""

import smtplib
import ssl
from dataclasses import dataclass
from typing import Self, override
from urllib.parse import unquote, urlsplit

import flask_mail
from flask import current_app

from email_intake import mailbox
from firstline import log

TIMEOUT_S = 20
MOST_PER_CONNECTION = 20
"""Some servers hang up on those who go on for longer."""
OK = 250
logger = log.get(__name__)


class Temporary(Exception):
    """It was not sent and may be tried again."""


class Permanent(Exception):
    """It was refused for good."""


class Unclear(Exception):
    """The connection broke while it was being sent: the server may have it."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """The SMTP server of `FIRSTLINE_SMTP_URL`."""

    host: str
    port: int
    is_tls: bool
    username: str | None
    password: str | None

    @classmethod
    def from_url(cls, url: str) -> "Server":
        parts = urlsplit(url)
        is_tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or (465 if is_tls else 25),
            is_tls=is_tls,
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )


class TimedConnection(flask_mail.Connection):
    """Flask-Mail's connection with a time-out, which its own lacks, and STARTTLS where it is offered."""

    def __init__(self, state: flask_mail.Mail, server: Server) -> None:
        super().__init__(state)
        self._server = server

    @override
    def configure_host(self) -> smtplib.SMTP:
        server, context = self._server, ssl.create_default_context()
        if server.is_tls:
            host: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_S, context=context
            )
        else:
            host = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
        try:
            self._secure(host, context)
        except (smtplib.SMTPException, OSError):
            host.close()
            raise
        return host

    def _secure(self, host: smtplib.SMTP, context: ssl.SSLContext) -> None:
        host.ehlo()
        if not self._server.is_tls and host.has_extn("starttls"):
            host.starttls(context=context)
        if self._server.username and self._server.password:
            host.login(self._server.username, self._server.password)

    @override
    def __exit__(self, *_error: object) -> None:
        # What was sent is sent, even if the server does not wait for our goodbye.
        if self.host is None:
            return
        try:
            self.host.quit()
        except (smtplib.SMTPException, OSError) as error:
            logger.info("the mail server closed the connection first", error=str(error))
            self.host.close()


def register() -> None:
    """Give Flask-Mail its state in this app, where no channel has done so."""
    if "mail" not in current_app.extensions:
        flask_mail.Mail().init_app(current_app)


class Courier:
    """Sends one message after the other over one connection, as long as it holds."""

    def __init__(self) -> None:
        self._connection: TimedConnection | None = None
        self._sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._hang_up()

    def send(self, message: flask_mail.Message, *, recipient: str, return_path: str | None = None) -> None:
        """Send one message; raises `Temporary`, `Permanent` or `Unclear`.

        It comes back to `return_path` if it cannot be delivered, else to its sender.
        """
        url = current_app.config["SETTINGS"].smtp_url
        if url is None:
            message_id = message.msgId.strip("<>")
            mailbox.deliver(
                message.as_bytes(), message_id=message_id, recipient=recipient, subject=message.subject
            )
            return
        connection = self._connected(Server.from_url(url))
        try:
            _by_smtp(connection, message, return_path)
        except Exception:
            self._hang_up()
            raise
        self._sent += 1

    def _connected(self, server: Server) -> TimedConnection:
        known = self._connection
        if known is not None and self._sent < MOST_PER_CONNECTION and _is_alive(known):
            return known
        self._hang_up()
        self._connection = _connect(server)
        return self._connection

    def _hang_up(self) -> None:
        known, self._connection, self._sent = self._connection, None, 0
        if known is not None:
            known.__exit__(None, None, None)


def send(message: flask_mail.Message, *, recipient: str) -> None:
    """As `Courier.send`, for a single message."""
    with Courier() as courier:
        courier.send(message, recipient=recipient)


def _connect(server: Server) -> TimedConnection:
    connection = TimedConnection(current_app.extensions["mail"], server)
    try:
        connection.host = connection.configure_host()
    except (smtplib.SMTPException, OSError) as error:
        raise Temporary(f"the mail server cannot be reached: {error}") from error
    return connection


def _is_alive(connection: TimedConnection) -> bool:
    """Asked before the next message: a server that hung up in between has not got it."""
    host = connection.host
    try:
        return host is not None and host.noop()[0] == OK
    except (smtplib.SMTPException, OSError):
        return False


def _by_smtp(connection: TimedConnection, message: flask_mail.Message, return_path: str | None) -> None:
    try:
        _send_back_to(connection, message, return_path)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _by_code(code, said) from error
    except smtplib.SMTPResponseException as error:
        raise _by_code(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPNotSupportedError, flask_mail.BadHeaderError, UnicodeError, AssertionError) as error:
        raise Permanent(f"it cannot be sent: {error!r}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unclear(f"the connection broke while sending: {error!r}") from error


def _by_code(code: int, said: bytes | str) -> Exception:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return Permanent(f"{code} {words}") if 500 <= code < 600 else Temporary(f"{code} {words}")


def _send_back_to(connection: TimedConnection, message: flask_mail.Message, return_path: str | None) -> None:
    """By the return path; without it where the server lets us write only as the address we signed in with."""
    plain = str(message.sender)
    try:
        connection.send(message, return_path or plain)
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
        if return_path is None or not 500 <= refused.smtp_code < 600:
            raise
        connection.send(message, plain)
