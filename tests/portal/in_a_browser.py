"""The portal of a test before a real browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

SIZE = {"width": 1280, "height": 800}


@contextmanager
def opened(app: Flask, chromium: Browser, client: FlaskClient, path: str = "/") -> Iterator[Page]:
    """This address, as whoever is signed in with the client sees it."""
    server: Any = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=Context().run, args=[server.serve_forever], daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{server.port}"
    cookie = client.get_cookie("firstline_session")
    assert cookie is not None, "somebody is signed in"
    context = chromium.new_context(viewport=SIZE)  # type: ignore[arg-type]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    page = context.new_page()
    page.goto(f"{address}{path}")
    yield page
    context.close()
    server.shutdown()
    thread.join()
