"""CPU, memory and files of all web processes together: whichever of them answers a scrape, it tells the same."""

import os
from collections.abc import Iterator
from pathlib import Path

from flask import current_app
from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.registry import Collector

SERVER = "SERVER_PID"
"""Name of the setting of Flask's that says whose children the web processes are."""
EARLIEST = "process_start_time_seconds"


class Processes(Collector):
    """What Prometheus asks of one process, added up."""

    def collect(self) -> Iterator[Metric]:
        told: dict[str, Metric] = {}
        for pid in _web_processes():
            for metric in ProcessCollector(pid=lambda pid=pid: pid, registry=None).collect():  # type: ignore[misc]
                known = told.setdefault(metric.name, metric)
                if known is not metric:
                    _add(known, metric)
        yield from told.values()


def how_many() -> int:
    """The web processes that share the work of this server."""
    return len(_web_processes())


def collect(registry: CollectorRegistry) -> None:
    registry.register(Processes())


def _add(known: Metric, metric: Metric) -> None:
    join = min if metric.name == EARLIEST else float.__add__
    (one,), (other,) = known.samples, metric.samples
    known.samples = [one._replace(value=join(float(one.value), float(other.value)))]


def _web_processes() -> list[int]:
    """All children of the server on Linux; elsewhere, and without a server, this process alone."""
    server = current_app.config.get(SERVER)
    try:
        listed = Path(f"/proc/{server}/task/{server}/children").read_text() if server else ""
    except OSError:
        listed = ""
    return [int(pid) for pid in listed.split()] or [os.getpid()]
