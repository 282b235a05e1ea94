"""What Rasa is started with."""

import json
import stat
from pathlib import Path

import pytest

from chatbot.server import run_arguments, write_endpoints
from firstline.settings import Settings


def settings(tmp_path: Path, **values: str) -> Settings:
    given = {f"FIRSTLINE_{name}": value for name, value in values.items()}
    return Settings.from_environ({"FIRSTLINE_DATA_DIR": str(tmp_path), **given})


def test_alone_it_keeps_its_trackers_in_a_file_and_its_locks_in_memory(tmp_path: Path) -> None:
    file = write_endpoints(settings(tmp_path))
    told = json.loads(file.read_text())
    assert told["tracker_store"] == {"type": "SQL", "dialect": "sqlite", "db": str(tmp_path / "rasa.db")}
    assert "lock_store" not in told
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_several_share_locks_and_trackers(tmp_path: Path) -> None:
    given = settings(
        tmp_path,
        REDIS_URL="redis://:se%20cret@cache:6380/2",
        RASA_STORE_URL="postgresql://rasa:p%40ss@store/trackers",
    )
    told = json.loads(write_endpoints(given).read_text())
    assert told["lock_store"]["url"] == "cache"
    assert (told["lock_store"]["port"], told["lock_store"]["db"]) == (6380, 2)
    assert told["lock_store"]["password"] == "se cret"
    store = told["tracker_store"]
    assert (store["dialect"], store["url"], store["port"]) == ("postgresql", "store", 5432)
    assert (store["db"], store["username"], store["password"]) == ("trackers", "rasa", "p@ss")


@pytest.mark.parametrize(
    ("values", "at"),
    [
        ({}, ("127.0.0.1", "5005")),
        ({"RASA_URL": "http://127.0.0.1:6001"}, ("127.0.0.1", "6001")),
        ({"RASA_URL": "http://rasa.example"}, ("127.0.0.1", "5005")),
        ({"RASA_URL": "http://rasa.example", "RASA_LISTEN": "10.0.0.5:5006"}, ("10.0.0.5", "5006")),
    ],
)
def test_it_listens_where_the_portal_asks_unless_that_is_elsewhere(
    tmp_path: Path, values: dict[str, str], at: tuple[str, str]
) -> None:
    arguments = run_arguments(settings(tmp_path, **values), Path("model"), Path("home"))
    assert (
        arguments[arguments.index("--interface") + 1],
        arguments[arguments.index("--port") + 1],
    ) == at
