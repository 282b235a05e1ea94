"""What a mail costs, beside the peer's `get_email` in the same run.

Three rates of ours: spooled durably by SMTP (250 means committed and on disk), opened as incidents by one
process, as the peer does, and acknowledgements rendered with suggestions by as many workers and threads as
`firstline up` starts here, one a core and at most two: fixes sought and recorded, look-alikes sought, the letter
composed; not its delivery. The peer is one process, as it is shipped; it is set up from `../shared/bench` in the
cache. Both read the same mails, at 10,000 tickets or incidents.
"""

import json
import os
import shutil
import smtplib
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import mail_made, mail_soak
from benchmarks.load import cpu_seconds
from benchmarks.requests import FLOOR
from benchmarks.seed import seed
from commands import cores
from tests import servers
from tests.stack import FIRSTLINE

INCIDENTS, MAILS, ACKNOWLEDGED, PEER_MAILS = 10_000, 1000, 980, 500
CONNECTIONS, PROCESSES = 16, 1
HELPDESK = "support@desk.example"
WANTED = {"spooled": 10.0, "opened": 4.0, "acknowledged": 1.0}


@dataclass(frozen=True)
class Cost:
    """What so many mails took, on the clock and in CPU, start-up left out."""

    mails: int
    seconds: float
    cpu_s: float

    @property
    def cpu_ms(self) -> float:
        return 1000 * self.cpu_s / self.mails

    @property
    def per_second(self) -> float:
        return self.mails / self.seconds


def main() -> None:
    """Print what the three stages cost, the peer's cost, and the ratios."""
    with tempfile.TemporaryDirectory(prefix="firstline-mail-") as name:
        ours = measure_ours(Path(name))
    tell_costs(ours, measure_peer())


def tell_costs(ours: dict[str, Cost], peer: Cost | None) -> None:
    """Ratios of mails a second, and of CPU a mail beside, for others use the machine meanwhile."""
    print(f"\nMail at {INCIDENTS:,} incidents")
    print(f"{'stage':14}{'cpu ms':>8}{'a second':>10}{'ratio':>9}{'by cpu':>9}{'wanted':>8}")
    for stage, cost in ours.items():
        print(f"{stage:14}{cost.cpu_ms:8.2f}{cost.per_second:10.0f}", end="")
        if peer is not None:
            ratio, by_cpu = cost.per_second / peer.per_second, peer.cpu_ms / cost.cpu_ms
            mark = " <- below" if ratio < WANTED[stage] else ""
            print(f"{ratio:9.1f}{by_cpu:9.1f}{WANTED[stage]:8.0f}{mark}", end="")
        print()
    if peer is None:
        print("The peer is not at ../shared/bench or BENCH_FLOOR; no ratios.")
    else:
        print(f"{'get_email':14}{peer.cpu_ms:8.2f}{peer.per_second:10.0f}   (the peer)")


def measure_ours(folder: Path) -> dict[str, Cost]:
    """Each stage alone, on one database."""
    port = servers.free_port()
    environment = environment_in(folder, port)
    for command in (["db", "upgrade"], ["demo", "load"]):
        subprocess.run([FIRSTLINE, *command], env=environment, check=True, stdout=subprocess.DEVNULL)
    seed(environment, INCIDENTS)
    raws = list(mails(MAILS))
    with running([FIRSTLINE, "intake"], environment) as pid:
        servers.wait_until(lambda: servers.listens(port), "the listener's start")
        before = cpu_seconds(pid)
        seconds = timed(lambda: send_all(raws, port))
        spooled = Cost(MAILS, seconds, cpu_seconds(pid) - before)
    return {"spooled": spooled, "opened": open_all(environment), "acknowledged": acknowledge(environment)}


def environment_in(folder: Path, port: int) -> dict[str, str]:
    """A data folder of its own, the model of this checkout, and mail for the peer's address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTLINE_")}
    model = os.environ.get("FIRSTLINE_MODEL_DIR", str(Path("var/models/minilm").resolve()))
    return kept | {
        "FIRSTLINE_DATA_DIR": str(folder / "data"),
        "FIRSTLINE_DEMO": "1",
        "FIRSTLINE_MODEL_DIR": model,
        "FIRSTLINE_MAIL_LISTEN": f"127.0.0.1:{port}",
        "FIRSTLINE_MAIL_RATE": "1000000",
        "FIRSTLINE_MAIL_FLOOD": "1000000",
        "FIRSTLINE_HELPDESK_ADDRESS": HELPDESK,
    }


def mails(count: int) -> Iterator[bytes]:
    """The peer's own mails where they are, else ours."""
    if not FLOOR.is_dir():
        yield from (mail_made.make(number, HELPDESK) for number in range(count))
        return
    sys.path.insert(0, str(FLOOR))
    import mailgen  # type: ignore[import-not-found]

    yield from (mailgen.new(number, to=HELPDESK) for number in range(count))


