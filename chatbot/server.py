"""How Rasa is run: on loopback, with a token on its API and a tracker store of its own."""

import hmac
import json
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

from firstline.settings import Settings


def api_token(settings: Settings) -> str:
    """The token of Rasa's HTTP API, derived from our secret and kept nowhere."""
    return hmac.new(settings.secret_key.encode(), b"firstline.rasa-api", sha256).hexdigest()[:40]


def write_endpoints(settings: Settings) -> Path:
    """The endpoints file of this installation; JSON is YAML."""
    endpoints: dict[str, object] = {
        "action_endpoint": {"url": f"{settings.actions_url}/webhook"},
        "tracker_store": _store(settings),
    }
    if settings.redis_url:
        endpoints["lock_store"] = _redis(settings.redis_url)
    file = settings.data_dir / "rasa-endpoints.yml"
    file.touch(mode=0o600)
    file.write_text(json.dumps(endpoints, indent=2))
    return file


def run_arguments(settings: Settings, model: Path, home: Path) -> list[str]:
    """`rasa run` with everything it needs."""
    at = settings.rasa_listen
    where = ["--interface", at.host, "--port", str(at.port), "--enable-api"]
    files = ["--endpoints", str(write_endpoints(settings)), "--credentials", str(home / "credentials.yml")]
    return ["run", "--model", str(model), *where, *files]


def _store(settings: Settings) -> dict[str, object]:
    """Where Rasa keeps its trackers: a file of its own, or the database that several Rasas share."""
    if settings.rasa_store_url is None:
        return {"type": "SQL", "dialect": "sqlite", "db": str(settings.data_dir / "rasa.db")}
    parts = urlsplit(settings.rasa_store_url)
    return {
        "type": "SQL",
        "dialect": "postgresql",
        "url": parts.hostname,
        "port": parts.port or 5432,
        "db": parts.path.strip("/"),
        "username": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
    }


def _redis(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    store: dict[str, object] = {"type": "redis", "url": parts.hostname, "port": parts.port or 6379}
    if parts.password:
        store["password"] = unquote(parts.password)
    return {**store, "db": int(parts.path.strip("/") or 0), "use_ssl": parts.scheme == "rediss"}
