"""How long each page of support, of its lead and of set-up takes in the demo year of 20,000 incidents."""

import os
import re
from collections.abc import Callable, Iterator

import httpx

from benchmarks import years
from benchmarks.load import Call, measure
from benchmarks.requests import serving, sign_in
from tests import servers
from tests.stack import FIRSTLINE, ROOT

COUNT = 20
LIMIT_MS = 300
AGENT, LEAD, ADMIN = "tess@example.com", "lena@example.com", "ada@example.com"
PAGES = {
    AGENT: ("/desk", "/desk/day", "/desk/new", "/desk/alerts", "/desk/outages", "/incidents", "/problems"),
    LEAD: ("/desk/board", "/desk/people", "/reports", "/outcomes"),
}
SET_UP = "/admin"
LINK = re.compile(r'href="(/[a-z]+/INC-\d+|/admin[a-z/-]*)"')


def main() -> None:
    years.with_one("benchmarks.pages")


def measure_all() -> None:
    """Print p50 and p95 of one person who opens each page again and again; slow ones are marked."""
    port = servers.free_port()
    environment = os.environ | {"FIRSTLINE_LISTEN": f"127.0.0.1:{port}", "FIRSTLINE_DEMO": "1"}
    with serving([FIRSTLINE, "serve"], environment, port, cwd=ROOT) as pid:
        print("\nPages at the demo year, one person, end to end (ms)")
        print(f"{'page':32}{'p50':>8}{'p95':>8}{'cpu':>8}{'errors':>8}")
        for name, call in _pages(port):
            found = measure(name, port, pid, call, count=COUNT, clients=1)
            late = f" <- above {LIMIT_MS} ms" if found.p95_ms > LIMIT_MS else ""
            print(
                f"{name:32}{found.p50_ms:8.0f}{found.p95_ms:8.0f}{found.cpu_ms:8.0f}{found.errors:8d}{late}"
            )


def _pages(port: int) -> Iterator[tuple[str, Callable[[int], Call]]]:
    for person, paths in PAGES.items():
        cookie = sign_in(port, person)
        yield from ((path, _asking([path], cookie)) for path in paths)
    agent, admin = sign_in(port, AGENT), sign_in(port, ADMIN)
    for name, queue in {"an open incident": "/desk", "a closed incident": "/desk?q=state:closed"}.items():
        yield name, _asking([path for path in _links(port, queue, agent) if "/INC-" in path], agent)
    for path in sorted({*_links(port, SET_UP, admin), SET_UP}):
        yield path, _asking([path], admin)


def _asking(paths: list[str], cookie: str) -> Callable[[int], Call]:
    return lambda n: Call("GET", paths[n % len(paths)], {"Cookie": cookie})


def _links(port: int, page: str, cookie: str) -> list[str]:
    got = httpx.get(f"http://127.0.0.1:{port}{page}", headers={"Cookie": cookie}, timeout=60)
    return list(dict.fromkeys(LINK.findall(got.raise_for_status().text)))


if __name__ == "__main__":
    measure_all()
