"""A real Chromium at the real product: every process under the supervisor, shared by all journeys."""

import re
import smtplib
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.visitor import PHONE, WIDE, Visitor
from tests.stack import Stack, running

PATIENCE_MS = 30_000
MARKS = (pytest.mark.browser, pytest.mark.rasa, pytest.mark.xdist_group("stack"), pytest.mark.timeout(900))
HERE = Path(__file__).parent

Visit = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            for mark in MARKS:
                item.add_marker(mark)


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole product, everything ready."""
    with running() as stack:
        stack.await_everything()
        yield stack


@pytest.fixture(params=[WIDE, PHONE], ids=["1280", "375"])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def visit(stack: Stack, chromium: Browser, width: int, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Somebody sits down at a browser: `visit("Erin")`; nothing went wrong in any window at the end."""
    visitors: list[Visitor] = []
    expect.set_options(timeout=PATIENCE_MS)

    def come(name: str = "", *, scripted: bool = True) -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": 812 if width == PHONE else 800},
            java_script_enabled=scripted,
            color_scheme="light",
            reduced_motion="reduce",
            timezone_id="Europe/Berlin",
        )
        context.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(
            page=context.new_page(),
            context=context,
            url=stack.url,
            width=width,
            journey=request.node.name,
            scripted=scripted,
        )
        visitors.append(visitor)
        return visitor.sign_in(name) if name else visitor

    yield come
    for visitor in visitors:
        visitor.context.close()
    assert [trouble for visitor in visitors for trouble in visitor.troubles] == []


@pytest.fixture(scope="session")
def desk(stack: Stack) -> Iterator[httpx.Client]:
    """The interface as a support agent uses it: what really is stored."""
    with stack.client(stack.token("tess@example.com", "agent")) as client:
        yield client


@pytest.fixture(scope="session")
def erin(stack: Stack) -> Iterator[httpx.Client]:
    """The interface as Erin uses it."""
    with stack.client(stack.token("erin@example.com", "employee")) as client:
        yield client


@pytest.fixture
def stored(desk: httpx.Client) -> Callable[[str], dict]:
    """The incident with this number as it is stored."""
    return lambda number: desk.get(f"/api/v1/incidents/{number}").raise_for_status().json()


@pytest.fixture
def found(desk: httpx.Client) -> Callable[[str], list[dict]]:
    """Every incident with these words, whatever its state."""
    return lambda words: (
        desk.get("/api/v1/incidents", params={"q": words}).raise_for_status().json()["incidents"]
    )


@pytest.fixture
def send_mail(stack: Stack) -> Callable[..., None]:
    """Mail from Erin to the desk, by a real SMTP client."""

    def send(subject: str, words: str, *, to: str = "helpdesk@example.com", **headers: str) -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "Erin Walsh <erin@example.com>", to, subject
        message["Message-ID"] = make_msgid(domain="example.com")
        for name, value in headers.items():
            message[name.replace("_", "-")] = value
        message.set_content(words)
        with smtplib.SMTP("127.0.0.1", stack.mail_port, timeout=20) as smtp:
            smtp.send_message(message)

    return send


def number_in(words: str) -> str:
    """The first incident number in these words."""
    match = re.search(r"INC-\d{6,}", words)
    assert match, words
    return match[0]
