"""`kill -9` of each process at a random moment while people report over three channels."""

import random
import smtplib
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests import servers
from tests.stack import Stack, running

REPORTS = 50
PROCESSES = ("web", "worker", "intake", "actions", "bot")
CHANNELS = ("api", "chat", "mail")

pytestmark = [pytest.mark.rasa, pytest.mark.xdist_group("stack"), pytest.mark.timeout(900)]


def insist(attempt, *, seconds=90):
    """A client that retries with the same key until it is answered."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return attempt()
        except (httpx.HTTPError, OSError, smtplib.SMTPException):
            assert time.monotonic() < deadline, "the desk was not reachable for too long"
            time.sleep(0.2)


def report_by_api(stack: Stack, token: str, number: int) -> None:
    def attempt() -> None:
        body = {"title": f"api report {number}", "description": f"The scanner of room {number} beeps"}
        answer = httpx.post(
            f"{stack.url}/api/v1/incidents",
            json=body,
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": f"report-{number}"},
            timeout=30,
        )
        answer.raise_for_status()

    insist(attempt)


def report_by_chat(stack: Stack, token: str, number: int) -> None:
    def attempt() -> None:
        answer = httpx.post(
            f"{stack.url}/api/v1/chat",
            json={"message": f"the monitor at desk {number} stays black", "message_id": f"chat-{number}"},
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )
        answer.raise_for_status()
        said = answer.json()["messages"]
        assert any(message.get("incident") for message in said), said

    insist(attempt)


def report_by_mail(stack: Stack, _token: str, number: int) -> None:
    message = (
        f"From: erin@example.com\r\nTo: helpdesk@example.com\r\nSubject: mail report {number}\r\n"
        f"Message-ID: <report-{number}@example.com>\r\n\r\nThe keyboard of desk {number} is sticky.\r\n"
    )

    def attempt() -> None:
        with smtplib.SMTP("127.0.0.1", stack.mail_port, timeout=20) as smtp:
            smtp.sendmail("erin@example.com", ["helpdesk@example.com"], message)

    insist(attempt)


REPORTERS = {"api": report_by_api, "chat": report_by_chat, "mail": report_by_mail}


def everything_seen(stack: Stack, token: str) -> list[dict]:
    seen, cursor = [], None
    with stack.client(token) as client:
        while True:
            answer = client.get("/api/v1/incidents", params={"cursor": cursor} if cursor else {})
            page = answer.raise_for_status().json()
            seen += page["incidents"]
            cursor = page["next"]
            if cursor is None:
                return seen


def test_fifty_reports_survive_the_death_of_every_process_none_lost_none_twice():
    with running() as stack:
        stack.await_everything()
        reporter, agent = (
            stack.token("killjoy@example.com", "employee"),
            stack.token("tess@example.com", "agent"),
        )
        before = {incident["number"] for incident in everything_seen(stack, agent)}
        pids = {name: stack.pid(name) for name in PROCESSES}
        rest, disturbed = threading.Event(), []

        def kill_them_all() -> None:
            for victim in random.sample(PROCESSES, len(PROCESSES)):
                rest.wait(random.uniform(0.2, 1.5))
                others = {name: stack.pid(name) for name in PROCESSES if name != victim}
                stack.kill(victim)
                rest.wait(1)
                disturbed.extend(name for name, pid in others.items() if pid and stack.pid(name) != pid)

        killer = threading.Thread(target=kill_them_all)
        killer.start()
        with ThreadPoolExecutor(4) as people:
            jobs = [
                people.submit(REPORTERS[CHANNELS[number % 3]], stack, reporter, number)
                for number in range(REPORTS)
            ]
            for job in jobs:
                job.result()
        killer.join()
        servers.wait_until(
            lambda: all(stack.pid(name) not in {None, pids[name]} for name in PROCESSES),
            "a new start of every process",
            seconds=60,
        )
        stack.await_portal()

        def new() -> list[str]:
            return [
                incident["title"]
                for incident in everything_seen(stack, agent)
                if incident["number"] not in before
            ]

        # The API serves a token 1,200 requests a minute, and a round is several pages.
        servers.wait_until(lambda: len(new()) >= REPORTS, "the last report's incident", seconds=60, every=1)
        time.sleep(3)
        assert len(new()) == REPORTS, sorted(new())
        assert len(set(new())) == REPORTS
        assert disturbed == []
