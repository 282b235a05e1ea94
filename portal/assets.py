"""Files for the browser: addressed by their content, so that they can be kept for a year."""

import gzip
import os
from functools import lru_cache
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path

from flask import Flask, Response, abort, g, request, url_for
from markupsafe import Markup, escape
from werkzeug.utils import safe_join

STATIC = Path(__file__).resolve().parent.parent / "static"
PREFIX = "/static"
ICONS = "vendor/icons.svg"
TEXT = frozenset({".css", ".js", ".svg", ".webmanifest", ".json"})
FOREVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=300"


def init_app(app: Flask) -> None:
    app.static_url_path = PREFIX
    app.add_url_rule(f"{PREFIX}/<path:name>", endpoint="static", view_func=serve)
    app.jinja_env.globals.update(asset=asset, drawn_icon=icon)


def asset(name: str) -> str:
    """The address of a static file; it changes with the content, but not within a request."""
    known: dict[str, str] = g.setdefault("assets", {})
    if name not in known:
        known[name] = url_for("static", name=name, v=_version(f"{STATIC}/{name}"))
    return known[name]


def icon(name: str, label: object = "", **look: str) -> Markup:
    """A drawn icon; with a label it says something by itself. `class` is the only further look.

    Called sixty times a page, so it is no macro, which costs more.
    """
    said = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    drawn = f'<use href="{asset(ICONS)}#{escape(name)}"></use>'
    return Markup(f'<svg class="icon {escape(look.get("class", ""))}" {said}>{drawn}</svg>')  # noqa: S704 - escaped above


def serve(name: str) -> Response:
    found = safe_join(str(STATIC), name)
    path = Path(found) if found else None
    if path is None or not path.is_file() or path.name.startswith("."):
        abort(404)
    content = _content(path, path.stat().st_mtime_ns)
    response = Response(content.plain, mimetype=_mimetype(path))
    # Pages are not compressed: beside a secret token, their size would tell what it is.
    if content.zipped and "gzip" in request.accept_encodings:
        response = Response(content.zipped, mimetype=_mimetype(path), headers={"Content-Encoding": "gzip"})
    response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOREVER if request.args.get("v") == content.version else BRIEFLY
    response.set_etag(content.version)
    return response.make_conditional(request)


def _version(path: str) -> str | None:
    try:
        changed_at = os.stat(path).st_mtime_ns
    except FileNotFoundError:
        return None
    return _content(Path(path), changed_at).version


class _Content:
    def __init__(self, path: Path) -> None:
        self.plain = path.read_bytes()
        self.version = sha256(self.plain).hexdigest()[:12]
        self.zipped = gzip.compress(self.plain, 9) if path.suffix in TEXT else b""


@lru_cache(maxsize=256)
def _content(path: Path, changed_at: int) -> _Content:
    """A file as it was at `changed_at`."""
    return _Content(path)


def _mimetype(path: Path) -> str:
    if path.suffix == ".webmanifest":
        return "application/manifest+json"
    return guess_type(path.name)[0] or "application/octet-stream"
