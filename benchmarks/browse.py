"""How long people wait for fixes while they type and look around, at 10,000 articles, end to end."""

import os
import subprocess
import sys
import tempfile
import urllib.parse
from collections.abc import Callable, Iterator
from itertools import cycle, islice

from benchmarks.load import Call, measure
from benchmarks.requests import serving, sign_in
from tests import servers
from tests.stack import FIRSTLINE, ROOT

ARTICLES = 10_000
COUNT = 180
"""Requests of a kind; nobody may ask much more often in a minute."""
LIMIT_MS = 50
"""A suggestion while typing, p95."""
Calls = Callable[[int], Call]
TYPED = (
    "outlook asks for my password again and again since monday",
    "the printer on the third floor prints only blank pages",
    "vpn keeps disconnecting every few minutes when i am at home",
    "my second screen is not detected by the new docking station",
)
SHORTEST = 6


def main() -> None:
    """Print p50 and p95 of one person who types, opens shelves and searches."""
    with tempfile.TemporaryDirectory(prefix="firstline-browse-") as name:
        port = servers.free_port()
        environment = os.environ | {
            "FIRSTLINE_DATA_DIR": name,
            "FIRSTLINE_LISTEN": f"127.0.0.1:{port}",
            "FIRSTLINE_DEMO": "1",
            "FIRSTLINE_MODEL_DIR": str(ROOT / "var/models/minilm"),
        }
        for command in (["db", "upgrade"], ["demo", "load"]):
            subprocess.run([FIRSTLINE, *command], env=environment, check=True, capture_output=True)
        filling = [sys.executable, "-m", "benchmarks.seed_articles", str(ARTICLES)]
        subprocess.run(filling, env=environment, check=True, cwd=ROOT)
        print(f"\nWaiting for fixes at {ARTICLES:,} articles, one person, end to end (ms)")
        print(f"{'request':16}{'p50':>8}{'p95':>8}{'cpu':>8}{'errors':>8}")
        with serving([FIRSTLINE, "serve"], environment, port, cwd=ROOT) as pid:
            _measure_all(port, pid)


def _measure_all(port: int, pid: int) -> None:
    for name, make in KINDS.items():
        # Each kind by somebody else: what one person may ask in a minute is limited.
        calls = make({"Cookie": sign_in(port, PEOPLE[name])})
        found = measure(name, port, pid, calls, count=COUNT, clients=1)
        late = f" <- above {LIMIT_MS} ms" if name == "suggestion" and found.p95_ms > LIMIT_MS else ""
        print(f"{name:16}{found.p50_ms:8.1f}{found.p95_ms:8.1f}{found.cpu_ms:8.1f}{found.errors:8d}{late}")


def _suggestion(headers: dict[str, str]) -> Calls:
    typing = headers | {"HX-Request": "true", "HX-Request-Type": "partial"}
    words = list(islice(_typed(), COUNT + 20))

    def ask(n: int) -> Call:
        asked = urllib.parse.urlencode({"words": words[n], "page": "bench"})
        return Call("GET", f"/suggestions?{asked}", typing)

    return ask


def _search(headers: dict[str, str]) -> Calls:
    def ask(n: int) -> Call:
        asked = urllib.parse.urlencode({"q": f"{TYPED[n % len(TYPED)]} {n}"})
        return Call("GET", f"/fixes?{asked}", headers)

    return ask


def _shelves(headers: dict[str, str]) -> Calls:
    return lambda n: Call("GET", "/fixes", headers)


def _shelf(headers: dict[str, str]) -> Calls:
    return lambda n: Call("GET", f"/fixes?category=network&page={n % 20 + 1}", headers)


KINDS = {"suggestion": _suggestion, "search page": _search, "shelves": _shelves, "one shelf": _shelf}
PEOPLE = dict(
    zip(KINDS, ("erin@example.com", "bob@example.com", "carla@example.com", "jonas@example.com"), strict=True)
)


def _typed() -> Iterator[str]:
    """What stands in the field at every letter, each time with another word before it: no cache helps."""
    for number, whole in enumerate(cycle(TYPED)):
        for end in range(SHORTEST, len(whole) + 1):
            yield f"{number} {whole[:end]}"
