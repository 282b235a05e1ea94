"""CPU a request of the four things people do most, at 10,000 incidents, beside the floor app.

The floor is the bare Flask and SQLAlchemy app of `../shared/bench`: one insert, one list of 25
rows as a page, one row. What costs more than 15 times its floor is marked.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.load import Call, Figures, measure
from benchmarks.seed import seed
from tests import servers
from tests.stack import FIRSTLINE, ROOT

FLOOR = Path(os.environ.get("BENCH_FLOOR", ROOT.parent / "shared" / "bench"))
INCIDENTS = 10_000
LIMIT = 15
DEMO_PASSWORD = "firstline-demo"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
WORDS = (
    "vpn keeps disconnecting",
    "outlook asks for my password",
    "printer prints blank pages",
    "laptop very slow",
)


def main() -> None:
    """Print the table: ours with and without the sentence vector, the floor, and the ratio."""
    with tempfile.TemporaryDirectory(prefix="firstline-bench-") as name:
        floor = dict(_floor(Path(name))) if FLOOR.is_dir() else {}
        ours = _ours(Path(name), model=True)
        lexical = _ours(Path(name), model=False)
    print(f"\nCPU a request at {INCIDENTS:,} incidents (ms); the vector is the part the sentence model costs")
    print(f"{'request':16}{'cpu':>8}{'vector':>8}{'floor':>8}{'ratio':>8}{'p50':>8}{'p95':>8}{'errors':>8}")
    for name, (whole, plain) in {key: (ours[key], lexical[key]) for key in ours}.items():
        print(_row(name, whole, plain, floor.get(name)))
    if not floor:
        print("The floor app is not at ../shared/bench; no ratios.")


def _row(name: str, whole: Figures, plain: Figures, floor: Figures | None) -> str:
    vector = max(0.0, whole.cpu_ms - plain.cpu_ms)
    ratio = plain.cpu_ms / floor.cpu_ms if floor else None
    mark = " <- above the limit" if ratio and ratio > LIMIT else ""
    shown = f"{ratio:8.1f}" if ratio else f"{'':8}"
    bare = f"{floor.cpu_ms:8.2f}" if floor else f"{'':8}"
    times = f"{whole.p50_ms:8.1f}{whole.p95_ms:8.1f}{whole.errors + plain.errors:8d}"
    return f"{name:16}{plain.cpu_ms:8.2f}{vector:8.2f}{bare}{shown}{times}{mark}"


def _floor(folder: Path) -> Iterator[tuple[str, Figures]]:
    environment = os.environ | {"REF_DB": f"sqlite:///{folder / 'floor.db'}"}
    subprocess.run([sys.executable, "ref_app.py", str(INCIDENTS)], cwd=FLOOR, env=environment, check=True)
    port = servers.free_port()
    gunicorn = [str(Path(sys.executable).with_name("gunicorn")), "ref_app:app", "--bind", f"127.0.0.1:{port}"]
    with serving([*gunicorn, "--threads", "8"], environment, port, cwd=FLOOR) as pid:
        body = urllib.parse.urlencode(
            {"title": WORDS[0], "body": WORDS[0] * 9, "submitter_email": "a@b.example"}
        )
        insert = measure("insert", port, pid, lambda n: Call("POST", "/insert", FORM, body), count=400)
        page = measure("page", port, pid, lambda n: Call("GET", "/page", {}), count=400)
        one = measure("get", port, pid, lambda n: Call("GET", f"/get/{n % INCIDENTS + 1}", {}), count=400)
    yield from (("report", insert), ("queue page", page), ("incident page", one), ("suggestion", page))


def _ours(folder: Path, *, model: bool) -> dict[str, Figures]:
    port = servers.free_port()
    data = folder / ("with-model" if model else "without-model")
    environment = os.environ | {
        "FIRSTLINE_DATA_DIR": str(data),
        "FIRSTLINE_LISTEN": f"127.0.0.1:{port}",
        "FIRSTLINE_DEMO": "1",
        "FIRSTLINE_MODEL_DIR": str(ROOT / "var/models/minilm" if model else folder / "no-model"),
    }
    for command in (["db", "upgrade"], ["demo", "load"]):
        subprocess.run([FIRSTLINE, *command], env=environment, check=True, capture_output=True)
    seed(environment, INCIDENTS)
    made = subprocess.run(
        [FIRSTLINE, "token", "create", "--email", "bench@example.com", "--role", "employee"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    token = made.stdout.split()[-1]
    with serving([FIRSTLINE, "serve"], environment, port, cwd=ROOT) as pid:
        kinds = _kinds(token, sign_in(port, "tess@example.com"), sign_in(port, "erin@example.com"))
        return {name: measure(name, port, pid, calls, count=count) for name, (calls, count) in kinds.items()}


def _kinds(token: str, agent: str, employee: str) -> dict[str, tuple[Callable[[int], Call], int]]:
    api = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    desk, home = {"Cookie": agent}, {"Cookie": employee, "HX-Request": "true", "HX-Request-Type": "partial"}
    picked = random.Random(7)

    def report(n: int) -> Call:
        words = json.dumps(
            {"title": f"{WORDS[n % 4]} {n}", "description": WORDS[n % 4] + " since this morning. " * 9}
        )
        return Call("POST", "/api/v1/incidents", api, words)

    def incident(n: int) -> Call:
        return Call("GET", f"/desk/INC-{picked.randint(100, INCIDENTS):06d}", desk)

    def suggestion(n: int) -> Call:
        return Call("GET", "/suggestions?" + urllib.parse.urlencode({"words": f"{WORDS[n % 4]} {n}"}), home)

    return {
        "report": (report, 200),
        "queue page": (lambda n: Call("GET", "/desk", desk), 200),
        "incident page": (incident, 200),
        "suggestion": (suggestion, 200),
    }


def sign_in(port: int, email: str) -> str:
    """The session cookie of a demo person, by the demo's password."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=60) as client:
        page = client.get("/login").text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, "the sign-in page has a form"
        form = {"csrf_token": token.group(1), "email": email, "password": DEMO_PASSWORD}
        client.post("/login", data=form).raise_for_status()
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)


@contextmanager
def serving(command: list[str], environment: dict[str, str], port: int, *, cwd: Path) -> Iterator[int]:
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, cwd=cwd, stdout=quiet, stderr=quiet)
    try:
        servers.wait_until(lambda: servers.listens(port), "the server's start")
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)
