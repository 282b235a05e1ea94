"""`firstline worker`: runs nudged jobs and, as one of all workers, the sweeps."""

import os
import signal
import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from time import monotonic

import click
from flask import Flask
from huey import Huey
from huey.consumer import Consumer
from sqlalchemy.exc import SQLAlchemyError

from commands.context import create_context
from commands.cores import WORKER_THREADS
from commands.memory import leave_alone_what_stays
from commands.schema import require_schema
from firstline import jobs, leases, log
from firstline.app import settings_of
from knowledge_base.following import warm_up

LEASE = "scheduler"
LEASE_FOR = timedelta(seconds=15)
BEAT_S = 4
TICK_S = 1.0
SWEEPERS = 4
FINISH_WITHIN_S = 6

logger = log.get(__name__)


class Heart(threading.Thread):
    """Keeps the scheduler's lease while the scheduler lives, however long one sweep takes."""

    def __init__(self, app: Flask, stop: threading.Event) -> None:
        super().__init__(name="heart", daemon=True)
        self.holder = f"{socket.gethostname()}:{os.getpid()}"
        self.is_mine = False
        self._app, self._stop_asked = app, stop

    def run(self) -> None:
        while not self._stop_asked.wait(BEAT_S):
            self.beat()

    def beat(self) -> None:
        with self._app.app_context():
            try:
                leases.bury(LEASE)
                self.is_mine = leases.hold(LEASE, self.holder, for_=LEASE_FOR)
            except SQLAlchemyError as error:
                self.is_mine = False
                logger.warning("the lease could not be kept; trying again", error=str(error))

    def stop_beating(self) -> None:
        with self._app.app_context():
            try:
                leases.release(LEASE, self.holder)
            except SQLAlchemyError as error:
                logger.warning("the lease was not given back; it ends by itself", error=str(error))


class Scheduler(threading.Thread):
    """Runs what is swept, each at its own period, on the one worker that holds the lease."""

    def __init__(self, app: Flask, stop: threading.Event) -> None:
        super().__init__(name="scheduler", daemon=True)
        self._app, self._stop_asked = app, stop
        self._due_at = [0.0] * len(jobs.sweeps())
        self._running: dict[int, Future[None]] = {}
        self._pool = ThreadPoolExecutor(SWEEPERS, thread_name_prefix="sweep")

    def run(self) -> None:
        heart = Heart(self._app, self._stop_asked)
        heart.beat()
        heart.start()
        while not self._stop_asked.is_set():
            if heart.is_mine:
                self.sweep_what_is_due()
            self._stop_asked.wait(TICK_S)
        self._pool.shutdown(cancel_futures=True)
        heart.join()
        heart.stop_beating()

    def sweep_what_is_due(self) -> None:
        """Start what is due, beside each other: a mail server that hangs holds up no other sweep."""
        for position, (every_s, sweep) in enumerate(jobs.sweeps()):
            before = self._running.get(position)
            if self._due_at[position] <= monotonic() and (before is None or before.done()):
                self._due_at[position] = monotonic() + every_s
                self._running[position] = self._pool.submit(self._sweep, sweep)

    def _sweep(self, sweep: jobs.Task) -> None:
        with self._app.app_context():
            try:
                sweep()
            except Exception as error:  # noqa: BLE001 - one broken sweep must not stop the others
                logger.error("sweep failed; it runs again", sweep=sweep.__name__, error=repr(error))


class Jobs(Consumer):
    """huey's consumer, which finishes the task it is at on either signal, and tells the task of it."""

    def __init__(self, huey: Huey, stop: threading.Event, *, threads: int) -> None:
        super().__init__(
            huey, workers=threads, periodic=False, max_delay=0.5, shutdown_timeout=FINISH_WITHIN_S
        )
        self._stop_asked = stop

    def stop(self, graceful: bool = False) -> None:
        self._stop_asked.set()
        super().stop(graceful)

    def _set_signal_handlers(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._signal_actions[number] = (False, True)
        super()._set_signal_handlers()


@click.command()
@click.option("--threads", type=click.IntRange(1, 64), default=WORKER_THREADS, help="How many do jobs.")
def worker(threads: int) -> None:
    """Background jobs and the sweep; any number of processes may do it beside each other."""
    log.configure("worker")
    app = create_context()
    require_schema(settings_of(app))
    with app.app_context():
        stop = jobs.stop_flag()
    threading.Thread(target=_settle_in, args=[app], name="settle-in", daemon=True).start()
    scheduler = Scheduler(app, stop)
    scheduler.start()
    logger.info("working")
    try:
        Jobs(app.extensions["huey"], stop, threads=threads).run()
    finally:
        stop.set()
        scheduler.join(FINISH_WITHIN_S)


def _settle_in(app: Flask) -> None:
    """Read model and articles before a job asks for them."""
    warm_up(app).join()
    leave_alone_what_stays()
