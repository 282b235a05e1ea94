"""A small load: one keep-alive client a thread, and the CPU the server spent on it."""

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import psutil

Body = str | None


@dataclass(frozen=True)
class Call:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: Body = None


@dataclass(frozen=True)
class Figures:
    """What a load of one kind of request cost; times in milliseconds."""

    name: str
    requests: int
    cpu_ms: float
    p50_ms: float
    p95_ms: float
    errors: int


def measure(
    name: str, port: int, pid: int, calls: Callable[[int], Call], *, count: int, clients: int = 2
) -> Figures:
    """Send `count` requests over loopback; `cpu_ms` is the server's CPU a request, children included."""
    for number in range(min(20, count)):
        _send(http.client.HTTPConnection("127.0.0.1", port, timeout=30), calls(-1 - number))
    times: list[float] = []
    errors: list[int] = []
    before = cpu_seconds(pid)
    threads = [
        threading.Thread(
            target=_client, args=(port, [calls(n) for n in range(start, count, clients)], times, errors)
        )
        for start in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = cpu_seconds(pid) - before
    ordered = sorted(times)
    return Figures(
        name=name,
        requests=len(times),
        cpu_ms=1000 * spent / max(1, len(times)),
        p50_ms=1000 * median(ordered),
        p95_ms=1000 * ordered[int(0.95 * (len(ordered) - 1))],
        errors=len(errors),
    )


def _client(port: int, calls: Sequence[Call], times: list[float], errors: list[int]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for call in calls:
        started = time.perf_counter()
        status = _send(connection, call)
        times.append(time.perf_counter() - started)
        if status >= 400:
            errors.append(status)


def _send(connection: http.client.HTTPConnection, call: Call) -> int:
    body = call.body.encode() if call.body is not None else None
    connection.request(call.method, call.path, body=body, headers=call.headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def cpu_seconds(pid: int) -> float:
    """What this process and its children have spent so far."""
    root = psutil.Process(pid)
    total = 0.0
    for process in (root, *root.children(recursive=True)):
        spent = process.cpu_times()
        total += spent.user + spent.system
    return total
