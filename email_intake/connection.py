"""A session with an IMAP server: how to get in, and in words why we did not."""

import imaplib
import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from flask import current_app
from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import (
    ImapToolsError,
    MailboxFolderSelectError,
    MailboxLoginError,
    UnexpectedCommandStatusError,
)
from sqlalchemy.exc import SQLAlchemyError

from email_intake import tokens
from email_intake.models import Login, Security
from email_intake.tokens import TokenFailed
from firstline.i18n import gettext as _
from firstline.secrets import Unreadable

TIMEOUT_S = 30
TRY_S = 10
"""How long somebody who pressed “Connect now” waits."""


class LoginRefused(Exception):
    """The server does not let us in; the text is what it said."""


FAILURES = (imaplib.IMAP4.error, ImapToolsError, OSError, ValueError, TokenFailed, LoginRefused, Unreadable)
PROBLEMS = (*FAILURES, SQLAlchemyError)
"""Failures of the server or of the way there, and those of our own database."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """An IMAP folder and how to get in; `name` is safe to show, `secret` is never part of a repr."""

    host: str
    port: int
    username: str
    folder: str = "INBOX"
    security: str = Security.TLS
    login: str = Login.PASSWORD
    secret: str = field(default="", repr=False)

    @classmethod
    def from_url(cls, url: str) -> "Account":
        """`imaps://user:password@host:993/INBOX`; without a password a token is asked for."""
        parts = urlsplit(url)
        is_tls = parts.scheme == "imaps"
        return cls(
            host=parts.hostname or "localhost",
            port=parts.port or (993 if is_tls else 143),
            username=unquote(parts.username or ""),
            secret=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
            security=Security.TLS if is_tls else Security.NONE,
            login=Login.PASSWORD if parts.password else Login.OAUTH2,
        )

    @property
    def name(self) -> str:
        return f"{self.username}@{self.host}:{self.port}/{self.folder}"

    @property
    def is_readable_by_others(self) -> bool:
        """Whether password and mail cross a network in the clear."""
        return self.security == Security.NONE and not is_loopback(self.host)


def is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def connect(account: Account, *, timeout_s: float = TIMEOUT_S) -> BaseMailBox:
    """A session with the folder selected; raises one of `FAILURES`."""
    box = _reach(account, timeout_s)
    try:
        _log_in(box, account)
        # Many servers tell all they can do only to those who are in.
        box.client.capabilities = tuple(
            box.client.capability()[1][-1].decode("ascii", "replace").upper().split()
        )
        box.folder.set(account.folder)
    except FAILURES:
        box.client.shutdown()
        raise
    return box


def explain(error: Exception, account: Account) -> str:
    """What failed, fit for the one who set it up."""
    host = f"{account.host}:{account.port}"
    match error:
        case TokenFailed():
            return str(error)
        case Unreadable():
            return _("The password was kept under another secret key; enter it again.")
        case ssl.SSLCertVerificationError():
            return _(
                "%(host)s shows a certificate we do not trust: %(why)s.", host=host, why=error.verify_message
            )
        case ssl.SSLError():
            return _(
                "No secure connection to %(host)s: is it the right port for this kind of security?", host=host
            )
        case LoginRefused() if account.login == Login.OAUTH2:
            return _("%(host)s refuses the access token: %(said)s", host=host, said=error)
        case LoginRefused():
            return _("%(host)s refuses the user name or the password: %(said)s", host=host, said=error)
        case MailboxFolderSelectError():
            return _("There is no folder “%(folder)s” in this mailbox.", folder=account.folder)
        case TimeoutError():
            return _("%(host)s did not answer in time.", host=host)
        case OSError() if error.strerror:
            return _("%(host)s cannot be reached: %(why)s.", host=host, why=error.strerror)
        case _:
            return _("%(host)s answers: %(said)s", host=host, said=_said(error))


def tls_context() -> ssl.SSLContext:
    """What we demand of a server: a certificate of an authority of the system, or of `CA_FILE`."""
    context = ssl.create_default_context()
    if (own := current_app.config["SETTINGS"].ca_file) is not None:
        context.load_verify_locations(own)
    return context


def _reach(account: Account, timeout_s: float) -> BaseMailBox:
    host, port = account.host, account.port
    if account.security == Security.TLS:
        return MailBox(host, port, timeout=timeout_s, ssl_context=tls_context())
    if account.security == Security.STARTTLS:
        return MailBoxStartTls(host, port, timeout=timeout_s, ssl_context=tls_context())
    return MailBoxUnencrypted(host, port, timeout=timeout_s)


def _prove(box: BaseMailBox, account: Account) -> None:
    if account.login == Login.OAUTH2:
        box.xoauth2(account.username, tokens.current(account.username), initial_folder=None)
    elif (account.username + account.secret).isascii():
        box.login(account.username, account.secret, initial_folder=None)
    else:
        box.login_utf8(account.username, account.secret, initial_folder=None)


def _log_in(box: BaseMailBox, account: Account) -> None:
    try:
        _prove(box, account)
    except imaplib.IMAP4.abort:
        raise
    except (MailboxLoginError, imaplib.IMAP4.error) as error:
        if account.login == Login.OAUTH2:
            tokens.forget(account.username)
        raise LoginRefused(_said(error)) from error


def _said(error: Exception) -> str:
    """The server's own words."""
    if isinstance(error, UnexpectedCommandStatusError):
        error = Exception(next((one for one in error.command_result[1] if one), ""))
    words = error.args[0] if error.args else ""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    return " ".join(text.split())[:300] or type(error).__name__
