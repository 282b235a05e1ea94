"""`firstline serve`: the portal behind gunicorn, threads in one process."""

import gc
from typing import Any, override

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from commands.schema import require_schema
from firstline import log
from firstline.settings import Settings

THREADS = 32
GRACE_S = 3
COLLECT_AFTER = (10_000, 10, 10)
"""How many objects come before rubbish is looked for, and how often that is done to the older ones."""


class Server(BaseApplication):
    """gunicorn set up by us; the app is built in the worker, so that the port is bound at once."""

    def __init__(self, settings: Settings, processes: int) -> None:
        self._settings, self._processes = settings, processes
        super().__init__()

    @override
    def load_config(self) -> None:
        for name, value in self._options().items():
            self.cfg.set(name, value)

    @override
    def load(self) -> Flask:
        from knowledge_base.following import warm_up
        from portal import create_app

        app = create_app(self._settings, MOST_STREAMS=THREADS // 2)
        warm_up(app)
        _leave_alone_what_stays()
        return app

    def _options(self) -> dict[str, Any]:
        return {
            "bind": [str(self._settings.listen)],
            "workers": self._processes,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": 60,
            "graceful_timeout": GRACE_S,
            "keepalive": 15,
            "loglevel": "warning",
            "forwarded_allow_ips": "",
            "control_socket_disable": True,
        }


def _leave_alone_what_stays() -> None:
    """What is loaded now lives as long as the process: to look all of it over held every request up for .2 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


@click.command()
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="How many.")
def serve(processes: int) -> None:
    """The portal, at FIRSTLINE_LISTEN."""
    settings = Settings.from_environ()
    require_schema(settings)
    log.configure("web")
    Server(settings, processes).run()
