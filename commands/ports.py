"""Looks, before anything starts, whether somebody else listens where we want to."""

import errno
import socket
from collections.abc import Iterable

import click

from firstline.settings import Address, Settings


def require_free(settings: Settings, processes: Iterable[str]) -> None:
    """A sentence instead of a process that fails for ever; raises `ClickException`."""
    for process in processes:
        setting, address = _wanted(settings).get(process, ("", None))
        if address and _is_taken(address):
            raise click.ClickException(
                f"Something else already listens on {address}: stop it, or set FIRSTLINE_{setting} to "
                "another address."
            )


def _wanted(settings: Settings) -> dict[str, tuple[str, Address | None]]:
    return {
        "web": ("LISTEN", settings.listen),
        "intake": ("MAIL_LISTEN", settings.mail_listen),
        "actions": ("ACTIONS_LISTEN", settings.actions_listen),
        "sample": ("SAMPLE_LISTEN", settings.sample_listen),
        "bot": ("RASA_URL", settings.rasa_listen),
    }


def _is_taken(address: Address) -> bool:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as probe:
        # What was closed a moment ago is free: the servers use the same option.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False
