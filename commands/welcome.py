"""Tells the person at the terminal when the portal answers, where to look and how to try it."""

import json
import threading
from pathlib import Path

import click
import httpx

from firstline.settings import Settings

PEOPLE = Path(__file__).with_name("demo") / "people.json"
DEMO_TEXT = """
  Sign in   {base}/login has one button per demo person; or by password, “{password}”:
            {people}
  Mail it   printf 'From: erin@example.com\\nSubject: VPN drops\\n\\nEvery few minutes.\\n' | \\
            curl smtp://{mail} --mail-from erin@example.com --mail-rcpt {helpdesk} --crlf -T -
  Its mail  {base}/demo/mail shows what was sent out
"""


def greet_when_ready(settings: Settings, stop: threading.Event) -> threading.Event:
    """Returns at once; the words appear as soon as the portal answers, and again when the bot is in.

    What it returns is set when the portal answers.
    """
    answers = threading.Event()
    threading.Thread(target=_greet, args=[settings, stop, answers], daemon=True).start()
    return answers


def _greet(settings: Settings, stop: threading.Event, answers: threading.Event) -> None:
    local = f"http://{settings.listen}"
    if _await(f"{local}/healthz", stop, every=0.2):
        answers.set()
        click.echo(_words(settings))
    if _await(f"{local}/readyz", stop, every=2):
        click.secho(f"  Every part is ready, the bot too: {settings.base_url}\n", bold=True)


def _words(settings: Settings) -> str:
    title = click.style(f"\n  Firstline answers at {settings.base_url}", bold=True)
    footer = "  Ctrl-C stops everything. The bot joins by itself when it is installed and trained.\n"
    if not settings.demo_doors_open:
        return f"{title}\n{footer}"
    return f"{title}{_demo_words(settings)}{footer}"


def _demo_words(settings: Settings) -> str:
    known = json.loads(PEOPLE.read_text())
    first_of_role = {person["role"]: person["email"] for person in reversed(known["people"])}
    people = [f"{role} {email}" for role, email in sorted(first_of_role.items()) if role != "monitor"]
    return DEMO_TEXT.format(
        base=settings.base_url,
        mail=settings.mail_listen,
        helpdesk=settings.helpdesk_address,
        password=known["password"],
        people=",\n            ".join(people),
    )


def _await(url: str, stop: threading.Event, every: float) -> bool:
    """True as soon as the address answers 200; False when everything is stopped first."""
    while not stop.wait(every):
        if _answers(url):
            return True
    return False


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
