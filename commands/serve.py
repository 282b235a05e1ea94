"""`firstline serve`: the portal behind gunicorn, threads in one process."""

from typing import Any, override

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from commands.schema import require_schema
from firstline import log
from firstline.settings import Settings

THREADS = 32
GRACE_S = 3


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


@click.command()
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="How many.")
def serve(processes: int) -> None:
    """The portal, at FIRSTLINE_LISTEN."""
    settings = Settings.from_environ()
    require_schema(settings)
    log.configure("web")
    Server(settings, processes).run()
