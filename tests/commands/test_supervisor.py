"""The supervisor keeps each process running, alone, and leaves nothing behind."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from commands.supervisor import (
    LONGEST_DELAY,
    STEADY_AFTER,
    Backoff,
    Program,
    only_one,
    programs_of,
    supervise,
)

FOREVER = "import time; time.sleep(600)"


def python(name: str, code: str, stop_signal: signal.Signals = signal.SIGTERM) -> Program:
    return Program(name, [sys.executable, "-c", code], stop_signal)


@contextmanager
def supervised(data_dir: Path, *programs: Program, first_for: float = 60) -> Iterator[threading.Event]:
    """Yields what the test sets when the portal shall count as answering."""
    (data_dir / "run").mkdir(parents=True, exist_ok=True)
    stop, answers = threading.Event(), threading.Event()
    given = {"portal_answers": answers, "first_for": first_for}
    thread = threading.Thread(target=supervise, args=[programs, data_dir, stop], kwargs=given)
    thread.start()
    try:
        yield answers
    finally:
        stop.set()
        thread.join()


def until[T](ask: Callable[[], T], seconds: float = 10) -> T:
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return answer


def pid_of(data_dir: Path, name: str) -> int:
    file = data_dir / "run" / f"{name}.pid"
    return int(until(lambda: text_of(file).strip()))


def text_of(file: Path) -> str:
    try:
        return file.read_text()
    except FileNotFoundError:
        return ""


def is_alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def changed_pid(data_dir: Path, name: str, old: int) -> int:
    return until(lambda: (pid := pid_of(data_dir, name)) != old and pid)


def test_a_killed_process_is_started_again_and_the_others_are_left_alone(tmp_path: Path) -> None:
    with supervised(tmp_path, python("one", FOREVER), python("two", FOREVER)):
        killed, other = pid_of(tmp_path, "one"), pid_of(tmp_path, "two")
        os.kill(killed, signal.SIGKILL)
        assert is_alive(changed_pid(tmp_path, "one", killed))
        assert pid_of(tmp_path, "two") == other


def test_children_of_a_killed_process_do_not_keep_its_place(tmp_path: Path) -> None:
    code = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', '{FOREVER}'])\n"
    code += "print(p.pid, flush=True); p.wait()"
    with supervised(tmp_path, python("parent", code)):
        log = tmp_path / "log/parent.log"
        child = int(until(lambda: text_of(log).strip()))
        os.kill(pid_of(tmp_path, "parent"), signal.SIGKILL)
        until(lambda: not is_alive(child))


def test_a_process_that_always_fails_is_tried_again_and_stops_nobody(tmp_path: Path) -> None:
    with supervised(tmp_path, python("broken", "raise SystemExit('no')"), python("good", FOREVER)):
        good = pid_of(tmp_path, "good")
        log = tmp_path / "log/broken.log"
        until(lambda: text_of(log).count("ended with 1") >= 3)
        assert pid_of(tmp_path, "good") == good


def test_a_program_that_cannot_start_is_said_in_its_log(tmp_path: Path) -> None:
    with supervised(tmp_path, Program("absent", ["/nowhere/firstline"])):
        log = tmp_path / "log/absent.log"
        until(lambda: "could not be started" in text_of(log))


def test_stopping_lets_a_process_finish_with_the_signal_it_wants(tmp_path: Path) -> None:
    # Whoever starts the tests in the background of a script hands an ignored SIGINT down to all of them.
    code = "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    code += "try: print('up', flush=True); time.sleep(600)\n"
    code += "except KeyboardInterrupt: print('finished my task', flush=True)"
    log = tmp_path / "log/worker.log"
    with supervised(tmp_path, python("worker", code, signal.SIGINT)):
        until(lambda: "up" in text_of(log))
    until(lambda: "finished my task" in text_of(log))
    assert not list((tmp_path / "run").glob("*.pid"))


def starts(data_dir: Path, name: str) -> bool:
    return (data_dir / "run" / f"{name}.pid").exists()


def test_the_portal_starts_alone_and_the_others_as_soon_as_it_answers(tmp_path: Path) -> None:
    with supervised(tmp_path, python("worker", FOREVER), python("web", FOREVER)) as answers:
        portal = pid_of(tmp_path, "web")
        time.sleep(0.5)
        assert not starts(tmp_path, "worker")
        answers.set()
        assert is_alive(pid_of(tmp_path, "worker"))
        assert pid_of(tmp_path, "web") == portal


def test_a_portal_that_never_answers_does_not_hold_up_the_others_for_ever(tmp_path: Path) -> None:
    broken = python("web", "raise SystemExit('no')")
    with supervised(tmp_path, broken, python("intake", FOREVER), first_for=0.5):
        assert is_alive(pid_of(tmp_path, "intake"))


def test_stopping_does_not_wait_for_a_portal_that_does_not_answer(tmp_path: Path) -> None:
    started = time.monotonic()
    with supervised(tmp_path, python("web", FOREVER), python("worker", FOREVER)):
        pid_of(tmp_path, "web")
    assert time.monotonic() - started < 30, "the portal is waited for up to 60 s"
    assert not list((tmp_path / "run").glob("*.pid"))


def test_without_a_portal_nobody_waits_for_one(tmp_path: Path) -> None:
    with supervised(tmp_path, python("worker", FOREVER)):
        assert is_alive(pid_of(tmp_path, "worker"))


def test_a_killed_portal_comes_back_without_a_word_to_the_others(tmp_path: Path) -> None:
    with supervised(tmp_path, python("web", FOREVER), python("worker", FOREVER)) as answers:
        answers.set()
        worker, portal = pid_of(tmp_path, "worker"), pid_of(tmp_path, "web")
        os.kill(portal, signal.SIGKILL)
        assert is_alive(changed_pid(tmp_path, "web", portal))
        assert pid_of(tmp_path, "worker") == worker


def test_a_second_supervisor_on_the_same_data_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(Exception, match="already runs"), only_one(tmp_path):
        pass


def test_the_wait_doubles_up_to_a_bound_and_is_short_again_after_a_steady_run() -> None:
    backoff = Backoff()
    waits = [backoff.after(lived_for=0) for _ in range(12)]
    assert waits[:3] == [0.1, 0.2, 0.4] and waits[-1] == LONGEST_DELAY
    assert backoff.after(lived_for=STEADY_AFTER) == waits[0]


def test_only_web_is_told_how_many_it_is() -> None:
    web, worker = programs_of(["web", "worker"], web_processes=3)
    assert web.command[1:] == ["serve", "--processes", "3"]
    assert worker.command[1:] == ["worker", "--threads", "4"]


def test_workers_are_kept_each_alone_and_share_the_threads() -> None:
    intake, *workers = programs_of(["intake", "worker"], workers=2)
    assert intake.command[1:] == ["intake"]
    assert [one.name for one in workers] == ["worker", "worker-2"]
    for one in workers:
        assert one.command[1:] == ["worker", "--threads", "2"]
        assert one.stop_signal == signal.SIGINT
