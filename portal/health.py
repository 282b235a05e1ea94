"""Whether we live, whether every part is ready, and figures for monitoring."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from flask import Blueprint, Flask, Response, current_app
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, Gauge, PlatformCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from firstline import clock
from firstline.app import settings_of
from firstline.i18n import DEFAULT_LANGUAGE, speaking
from firstline.settings import Settings
from portal import desk_figures, mail_figures, process_figures
from portal.limits import limiter
from portal.parts import CHECKS, NotReady
from portal.shared import shared

KEPT_S = 1.0
SAW = """
INSERT INTO part VALUES (:name, :is_ready, :now) ON CONFLICT (name) DO UPDATE
SET is_ready = excluded.is_ready, since = excluded.since WHERE is_ready != excluded.is_ready
"""
SINCE = "SELECT since FROM part WHERE name = :name"

blueprint = Blueprint("health", __name__)
limiter.exempt(blueprint)


@dataclass(frozen=True)
class Part:
    """One part of the house: `detail` says what is wrong to whoever reads it, None when nothing is."""

    name: str
    ready: bool
    detail: NotReady | None = None


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    return {"status": "ok", "processes": process_figures.how_many()}


@blueprint.get("/readyz")
def readyz() -> ResponseReturnValue:
    parts = _watch.parts(current_app._get_current_object())  # type: ignore[attr-defined]
    ready = all(part.ready for part in parts)
    with speaking(DEFAULT_LANGUAGE):
        shown = {part.name: _shown(part) for part in parts}
    body = {"status": "ready" if ready else "not ready", "parts": shown}
    return body, 200 if ready else 503, {"Cache-Control": "no-store"}


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    registry = CollectorRegistry()
    process_figures.collect(registry)
    PlatformCollector(registry=registry)
    desk_figures.collect(registry)
    mail_figures.collect(registry)
    _tell_parts(registry)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def parts_since() -> list[tuple[Part, datetime]]:
    """Every part, and since when it is as it is, for pages."""
    parts = _watch.parts(current_app._get_current_object())  # type: ignore[attr-defined]
    return [(part, _watch.since(part)) for part in parts]


class Watch:
    """Checks all parts side by side, keeps the answer for a second and knows since when."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._checked_at = -KEPT_S
        self._parts: list[Part] = []
        self._since: dict[str, datetime] = {}
        self._pool = ThreadPoolExecutor(len(CHECKS), thread_name_prefix="check")

    def parts(self, app: Flask) -> list[Part]:
        with self._lock:
            if monotonic() - self._checked_at >= KEPT_S:
                self._parts = self._check(app)
                self._checked_at = monotonic()
            return self._parts

    def since(self, part: Part) -> datetime:
        return self._since[part.name]

    def _check(self, app: Flask) -> list[Part]:
        pending = {name: self._pool.submit(_run, app, check) for name, check in CHECKS.items()}
        parts = [_result(name, future) for name, future in pending.items()]
        with app.app_context():
            self._since = {part.name: _since(part) for part in parts}
        return parts


def _since(part: Part) -> datetime:
    """When a web process first saw this part as it is now."""
    shared().ask(SAW, name=part.name, is_ready=part.ready, now=clock.now().isoformat())
    return datetime.fromisoformat(shared().ask(SINCE, name=part.name)[0][0])


def _run(app: Flask, check: Callable[[Settings], None]) -> None:
    with app.app_context():
        check(settings_of(app))


def _result(name: str, future: Future[None]) -> Part:
    try:
        future.result()
    except NotReady as reason:
        return Part(name, False, reason)
    return Part(name, True)


def _shown(part: Part) -> dict[str, object]:
    state = "ready" if part.ready else "not ready"
    return {
        "state": state,
        "since": _watch.since(part).isoformat().replace("+00:00", "Z"),
        "detail": str(part.detail or ""),
    }


def _tell_parts(registry: CollectorRegistry) -> None:
    gauge = Gauge("firstline_part_ready", "Whether a part is ready: 1 or 0.", ["part"], registry=registry)
    for part in _watch.parts(current_app._get_current_object()):  # type: ignore[attr-defined]
        gauge.labels(part.name).set(int(part.ready))


_watch = Watch()