def send_all(raws: Sequence[bytes], port: int) -> None:
    """By so many connections at once, as a busy relay does."""
    threads = [
        threading.Thread(target=_send, args=(raws[start::CONNECTIONS], port)) for start in range(CONNECTIONS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _send(raws: Sequence[bytes], port: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        for raw in raws:
            client.sendmail("person@customer.example", [HELPDESK], raw)


def open_all(environment: dict[str, str]) -> Cost:
    """Until nothing waits any more; the processes are ready before the clock starts."""
    workers = [stage("open", environment) for _process in range(PROCESSES)]
    begun = time.perf_counter()
    for worker in workers:
        tell(worker, "0")
    while _waiting(environment):
        time.sleep(0.05)
    taken = time.perf_counter() - begun
    for worker in workers:
        tell(worker, "end")
    return Cost(MAILS - PROCESSES, taken, sum(spent(worker)[1] for worker in workers))


def acknowledge(environment: dict[str, str]) -> Cost:
    """By all workers at once, each a share; the last one ends the time."""
    many = cores.workers()
    workers = [stage("acknowledge", environment, str(part), str(many)) for part in range(many)]
    for worker in workers:
        tell(worker, str(ACKNOWLEDGED // many))
    seconds, cpu_s = zip(*map(spent, workers), strict=True)
    return Cost(ACKNOWLEDGED // many * many, max(seconds), sum(cpu_s))


def spent(worker: subprocess.Popen[str]) -> tuple[float, float]:
    """Its seconds and its seconds of CPU, told as its last words."""
    said, _nothing = worker.communicate(timeout=600)
    seconds, cpu_s = said.split()
    return float(seconds), float(cpu_s)


def stage(name: str, environment: dict[str, str], *options: str) -> subprocess.Popen[str]:
    """A process that is ready to begin."""
    command = [sys.executable, "-m", "benchmarks.mail_stages", name, *options]
    worker = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout is not None
    while (line := worker.stdout.readline()) != "ready\n":
        if not line:
            raise RuntimeError(f"the stage {name} ended before it was ready")
    return worker


def tell(worker: subprocess.Popen[str], line: str) -> None:
    assert worker.stdin is not None
    worker.stdin.write(f"{line}\n")
    worker.stdin.flush()


def _waiting(environment: dict[str, str]) -> int:
    return mail_soak.ask(environment, "SELECT count(*) FROM raw_message WHERE outcome = 'waiting'")[0][0]


def timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


@contextmanager
def running(command: list[str], environment: dict[str, str]) -> Iterator[int]:
    """A process that is stopped at the end; yields its id."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def measure_peer() -> Cost | None:
    """What the peer's mails cost without its start-up; None where it is not there or cannot be set up."""
    if not FLOOR.is_dir():
        return None
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "firstline" / "peer"
    try:
        return _run_peer(_set_up_peer(cache))
    except (OSError, subprocess.CalledProcessError, ValueError) as error:
        print(f"The peer could not be set up: {error}")
        return None


def _set_up_peer(cache: Path) -> Path:
    done = cache / "data" / "peer10k.sqlite3"
    if done.exists() and (cache / "seeded").exists():
        return cache
    shutil.rmtree(cache, ignore_errors=True)
    shutil.copytree(FLOOR, cache)
    for path in (cache, *cache.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)
    (cache / "data").mkdir(exist_ok=True)
    python = str(cache / "venv-peer/bin/python")
    environment = os.environ | {"PEER_DB": "sqlite", "PEER_DBNAME": "peer10k"}
    for command in (
        [sys.executable, "-m", "venv", "venv-peer"],
        [python, "-m", "pip", "install", "-q", "-r", "requirements-peer.txt"],
        [python, "manage.py", "migrate", "-v0"],
        [python, "seed_peer.py", str(INCIDENTS)],
    ):
        subprocess.run(command, cwd=cache, env=environment, check=True, stdout=subprocess.DEVNULL)
    (cache / "seeded").touch()
    return cache


def _run_peer(folder: Path) -> Cost:
    command = [
        "venv-peer/bin/python",
        "bench_mail.py",
        "throughput",
        "--db",
        "sqlite",
        "--n",
        str(PEER_MAILS),
    ]
    environment = os.environ | {"PEER_DB": "sqlite", "PEER_DBNAME": "peer10k"}
    said = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    told = json.loads(said.stdout.splitlines()[-1])
    seconds = PEER_MAILS / float(told["per_s_without_startup"])
    return Cost(PEER_MAILS, seconds, float(told["cpu_s"]) - _peer_start_up_s(folder))


def _peer_start_up_s(folder: Path) -> float:
    """CPU of a run that finds no mail, for the peer is started anew each time."""
    environment = os.environ | {"PEER_DB": "sqlite", "PEER_DBNAME": "mailtest"}
    command = ["venv-peer/bin/python", "manage.py", "get_email", "--quiet"]
    before = os.times()
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system
