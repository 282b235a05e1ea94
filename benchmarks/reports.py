"""What the charts of the reports load at 100,000 incidents over a year: CPU, and time by the clock."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from statistics import median
from time import perf_counter, process_time

from benchmarks.seed import seed
from tests.stack import FIRSTLINE

INCIDENTS = 100_000
TIMES = 5
LIMIT_MS = 200


def main() -> None:
    """Fill a database, let the worker's rows be reckoned, and measure in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="firstline-reports-") as name:
        environment = os.environ | {"FIRSTLINE_DATA_DIR": name, "FIRSTLINE_MODEL_DIR": f"{name}/no-model"}
        environment |= {"FIRSTLINE_DEMO": "1"}
        for command in (["db", "upgrade"], ["demo", "load"]):
            subprocess.run([FIRSTLINE, *command], env=environment, check=True, capture_output=True)
        seed(environment, INCIDENTS)
        began = perf_counter()
        subprocess.run([FIRSTLINE, "reports", "rebuild"], env=environment, check=True, capture_output=True)
        print(
            f"\nCharts at {INCIDENTS:,} incidents, a year (ms; rows kept in {perf_counter() - began:.0f} s)"
        )
        subprocess.run([sys.executable, "-m", "benchmarks.reports", "measure"], env=environment, check=True)


def measure() -> None:
    """Print the table; what takes more than 200 ms of CPU is marked."""
    from commands.context import create_context
    from firstline.db import db

    with create_context().app_context():
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
    for dimension in Dimension:
        yield f"one figure by {dimension}", lambda dimension=dimension: counting.by(figure, dimension, year)
    yield "open now, by age", counting.backlog
    yield "the incidents behind a figure", lambda: counting.behind(figure, year)
    for slug, board in BOARDS.items():
        yield f"board: {slug}", lambda board=board: board.count(span)


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
