"""A port in use is said before anything starts."""

import socket
from pathlib import Path

import click
import pytest

from commands.ports import require_free
from firstline.settings import Settings


def test_a_port_in_use_is_named_with_the_setting_that_changes_it(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        settings = Settings.from_environ(
            {"FIRSTLINE_DATA_DIR": str(tmp_path), "FIRSTLINE_MAIL_LISTEN": taken}
        )
        with pytest.raises(click.ClickException, match=f"{taken}.*FIRSTLINE_MAIL_LISTEN"):
            require_free(settings, ["intake"])
        require_free(settings, ["worker"])
    require_free(settings, ["intake"])


def test_a_bot_on_another_machine_is_not_looked_for_here(tmp_path: Path) -> None:
    url = "http://bot.example.com:5005"
    require_free(
        Settings.from_environ({"FIRSTLINE_DATA_DIR": str(tmp_path), "FIRSTLINE_RASA_URL": url}), ["bot"]
    )
