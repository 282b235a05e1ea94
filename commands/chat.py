"""`firstline chat`: the assistant in a terminal, over the chat API that every client may use."""

import os
import secrets
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import httpx

from firstline.settings import Settings

TIMEOUT_S = 40.0
VARIABLE = "FIRSTLINE_API_TOKEN"
FILE = "/file "
UNREACHED = "The portal at {url} does not answer. Start it with “firstline serve”, or give --url."


@click.command()
@click.option("--url", help="Where the portal is; the installation's own address by default.")
def chat(url: str | None) -> None:
    """Talk to the assistant: one line a turn, a number presses a button, an end of input ends it.

    The API token comes from the environment, FIRSTLINE_API_TOKEN, so that no list of processes shows
    it. While a person answers, an empty line looks for what is new. “/file PATH” sends a file, with the
    words behind it; a path with blanks stands in quotation marks.
    """
    token = os.environ.get(VARIABLE)
    if not token:
        raise click.ClickException(f"Set {VARIABLE} to a token of “firstline token create”.")
    if not token.isascii():
        raise click.ClickException(f"{VARIABLE} is no token: those have Latin letters and digits only.")
    base = (url or Settings.from_environ().base_url).rstrip("/")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=base, headers=headers, timeout=TIMEOUT_S, trust_env=False) as client:
        talk = Talk(client)
        for line in _lines():
            for said in talk.turn(line):
                click.echo(said)


@dataclass
class Talk:
    """One conversation: which it is, the buttons offered last, and the answers of people shown so far."""

    client: httpx.Client
    conversation: str | None = None
    buttons: list[dict[str, str]] = field(default_factory=list)
    incident: str | None = None
    shown: set[int] = field(default_factory=set)

    def turn(self, line: str) -> Iterator[str]:
        """What to print after a line was typed."""
        if line.startswith(FILE):
            yield from self._send_file(line)
        elif line.strip():
            yield from self._say(self._meant(line.strip()))
        yield from self._news()

    def _send_file(self, line: str) -> Iterator[str]:
        try:
            _command, path, *words = shlex.split(line)
            file = Path(path).expanduser()
            content = file.read_bytes()
        except (OSError, ValueError) as error:
            yield f"Nothing was sent: {error}"
            return
        yield from self._say(" ".join(words), (file.name, content))

    def _say(self, words: str, file: tuple[str, bytes] | None = None) -> Iterator[str]:
        body = {"message": words, "conversation": self.conversation, "message_id": secrets.token_urlsafe(12)}
        if file is None:
            reply = self._ask("POST", "/api/v1/chat", json=body)
        else:
            given = {name: value for name, value in body.items() if value is not None}
            reply = self._ask("POST", "/api/v1/chat", data=given, files={"attachments": file})
        self.conversation = reply["conversation"]
        if not reply["messages"]:
            yield "(A person has this conversation. An empty line looks for their answer.)"
        self.buttons = [button for message in reply["messages"] for button in message["buttons"]]
        for message in reply["messages"]:
            self.incident = (message["incident"] or {}).get("number", self.incident)
            yield from _as_lines(message)
        yield from (f"  [{n}] {button['title']}" for n, button in enumerate(self.buttons, 1))

    def _meant(self, line: str) -> str:
        """The payload of the button with this number, else the words."""
        place = int(line) if line.isdecimal() and len(line) < 3 else 0
        return self.buttons[place - 1]["payload"] if 0 < place <= len(self.buttons) else line

    def _news(self) -> Iterator[str]:
        """What support answered on the incident that was spoken about."""
        if self.incident is None:
            return
        entries = self._ask("GET", f"/api/v1/incidents/{self.incident}")["timeline"]
        for entry in entries:
            if entry["event"] == "answered" and entry["id"] not in self.shown:
                self.shown.add(entry["id"])
                yield f"{entry['author'] or 'Support'}: {entry['text']}"

    def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        try:
            answer = self.client.request(method, path, **more)
        except httpx.HTTPError as error:
            raise click.ClickException(UNREACHED.format(url=self.client.base_url)) from error
        if answer.is_success:
            given: dict[str, Any] = answer.json()
            return given
        raise click.ClickException(_reason(answer))


def _lines() -> Iterator[str]:
    """What is typed, with a prompt only for somebody who sees it."""
    is_seen = sys.stdin.isatty()
    while True:
        if is_seen:
            click.echo("> ", nl=False)
        line = sys.stdin.readline()
        if not line:
            return
        yield line


def _as_lines(message: dict[str, Any]) -> Iterator[str]:
    if message["text"]:
        yield message["text"]
    for card in message["articles"]:
        yield f"  * {card['title']}"
        yield from (f"      {n}. {step}" for n, step in enumerate(card["steps"], 1))


def _reason(answer: httpx.Response) -> str:
    """The sentence of a problem document, else the status."""
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    return str(problem.get("detail") or problem.get("title") or f"The portal answered {answer.status_code}.")
