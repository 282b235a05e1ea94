"""What the person sees: one line a step, and one sentence when a step cannot be done."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstline"
TAIL_LINES = 25


class SetupError(Exception):
    """A step cannot be done; the text says what the person can do about it."""


class Part(Protocol):
    """Something that can be installed, and can tell whether it is."""

    def is_current(self) -> bool: ...

    def install(self) -> None: ...


def do(name: str, part: Part) -> None:
    """Install one part unless it is there, and say so with the seconds it took."""
    if part.is_current():
        say(name, "is there")
        return
    started = time.monotonic()
    say(name, "installing")
    try:
        part.install()
    except SetupError:
        say(name, "failed")
        raise
    say(name, f"done in {time.monotonic() - started:.1f} s")


def do_together(parts: Mapping[str, Part]) -> None:
    """The parts wait for different things (network, disk), so side by side is quicker."""
    with ThreadPoolExecutor(len(parts)) as pool:
        waiting = [pool.submit(do, name, part) for name, part in parts.items()]
    for one in waiting:
        one.result()


def say(name: str, state: str) -> None:
    print(f"  {name:<34} {state}\n", end="", flush=True)


def warn(sentence: str) -> None:
    print(f"  ! {sentence}", file=sys.stderr, flush=True)


def run(command: Sequence[str | Path], hint: str, env: Mapping[str, str] | None = None) -> str:
    """The command's output; when it fails its last lines are shown above the hint."""
    try:
        done = subprocess.run(
            [str(part) for part in command],
            cwd=ROOT,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise SetupError(f"{command[0]} could not be started ({error.strerror}). {hint}") from error
    if done.returncode:
        tail = "\n".join(f"    {line}" for line in done.stdout.splitlines()[-TAIL_LINES:])
        raise SetupError(f"{Path(str(command[0])).name} ended with {done.returncode}.\n{tail}\n{hint}")
    return done.stdout


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold `folder` for one set-up at a time: `make run` and the bot may both call it."""
    import fcntl

    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  another set-up is at work here; waiting for it", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
