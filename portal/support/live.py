"""What changed, told to open pages as it happens: one reader a process, fanned out to streams.

A stream holds a thread of the server but no database session. At most half the threads are given
to streams, and few a person; a page that gets none asks every few seconds instead (docs/decisions/0038).
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from time import monotonic, sleep

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from firstline import log
from firstline.db import db
from incidents import feed
from incidents.feed import About, Item
from portal.access import person
from portal.shared import shared
from portal.support import places

READ_EVERY_S = 1.0
BEAT_S = 15.0
"""A browser that is gone is noticed only when something is written to it."""
STREAM_FOR_S = 300.0
"""Then the browser comes again, and is asked again who it is."""
REMEMBERED = 2000
KEY = "firstline_live"
MOST_STREAMS = 16
"""Unless the server says how many threads it has."""

logger = log.get(__name__)


class Hub:
    """Reads the table of news once a second while anybody listens, and wakes all who do."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._news = threading.Condition()
        self._told: deque[tuple[int, Item]] = deque(maxlen=REMEMBERED)
        self._known: deque[int] = deque(maxlen=REMEMBERED)
        self._position = 0
        self._head = 0
        self._listeners = 0
        self._reader: threading.Thread | None = None
        self._most = app.config.get("MOST_STREAMS", MOST_STREAMS)

    def enter(self, session: Session) -> bool:
        """Take one of the threads for streams, if one is free."""
        with self._news:
            if self._listeners >= self._most:
                return False
            self._listeners += 1
            if self._reader is None:
                self._begin(session)
            return True

    def _begin(self, session: Session) -> None:
        # Where the reader starts is settled before the first page reads what it missed.
        self._head = feed.head(session)
        self._known.extend(item.id for item in feed.read(session, self._head))
        self._reader = threading.Thread(target=self._read_on, name="live", daemon=True)
        self._reader.start()

    def leave(self) -> None:
        with self._news:
            self._listeners -= 1

    @property
    def position(self) -> int:
        """How much was told so far, to go on from."""
        return self._position

    def wait(self, position: int, *, at_most_s: float) -> tuple[int, Sequence[Item]]:
        """What was told after this position and the next one; nothing when the time is over."""
        with self._news:
            self._news.wait_for(lambda: self._position > position, timeout=at_most_s)
            return self._position, [item for at, item in self._told if at > position]

    def _read_on(self) -> None:
        while self._somebody_listens():
            try:
                with self._app.app_context():
                    self._read()
            except SQLAlchemyError as error:
                logger.warning("the news could not be read; trying again", error=str(error))
            sleep(READ_EVERY_S)

    def _somebody_listens(self) -> bool:
        with self._news:
            if self._listeners <= 0:
                self._reader = None
                return False
            return True

    def _read(self) -> None:
        with Session(db.engine) as session:
            found = feed.read(session, self._head)
        self._tell([item for item in found if item.id not in self._known])

    def _tell(self, items: Sequence[Item]) -> None:
        if not items:
            return
        with self._news:
            self._position += 1
            self._told.extend((self._position, item) for item in items)
            self._known.extend(item.id for item in items)
            self._head = max(self._head, *(item.id for item in items))
            self._news.notify_all()


def stream() -> ResponseReturnValue:
    """Server-sent events from `Last-Event-ID` or `?since=` on; 204 sends the page to polling."""
    hub, known = _hub(), shared()
    place = places.take(known, person().id)
    if place is None:
        return "", 204
    if not hub.enter(db.session()):
        places.give_back(known, place)
        return "", 204
    position, first = hub.position, _caught_up(_since())
    told = _events(hub, position, first, lambda: places.keep(known, place))
    answer = Response(told, mimetype="text/event-stream")
    # Also when the browser went before the first byte.
    answer.call_on_close(lambda: places.give_back(known, place))
    answer.call_on_close(hub.leave)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def poll() -> ResponseReturnValue:
    """The same for a page without a stream: what was told since then."""
    last, told = _caught_up(_since())
    return {"last": last, **told}


def _events(
    hub: Hub, position: int, first: tuple[int, dict[str, object]], still_here: Callable[[], None]
) -> Iterator[str]:
    last, told = first
    yield "retry: 3000\n\n"
    yield _event(last, told)
    ends_at = monotonic() + STREAM_FOR_S
    while monotonic() < ends_at:
        position, items = hub.wait(position, at_most_s=BEAT_S)
        still_here()
        if items:
            last = max(last, *(item.id for item in items))
            yield _event(last, _summed_up(items))
        else:
            yield ": still here\n\n"


def _event(last: int, told: dict[str, object]) -> str:
    return f"id: {last}\nevent: news\ndata: {json.dumps(told)}\n\n"


def _caught_up(since: int | None) -> tuple[int, dict[str, object]]:
    """What a page has missed, and where it stands then; without a place to go on from, nothing."""
    session = db.session()
    last = feed.head(session)
    if since is None or since > last:
        return last, _summed_up([])
    if feed.is_too_old(session, since):
        return last, _summed_up([]) | {"everything": True}
    items = feed.read(session, since)
    return max([since, *(item.id for item in items)]), _summed_up(items)


def _summed_up(items: Sequence[Item]) -> dict[str, object]:
    def of(about: About) -> list[int]:
        return sorted({item.incident_id for item in items if item.about == about})

    return {"incidents": of(About.INCIDENT), "presence": of(About.PRESENCE)}


def _since() -> int | None:
    given = request.headers.get("Last-Event-ID") or request.args.get("since", "")
    return int(given) if given.isdecimal() and len(given) < 16 else None


def _hub() -> Hub:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    hub: Hub = app.extensions.setdefault(KEY, Hub(app))
    return hub
