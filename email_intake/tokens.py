"""OAuth2 access tokens for mailboxes: printed by a command, kept until the server refuses them.

The command comes from the environment alone: one typed into a page would let whoever may type there
run programs on this machine.
"""

import os
import shlex
import subprocess
import threading

from flask import current_app

from firstline.i18n import gettext as _

TIMEOUT_S = 30
_kept: dict[tuple[str, str], str] = {}
_lock = threading.Lock()


class TokenFailed(Exception):
    """No token; the text says why."""


def current(username: str) -> str:
    """A token for this user, the kept one if there is one; raises `TokenFailed`."""
    command = current_app.config["SETTINGS"].imap_token_command
    if not command:
        raise TokenFailed(_("Set FIRSTLINE_IMAP_TOKEN_COMMAND: a command that prints an access token."))
    with _lock:
        if (command, username) not in _kept:
            _kept[command, username] = _ask(command, username)
        return _kept[command, username]


def forget(username: str) -> None:
    """The server refused it: the next call asks for another one."""
    with _lock:
        for known in [one for one in _kept if one[1] == username]:
            del _kept[known]


def _ask(command: str, username: str) -> str:
    environ = {**os.environ, "FIRSTLINE_MAILBOX_USER": username}
    try:
        done = subprocess.run(
            shlex.split(command), env=environ, capture_output=True, timeout=TIMEOUT_S, check=True, text=True
        )
    except subprocess.TimeoutExpired as error:
        raise TokenFailed(_("The command for the access token did not end within 30 seconds.")) from error
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        # What it printed may hold secrets: it is not repeated.
        raise TokenFailed(
            _("The command for the access token failed: %(why)s.", why=type(error).__name__)
        ) from error
    token = done.stdout.strip()
    if not token or len(token.split()) != 1:
        raise TokenFailed(_("The command for the access token printed no token."))
    return token
