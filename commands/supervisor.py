"""`firstline up`: starts every process and keeps each one running, alone (docs/decisions/0002)."""

import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from time import monotonic
from typing import IO

import click

from commands import cores
from commands.ports import require_free
from commands.schema import prepare_schema
from commands.supervised import VARIABLE
from commands.welcome import greet_when_ready
from firstline.settings import Settings

FIRST_DELAY = 0.1
LONGEST_DELAY = 30.0
STEADY_AFTER = 10.0
GRACE = 8.0
FIRST = "web"
FIRST_FOR = 8.0
LOOK_EVERY = 0.1
BOT_WAITS = 3.0
LAST_WORDS = 1.0
LINE_LIMIT = 64 * 1024
LOG_SIZE = 10 * 1024 * 1024
PROCESSES = {"web": "serve", "worker": "worker", "intake": "intake", "actions": "actions", "bot": "bot"}
SAMPLE = "sample"
"""Only a demo has something to repair."""


@dataclass(frozen=True)
class Program:
    """One process: how it is started, how many seconds after the others, and which signal ends it."""

    name: str
    command: Sequence[str]
    stop_signal: signal.Signals = signal.SIGTERM
    start_after: float = 0.0


class Backoff:
    """Seconds to wait before the next start: doubled each time, short again after a steady run."""

    def __init__(self) -> None:
        self._delay = FIRST_DELAY

    def after(self, lived_for: float) -> float:
        if lived_for >= STEADY_AFTER:
            self._delay = FIRST_DELAY
        delay = self._delay
        self._delay = min(2 * delay, LONGEST_DELAY)
        return delay


