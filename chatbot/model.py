"""The trained model: found by the content it was trained from, trained when there is none."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

HOME = Path(__file__).resolve().parent
ROOT = HOME.parent
PYTHON = HOME / ".venv/bin/python"
TAIL_LINES = 25


class BotUnavailable(Exception):
    """Rasa cannot be set up or trained; the text says what to do."""


def install() -> None:
    """Make Rasa's environment with the set-up program; quick when it is there already."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools/setup"), "bot"], cwd=ROOT, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise BotUnavailable("Rasa could not be installed; what set-up printed above says why.")


def ensure_model(data_dir: Path, *, sentence_model: Path) -> Path:
    """The model of the present content, from `data_dir`, the shared cache, or trained now."""
    name = f"{content_hash(sentence_model)}.tar.gz"
    kept, shared = data_dir / "models/bot" / name, _cache() / name
    if not kept.is_file():
        with _alone(shared.parent):
            if not shared.is_file():
                _train(shared, sentence_model)
        _copy(shared, kept)
    return kept


def content_hash(sentence_model: Path) -> str:
    """Names everything that decides what the model becomes."""
    digest = sha256()
    for file in (*_sources(), sentence_model / "model.onnx"):
        if file.is_file():
            name = file.name if file.parent == sentence_model else str(file.relative_to(ROOT))
            digest.update(name.encode() + b"\0" + sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:24]


def environment(sentence_model: Path) -> dict[str, str]:
    """What every Rasa process is started with."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "FIRSTLINE_MODEL_DIR": str(sentence_model),
        "PYTHONWARNINGS": "ignore",
        "RASA_TELEMETRY_ENABLED": "false",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "SANIC_HOST": "127.0.0.1",
    }


def command(*arguments: str) -> list[str]:
    """Rasa's command line with these arguments; to be run in `HOME`."""
    return [str(PYTHON), str(HOME / "launch.py"), *arguments]


def _sources() -> list[Path]:
    single = [HOME / "config.yml", HOME / "domain.yml", HOME / "requirements.lock"]
    trained_from = [*(HOME / "data").rglob("*.yml"), *(HOME / "components").rglob("*.py")]
    return sorted([*single, *trained_from, ROOT / "knowledge_base/embedding.py"])


def _train(target: Path, sentence_model: Path) -> None:
    draft = target.with_name(f".draft-{os.getpid()}")
    arguments = ["train", "--config", "config.yml", "--domain", "domain.yml", "--data", "data"]
    try:
        done = subprocess.run(
            command(*arguments, "--out", str(draft), "--fixed-model-name", "bot"),
            cwd=HOME,
            env=environment(sentence_model),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if done.returncode or not (draft / "bot.tar.gz").is_file():
            tail = "\n".join(done.stdout.splitlines()[-TAIL_LINES:])
            raise BotUnavailable(f"{tail}\nThe bot could not be trained; the lines above say why.")
        (draft / "bot.tar.gz").replace(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(source, draft)
    draft.replace(target)


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstline/bot"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One training at a time on this machine: a second one finds the first one's model."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
