"""The trained model: found by the content it was trained from, trained when there is none."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

HOME = Path(__file__).resolve().parent
ROOT = HOME.parent
PYTHON = HOME / ".venv/bin/python"
TEST_SET = HOME / "tests/unseen.jsonl"
IN_USE = "in-use"
"""The file that names the model which is run, beside the models."""

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


@dataclass(frozen=True)
class Verdict:
    """How many of the `asked` sentences of the test set each model takes for what they are; None: it does not load."""

    asked: int
    old: int | None
    new: int | None

    @property
    def is_worse(self) -> bool:
        return self.new is None or (self.old is not None and self.new < self.old)


Judge = Callable[[Path, Path], Verdict]


def ensure_model(
    data_dir: Path,
    *,
    sentence_model: Path,
    tell: Callable[[Verdict], None] = lambda verdict: None,
    judge: Judge | None = None,
) -> Path:
    """The model to run, from `data_dir`, the shared cache, or trained now.

    It is that of the present content, unless it understands less than the one in use: that one is kept,
    and `tell` hears both figures. Only models made for the same code are compared.
    """
    folder = data_dir / "models/bot"
    new, old = folder / f"{content_hash(sentence_model)}.tar.gz", in_use(folder)
    if not new.is_file():
        _copy(_trained(new.name, sentence_model), new)
    if old not in {None, new} and old.name.partition("-")[0] == new.name.partition("-")[0]:
        verdict = _verdict(new, old, judge or score(sentence_model))
        tell(verdict)
        if verdict.is_worse:
            return old
    (folder / IN_USE).write_text(new.name)
    return new


def in_use(folder: Path) -> Path | None:
    """The model that was run last, if it is still there."""
    named = folder / IN_USE
    model = folder / named.read_text().strip() if named.is_file() else None
    return model if model is not None and model.is_file() else None


def score(sentence_model: Path) -> Judge:
    """Asks two models the sentences of the test set, inside Rasa's environment."""

    def judge(old: Path, new: Path) -> Verdict:
        command = [str(PYTHON), str(HOME / "score.py"), str(TEST_SET), str(old), str(new)]
        found = json.loads(_run(command, sentence_model).splitlines()[-1])
        return Verdict(found["asked"], found["right"][str(old)], found["right"][str(new)])

    return judge


def content_hash(sentence_model: Path) -> str:
    """Names everything that decides what the model becomes: the code's part, then the examples'."""
    code = [HOME / "config.yml", HOME / "domain.yml", HOME / "requirements.lock", HOME / "data/rules.yml"]
    code += [*(HOME / "components").rglob("*.py"), ROOT / "knowledge_base/embedding.py"]
    return f"{_digest([*code, sentence_model / 'model.onnx'])}-{_digest((HOME / 'data').rglob('*.yml'))}"


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


def _digest(files: Iterable[Path]) -> str:
    digest = sha256()
    for file in sorted(file for file in files if file.is_file()):
        name = str(file.relative_to(ROOT)) if file.is_relative_to(ROOT) else file.name
        digest.update(name.encode() + b"\0" + sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _verdict(new: Path, old: Path, judge: Judge) -> Verdict:
    """Asked once: the answer is kept beside the model."""
    kept = new.with_suffix(f".{old.name.removesuffix('.tar.gz')}.json")
    if not kept.is_file():
        kept.write_text(json.dumps(asdict(judge(old, new))))
    return Verdict(**json.loads(kept.read_text()))


def _trained(name: str, sentence_model: Path) -> Path:
    """The model from the cache that all installations on this machine share."""
    shared = _cache() / name
    with _alone(shared.parent):
        if not shared.is_file():
            _train(shared, sentence_model)
    return shared


def _train(target: Path, sentence_model: Path) -> None:
    draft = target.with_name(f".draft-{os.getpid()}")
    arguments = ["train", "--config", "config.yml", "--domain", "domain.yml", "--data", "data"]
    try:
        said = _run(command(*arguments, "--out", str(draft), "--fixed-model-name", "bot"), sentence_model)
        if not (draft / "bot.tar.gz").is_file():
            raise _failed(said)
        (draft / "bot.tar.gz").replace(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _run(command: list[str], sentence_model: Path) -> str:
    """What it printed; raises `BotUnavailable` with the end of that when it failed."""
    done = subprocess.run(
        command,
        cwd=HOME,
        env=environment(sentence_model),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        raise _failed(done.stdout)
    return done.stdout


def _failed(said: str) -> BotUnavailable:
    tail = "\n".join(said.splitlines()[-TAIL_LINES:])
    return BotUnavailable(f"{tail}\nThe bot could not be trained; the lines above say why.")


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
