"""What a turn through the whole chat costs beside bare Rasa, and whether fifty conversations keep apart.

Bare Rasa is the same Rasa with the same model and action server, asked at its REST door without a token:
the action then refuses at once, so that the difference is all of ours (portal, turn, token, answer, database).
"""

import random
import statistics
import threading
import time
from dataclasses import dataclass, field

import httpx
import psutil

from chatbot import model
from commands.context import create_context
from firstline.settings import Settings
from incidents.people import Role, create_token
from tests.stack import Stack, running

TURNS = 60
TALKS, TURNS_OF_EACH = 50, 6
PAUSE_S = (3.0, 7.0)
"""Fifty people who read before they write on: about ten turns a second, which one Rasa can answer."""

MOST_ADDED_MS, MOST_SHARE = 15.0, 0.30
WORDS = ("hello", "thank you very much", "what can you do?", "are you a bot?", "good morning")
FIRST_NAME = "Bench"


@dataclass
class Crowd:
    """What fifty conversations got: all waits, and every answer that was lost or belonged to somebody else."""

    waits: list[float] = field(default_factory=list)
    by_bot: int = 0
    wrong: list[str] = field(default_factory=list)


def main() -> None:
    """Print both parts; says so where Rasa is not installed."""
    if not model.PYTHON.exists():
        print("chat: nothing measured, Rasa is not installed (make setup-bot)")
        return
    with running() as stack:
        stack.await_everything()
        _print_one(stack)
        _print_many(stack)


def _print_one(stack: Stack) -> None:
    """Turn about, so that what else the machine does meets both alike."""
    client, bare = stack.client(stack.token("bench@example.com", "employee")), httpx.Client(timeout=30)
    rasa = stack.environment["FIRSTLINE_RASA_URL"] + "/webhooks/rest/webhook"
    talk = client.post("/api/v1/chat", json={"message": "hello"}).json()["conversation"]
    times: dict[str, list[float]] = {"bare Rasa": [], "whole chat": []}
    for turn in range(TURNS):
        words = WORDS[turn % len(WORDS)]
        times["bare Rasa"].append(_timed(bare, rasa, {"sender": "bench", "message": words}))
        times["whole chat"].append(_timed(client, "/api/v1/chat", {"conversation": talk, "message": words}))
    print(f"\nOne conversation, {TURNS} turns, ms\n{'':12}{'p50':>8}{'p95':>8}")
    for name, found in times.items():
        print(f"{name:12}{_ms(found, 50):8.1f}{_ms(found, 95):8.1f}")
    added = _ms(times["whole chat"], 50) - _ms(times["bare Rasa"], 50)
    mark = " <- above the limit" if added > MOST_ADDED_MS else ""
    print(f"{'added':12}{added:8.1f}   (at most {MOST_ADDED_MS:g}){mark}")


def _timed(client: httpx.Client, url: str, body: dict[str, str]) -> float:
    started = time.perf_counter()
    client.post(url, json=body).raise_for_status()
    return time.perf_counter() - started


def _print_many(stack: Stack) -> None:
    tokens = _tokens(stack)
    before, crowd = _cpu(stack), Crowd()
    threads = [
        threading.Thread(target=_talk, args=(stack, n, token, crowd)) for n, token in enumerate(tokens)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = {name: seconds - before[name] for name, seconds in _cpu(stack).items()}
    ours = spent["web"] + spent["actions"]
    share, asked = ours / spent["bot"], len(crowd.waits)
    print(f"\n{TALKS} conversations at once, {asked} turns, {crowd.by_bot} of them answered by the bot")
    print(f"p50 {_ms(crowd.waits, 50):.0f} ms, p95 {_ms(crowd.waits, 95):.0f} ms")
    print("CPU, ms a turn: " + ", ".join(f"{name} {1000 * used / asked:.1f}" for name, used in spent.items()))
    print(f"ours is {share:.0%} of Rasa's (at most {MOST_SHARE:.0%}){_mark(share, crowd)}")
    print(f"lost or crossed: {len(crowd.wrong)} {crowd.wrong[:3] or ''}")


def _mark(share: float, crowd: Crowd) -> str:
    if crowd.by_bot < len(crowd.waits):
        return ": says nothing, the machine was too busy for Rasa to answer every turn within its limit"
    return " <- above the limit" if share > MOST_SHARE else ""


def _tokens(stack: Stack) -> list[str]:
    """One person each; the command would take a second for every one."""
    with create_context(Settings.from_environ(stack.environment)).app_context():
        return [create_token(f"{FIRST_NAME.lower()}{n}@example.com", Role.EMPLOYEE) for n in range(TALKS)]


def _talk(stack: Stack, number: int, token: str, crowd: Crowd) -> None:
    """Every greeting must name this person, and every status this person's incident."""
    client, picked = stack.client(token), random.Random(number)
    talk: str | None = None
    time.sleep(picked.uniform(0, PAUSE_S[1]))
    for turn in range(TURNS_OF_EACH):
        body = {"message": "hello", "conversation": talk, "message_id": f"bench-{number}-{turn}"}
        started = time.perf_counter()
        answer = client.post("/api/v1/chat", json=body)
        crowd.waits.append(time.perf_counter() - started)
        reply = answer.json()
        said = " ".join(message["text"] for message in reply.get("messages", []))
        talk = reply.get("conversation", talk)
        crowd.by_bot += "not available" not in said
        if f"Hi {FIRST_NAME}{number}." not in said:
            crowd.wrong.append(f"{answer.status_code} {number}: {said[:80]}")
        time.sleep(picked.uniform(*PAUSE_S))


def _cpu(stack: Stack) -> dict[str, float]:
    """Seconds of CPU so far, children included."""
    return {name: _cpu_of(stack.pid(name)) for name in ("web", "actions", "bot")}


def _cpu_of(pid: int | None) -> float:
    root = psutil.Process(pid)
    times = [process.cpu_times() for process in (root, *root.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def _ms(seconds: list[float], percent: int) -> float:
    return 1000 * statistics.quantiles(seconds, n=100)[percent - 1]
