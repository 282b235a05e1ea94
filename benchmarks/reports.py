"""What the charts of the reports load at 100,000 incidents over a year: CPU, and time by the clock.

The demo year of 1,250 incidents, its rows reckoned as the worker does, then copied eighty times.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from tests.stack import FIRSTLINE

YEAR, COPIES = 1_250, 80
APART = 1_000_000
"""By how much the ids of one copy lie above those of the one before."""
SHIFTED = {
    "incident": ("id",),
    "report_fact": ("incident_id",),
    "attempt": ("id", "incident_id"),
    "offer": ("id", "attempt_id"),
    "rating": ("id", "incident_id", "resolution_id"),
    "alert_received": ("id", "incident_id"),
    "vendor_request": ("id", "incident_id"),
    "problem_link": ("incident_id",),
    "raw_message": ("id", "incident_id"),
    "conversation": ("id", "handed_to_id"),
    "turn": ("id", "conversation_id"),
    "conversation_incident": ("conversation_id", "incident_id"),
}
"""What is copied, and which of its columns are ids of something copied."""
NAMED = {"digest", "public_id", "message_id"}
"""Columns whose words are not given twice."""
TIMES = 5
LIMIT_MS = 200


def main() -> None:
    """Fill a database and measure in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="firstline-reports-") as name:
        environment = os.environ | {"FIRSTLINE_DATA_DIR": name, "FIRSTLINE_MODEL_DIR": f"{name}/no-model"}
        year = ["demo", "load", "--size", "large", "--incidents", str(YEAR)]
        for command in (year, ["reports", "rebuild"]):
            subprocess.run([FIRSTLINE, *command], env=environment, check=True, capture_output=True)
        multiply(Path(name) / "firstline.db", COPIES - 1)
        print(f"\nCharts at {YEAR * COPIES:,} incidents, a year (ms)")
        subprocess.run([sys.executable, "-m", "benchmarks.reports", "measure"], env=environment, check=True)


def multiply(path: Path, copies: int) -> None:
    """Copy everything the charts read, so often."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, shifted in SHIFTED.items():
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            values = ", ".join(_copied(name, name in shifted) for name in names)
            copied = f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {shifted[0]} < {APART}"
            for copy in range(1, copies + 1):
                connection.execute(copied, {"by": copy * APART})
        for stale in ("DELETE FROM report_day_sum", "ANALYZE"):
            connection.execute(stale)


def _copied(name: str, is_shifted: bool) -> str:
    if is_shifted:
        return f"{name} + :by"
    return f"{name} || :by" if name in NAMED else name


def measure() -> None:
    """Print the table; what takes more than 200 ms of CPU is marked."""
    from commands.context import create_context
    from firstline.db import db
    from incidents.reports import daily

    with create_context().app_context():
        daily.keep_all()
        print(f"{'loads':34}{'cpu':>8}{'clock':>8}")
        for name, load in _loads():
            cpu, clock_ms = _median(load)
            mark = f" <- above {LIMIT_MS} ms" if cpu > LIMIT_MS else ""
            print(f"{name:34}{cpu:8.0f}{clock_ms:8.0f}{mark}", flush=True)
        db.session.remove()


def _loads() -> Iterator[tuple[str, Callable[[], object]]]:
    from firstline import clock
    from incidents.reports import boards, counting
    from incidents.reports.counting import Dimension
    from incidents.reports.figures import BY_SLUG
    from incidents.reports.scope import Scope
    from portal.reports.boards import BOARDS

    today = clock.now().date()
    year = Scope(since=today - timedelta(days=364), until=today)
    span, figure = boards.span_of(year), BY_SLUG["resolve_working"]
    yield "every figure", lambda: counting.all_figures(year)
    for only in ({"channel": "portal"}, {"priority": 3}, {"channel": "portal", "priority": 3}):
        some = replace(year, **only)
        yield f"every figure, {len(only)} filters", lambda some=some: counting.all_figures(some)
    for dimension in Dimension:
        yield f"one figure by {dimension}", lambda dimension=dimension: counting.by(figure, dimension, year)
    yield "open now, by age", lambda: counting.backlog(year)
    yield "open at the end of each week", lambda: counting.open_at_ends(year)
    yield "the incidents behind a figure", lambda: counting.behind(figure, year)
    for slug, board in BOARDS.items():
        yield f"board: {slug}", lambda board=board: board.count(span)
    some = boards.span_of(replace(year, channel="portal", priority=3))
    for slug in ("deflection", "mail", "noise", "vendors"):
        yield f"board: {slug}, 2 filters", lambda board=BOARDS[slug]: board.count(some)


def _median(load: Callable[[], object]) -> tuple[float, float]:
    from firstline.db import db

    cpu, clock_ms = [], []
    for _ in range(TIMES):
        began, used = perf_counter(), process_time()
        load()
        cpu.append(1000 * (process_time() - used))
        clock_ms.append(1000 * (perf_counter() - began))
        db.session.rollback()
    return median(cpu), median(clock_ms)


if __name__ == "__main__":
    measure() if sys.argv[1:] == ["measure"] else main()