class Keeper(threading.Thread):
    """Keeps one program running until it is told to stop; knows nothing of the others."""

    def __init__(self, program: Program, run_dir: Path, log: logging.Logger) -> None:
        super().__init__(name=program.name)
        self._program = program
        self._log = log
        self._pid_file = run_dir / f"{program.name}.pid"
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    def run(self) -> None:
        try:
            self._keep_running()
        finally:
            for handler in self._log.handlers:
                handler.close()

    def _keep_running(self) -> None:
        backoff = Backoff()
        self._stopping.wait(self._program.start_after)
        while not self._stopping.is_set():
            started = monotonic()
            ending = self._run_once()
            if not self._stopping.is_set():
                delay = backoff.after(monotonic() - started)
                self._log.warning("%s; starting it again in %.1f s", ending, delay)
                self._stopping.wait(delay)

    def stop(self) -> None:
        with self._lock:
            self._stopping.set()
            if self._process and self._process.poll() is None:
                self._process.send_signal(self._program.stop_signal)

    def kill(self) -> None:
        with self._lock:
            if self._process:
                _kill_group(self._process.pid)

    def _run_once(self) -> str:
        try:
            process = self._start()
        except OSError as error:
            return f"could not be started ({error.strerror})"
        if process is None:
            return "stopped"
        self._pid_file.write_text(f"{process.pid}\n")
        reader = threading.Thread(target=self._copy_lines, args=[process.stdout], daemon=True)
        reader.start()
        code = process.wait()
        # Its own children may live on and hold its port.
        _kill_group(process.pid)
        reader.join(LAST_WORDS)
        self._pid_file.unlink(missing_ok=True)
        return f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"

    def _start(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            self._process = subprocess.Popen(
                self._program.command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**os.environ, VARIABLE: str(os.getpid()), "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        return self._process

    def _copy_lines(self, output: IO[bytes]) -> None:
        with output:
            for line in iter(lambda: output.readline(LINE_LIMIT), b""):
                self._log.info("%s", line.decode(errors="replace").rstrip())


def supervise(
    programs: Sequence[Program],
    data_dir: Path,
    stop: threading.Event,
    *,
    portal_answers: threading.Event,
    first_for: float = FIRST_FOR,
) -> None:
    """Keep the programs running until `stop` is set, then end them all.

    The portal starts alone, the others once it answers: all of them loading at once on few cores
    would make it late. After `first_for` seconds they start anyway, so that mail is taken even
    while the portal is broken.
    """
    run_dir = data_dir / "run"
    keepers = [Keeper(program, run_dir, make_log(program.name, data_dir / "log")) for program in programs]
    for keeper in keepers:
        if keeper.name == FIRST:
            keeper.start()
            _await_portal(portal_answers, stop, deadline=monotonic() + first_for)
    for keeper in keepers:
        if keeper.name != FIRST:
            keeper.start()
    stop.wait()
    for keeper in keepers:
        keeper.stop()
    _await_end(keepers)


def _await_portal(answers: threading.Event, stop: threading.Event, *, deadline: float) -> None:
    while not (answers.wait(LOOK_EVERY) or stop.is_set() or monotonic() > deadline):
        pass


def make_log(name: str, folder: Path) -> logging.Logger:
    """Lines go to a file of the process's own and, with its name in front, to the terminal."""
    folder.mkdir(parents=True, exist_ok=True)
    log = logging.Logger(name)
    log.addHandler(RotatingFileHandler(folder / f"{name}.log", maxBytes=LOG_SIZE, backupCount=3))
    terminal = logging.StreamHandler(sys.stdout)
    terminal.setFormatter(logging.Formatter("%(name)-8s| %(message)s"))
    log.addHandler(terminal)
    return log


def programs_of(names: Sequence[str], *, web_processes: int | None = None, workers: int = 1) -> list[Program]:
    """The programs behind these names; a worker further than the first has its number behind its name."""
    firstline = str(Path(sys.executable).with_name("firstline"))
    # Only SIGINT lets the job engine finish the task it is at.
    signals = {"worker": signal.SIGINT}
    # Installing and training take every core: the portal shall be up before.
    delays = {"bot": BOT_WAITS}
    options = {"worker": ["--threads", str(cores.threads_of_worker(workers))]}
    if web_processes:
        options["web"] = ["--processes", str(web_processes)]
    return [
        Program(
            name if number == 1 else f"{name}-{number}",
            [firstline, PROCESSES.get(name, name), *options.get(name, [])],
            signals.get(name, signal.SIGTERM),
            delays.get(name, 0.0),
        )
        for name in names
        for number in range(1, 1 + (workers if name == "worker" else 1))
    ]


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([*PROCESSES, SAMPLE]))
@click.option("--processes", type=click.IntRange(1, 64), help="How many are web; by itself one a core.")
@click.option(
    "--workers", type=click.IntRange(1, 64), help="How many are workers; by itself one a core, at most 2."
)
def up(names: tuple[str, ...], processes: int | None, workers: int | None) -> None:
    """Start every process (or only those named) and keep each one running until Ctrl-C."""
    settings = Settings.from_environ()
    wanted = names or (*PROCESSES, *([SAMPLE] if settings.demo else []))
    # A terminal that was closed must not end what runs.
    logging.raiseExceptions = False
    with only_one(settings.data_dir / "run"):
        require_free(settings, wanted)
        prepare_schema(settings, wanted)
        stop = threading.Event()
        with stopped_by_signals(stop):
            answers = greet_when_ready(settings, stop)
            many = workers or cores.workers()
            programs = programs_of(wanted, web_processes=processes, workers=many)
            supervise(programs, settings.data_dir, stop, portal_answers=answers)
    click.echo("Everything is stopped.")


@contextmanager
def only_one(run_dir: Path) -> Iterator[None]:
    run_dir.mkdir(parents=True, exist_ok=True)
    with (run_dir / "supervisor.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise click.ClickException(
                f"Firstline already runs on {run_dir.parent}: stop that one first, or set FIRSTLINE_DATA_DIR."
            ) from error
        yield


@contextmanager
def stopped_by_signals(stop: threading.Event) -> Iterator[None]:
    def ask_to_stop(number: int, frame: object) -> None:
        stop.set()

    wanted = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before: Mapping[signal.Signals, object] = {one: signal.signal(one, ask_to_stop) for one in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]


def _await_end(keepers: Sequence[Keeper]) -> None:
    deadline = monotonic() + GRACE
    for keeper in keepers:
        keeper.join(max(0.0, deadline - monotonic()))
    for keeper in keepers:
        if keeper.is_alive():
            keeper.kill()
        keeper.join()


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
