"""`firstline serve`: the portal behind gunicorn, a few processes of many threads."""

import os
import platform
from pathlib import Path
from typing import Any, override

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from commands.cores import web_processes
from commands.memory import leave_alone_what_stays
from commands.schema import require_schema
from firstline import log
from firstline.app import engine_options
from firstline.settings import Settings

THREADS = 32
GRACE_S = 3


class Server(BaseApplication):
    """gunicorn set up by us; the app is built in the worker, so that the port is bound at once."""

    def __init__(self, settings: Settings, processes: int) -> None:
        self._settings, self._processes = settings, processes
        self._shared, self._pid = _file_to_share(settings), os.getpid()
        super().__init__()

    @override
    def load_config(self) -> None:
        for name, value in self._options().items():
            self.cfg.set(name, value)

    @override
    def load(self) -> Flask:
        from knowledge_base.following import warm_up
        from portal import create_app

        app = create_app(
            self._settings,
            SQLALCHEMY_ENGINE_OPTIONS=engine_options(self._settings, sharers=self._processes),
            MOST_STREAMS=THREADS // 2,
            SHARED_FILE=str(self._shared),
            SERVER_PID=self._pid,
        )
        warm_up(app)
        leave_alone_what_stays()
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
            "when_ready": self._get_ready,
        }

    def _get_ready(self, _arbiter: object) -> None:
        """The port is bound and no process is there yet: what all of them need is read once, and shared."""
        import portal
        from portal import shared

        shared.make(self._shared)
        portal.load()
        leave_alone_what_stays()


def _file_to_share(settings: Settings) -> Path:
    """One a server: two machines may have their data in one folder, and one machine two servers."""
    name = f"web-{platform.node()}-{settings.listen.port}.db"
    return settings.data_dir / "run" / name


@click.command()
@click.option("--processes", type=click.IntRange(1, 64), help="How many; by itself one a core, at most 4.")
def serve(processes: int | None) -> None:
    """The portal, at FIRSTLINE_LISTEN."""
    settings = Settings.from_environ()
    require_schema(settings)
    log.configure("web")
    Server(settings, processes or web_processes()).run()
