"""Background jobs. A job is only a nudge: the database says what is due, a sweep finds it anyway.

huey has a file (or Redis) of its own: enqueueing into the application's file inside a
transaction would lock it, and a task taken off the queue is lost with its process.
"""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask, current_app
from huey import Huey, PriorityRedisHuey, SqliteHuey
from huey.exceptions import HueyException

from firstline import log
from firstline.db import after_commit

Task = Callable[..., None]
_tasks: dict[str, Task] = {}
_sweeps: list[tuple[int, Task]] = []
logger = log.get(__name__)


def task(name: str) -> Callable[[Task], Task]:
    """Register a function that `nudge(name, ...)` runs in the worker, inside an app context."""

    def register(function: Task) -> Task:
        _tasks[name] = function
        return function

    return register


def sweep(*, every_s: int) -> Callable[[Task], Task]:
    """Register a function that the one scheduler runs every so many seconds. It must be idempotent."""

    def register(function: Task) -> Task:
        _sweeps.append((every_s, function))
        return function

    return register


def sweeps() -> list[tuple[int, Task]]:
    """What is swept, with its period in seconds."""
    return list(_sweeps)


def nudge(name: str, *arguments: Any) -> None:
    """Ask the worker to look now; called after the commit. A broken queue only costs time.

    The arguments are what to look at, each by itself: many of one name are asked for at once.
    """
    after_commit((nudge, name), lambda *many: _enqueue(name, *many), *arguments)


def _enqueue(name: str, *arguments: Any) -> None:
    try:
        current_app.extensions["firstline_run"](name, *arguments)
    except (HueyException, OSError) as error:
        logger.warning("nudge lost, the sweep will find it", task=name, error=str(error))


def run(name: str, *arguments: Any) -> None:
    """Run a registered task here and now; needs an app context."""
    _tasks[name](*arguments)


def stop_flag() -> threading.Event:
    """Set when this process was asked to stop; needs an app context.

    A task that takes long looks at it at each safe place and leaves the rest to the sweep.
    """
    flag: threading.Event = current_app.extensions["firstline_stop"]
    return flag


def init_app(app: Flask) -> None:
    """Attach the queue; tests with `JOBS_INLINE` keep the nudges in a list instead."""
    app.extensions["firstline_stop"] = threading.Event()
    if app.config.get("JOBS_INLINE"):
        app.extensions["firstline_run"] = _Inbox()
        return
    huey = make_huey(app)

    def run_in_app(name: str, *arguments: Any) -> None:
        with app.app_context():
            run(name, *arguments)

    app.extensions["huey"] = huey
    app.extensions["firstline_run"] = huey.task(name="run")(run_in_app)


def make_huey(app: Flask) -> Huey:
    """The queue of this installation."""
    if app.config["REDIS_URL"]:
        return PriorityRedisHuey("firstline", url=app.config["REDIS_URL"], results=False)
    return SqliteHuey("firstline", filename=app.config["JOBS_FILE"], results=False)


class _Inbox(list[tuple[str, tuple[Any, ...]]]):
    """Nudges that wait for a test to run them."""

    def __call__(self, name: str, *arguments: Any) -> None:
        self.append((name, arguments))


def run_waiting() -> int:
    """Run the nudges kept by `JOBS_INLINE`, and those they cause; returns how many ran."""
    inbox: _Inbox = current_app.extensions["firstline_run"]
    count = 0
    while inbox:
        name, arguments = inbox.pop(0)
        run(name, *arguments)
        count += 1
    return count
