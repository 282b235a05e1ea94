"""How well the bot understands: five-fold cross-validation, and minutes of training against DIET.

Both pipelines of the comparison learn the same four fifths of the examples and are asked the last
fifth; the fallback is left out of both, since it turns unsure answers into wrong ones.
`python -m benchmarks.understanding --examples 30 --epochs 40` compares them on so many examples an
intent, which takes minutes where the whole takes hours.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from chatbot import model
from firstline.settings import Settings

SEED = "7"
FOLDS = "5"
DIET = [
    {"name": "WhitespaceTokenizer"},
    {"name": "RegexFeaturizer"},
    {"name": "LexicalSyntacticFeaturizer"},
    {"name": "CountVectorsFeaturizer"},
    {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
    {"name": "DIETClassifier", "constrain_similarities": True, "random_seed": 7},
    {"name": "EntitySynonymMapper"},
]
"""What `rasa init` writes, without its fallback and response selector; `_diet` adds the epochs."""
EPOCHS = 100


@dataclass(frozen=True)
class Learned:
    """What training cost, in minutes, and how many of the unseen examples it got right."""

    name: str
    minutes: float
    cpu_minutes: float
    accuracy: float


def main(*arguments: str) -> None:
    """Print both tables; says so where Rasa is not installed. Takes an hour where others work, too."""
    asked = _asked(arguments)
    if not model.PYTHON.exists():
        print("understanding: nothing measured, Rasa is not installed (make setup-bot)")
        return
    with tempfile.TemporaryDirectory() as folder:
        _print_comparison(Path(folder), asked)
        if asked.examples:
            return
        accuracy, f1 = _cross_validated(Path(folder) / "folds")
    print(f"\nThe shipped pipeline, {FOLDS}-fold cross-validation: accuracy {accuracy:.3f}, F1 {f1:.3f}")


def _asked(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.understanding")
    parser.add_argument("--examples", type=int, help="compare only, on so many examples an intent")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="of DIET")
    return parser.parse_args(arguments)


def _print_comparison(folder: Path, asked: argparse.Namespace) -> None:
    _rasa("data", "split", "nlu", "--nlu", "data/nlu", "--random-seed", SEED, "--out", str(folder))
    if asked.examples:
        _keep_few(folder / "training_data.yml", asked.examples)
    print(f"\n{'pipeline':<28}{'minutes':>9}{'CPU min':>9}{'accuracy':>10}")
    pipelines = {"ours": _ours(), f"DIET, {asked.epochs} epochs": _diet(asked.epochs)}
    for learned in (_learn(name, pipeline, folder) for name, pipeline in pipelines.items()):
        print(
            f"{learned.name:<28}{learned.minutes:>9.1f}{learned.cpu_minutes:>9.1f}{learned.accuracy:>10.3f}",
            flush=True,
        )


def _ours() -> list[dict[str, Any]]:
    shipped = yaml.safe_load((model.HOME / "config.yml").read_text())["pipeline"]
    return [component for component in shipped if component["name"] != "FallbackClassifier"]


def _diet(epochs: int) -> list[dict[str, Any]]:
    return [
        {**component, "epochs": epochs} if component["name"] == "DIETClassifier" else component
        for component in DIET
    ]


def _keep_few(file: Path, examples: int) -> None:
    """Leave so many examples of each intent, drawn with our seed; lists and synonyms stay."""
    whole = yaml.safe_load(file.read_text())
    drawn = random.Random(SEED)
    for block in whole["nlu"]:
        if "intent" in block:
            lines = block["examples"].splitlines(keepends=True)
            block["examples"] = "".join(drawn.sample(lines, min(examples, len(lines))))
    file.write_text(yaml.safe_dump(whole, allow_unicode=True))


def _learn(name: str, pipeline: list[dict[str, Any]], folder: Path) -> Learned:
    place = folder / name.split(",")[0]
    place.mkdir()
    config = place / "config.yml"
    written = {"recipe": "default.v1", "assistant_id": "bench", "language": "en", "pipeline": pipeline}
    config.write_text(yaml.safe_dump(written))
    started, spent = time.perf_counter(), _cpu_seconds()
    kept = ("--config", str(config), "--out", str(place), "--fixed-model-name", "bot")
    _rasa("train", "nlu", "--nlu", str(folder / "training_data.yml"), *kept)
    minutes, cpu_minutes = (time.perf_counter() - started) / 60, (_cpu_seconds() - spent) / 60
    asked = ("--nlu", str(folder / "test_data.yml"), "--model", str(place / "bot.tar.gz"))
    _rasa("test", "nlu", *asked, "--no-plot", "--out", str(place))
    return Learned(name, minutes, cpu_minutes, _figures(place)[0])


def _cross_validated(place: Path) -> tuple[float, float]:
    folds = ("--cross-validation", "--folds", FOLDS, "--nlu", "data/nlu", "--config", "config.yml")
    _rasa("test", "nlu", *folds, "--no-plot", "--out", str(place))
    return _figures(place)


def _figures(place: Path) -> tuple[float, float]:
    """Accuracy and weighted F1 of the intents; with all of them asked, the micro average is the accuracy."""
    report = json.loads((place / "intent_report.json").read_text())
    micro = report.get("accuracy", report.get("micro avg"))
    accuracy = micro if isinstance(micro, float) else micro["f1-score"]
    return accuracy, report["weighted avg"]["f1-score"]


def _rasa(*arguments: str) -> None:
    subprocess.run(
        model.command(*arguments),
        cwd=model.HOME,
        env=model.environment(Settings.from_environ().model_dir.resolve()),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def _cpu_seconds() -> float:
    """Of all ended children so far."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


if __name__ == "__main__":
    main(*sys.argv[1:])
