"""`firstline triage`: how well categories are guessed."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from firstline.settings import Settings
from incidents.classifier import Classifier, Features
from knowledge_base.embedding import Encoder, try_encoder

FOLDS = 5
BINS = 10
WANTED_PRECISION = 0.9
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class Answer(NamedTuple):
    """How sure a guess was and whether it was right."""

    chance: float
    right: bool


@click.group()
def triage() -> None:
    """Measure how well categories are guessed."""


@triage.command()
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(file: Path, as_json: bool) -> None:
    """Accuracy and calibration on FILE: {"text","category"} a line, five folds.

    `calibration_error` is the expected distance between how sure a guess is and how often such
    guesses are right; `coverage_at_90_precision` the share that can be guessed with 90% right.
    """
    texts, categories = read_labelled(file)
    encoder, reason = try_encoder(Settings.from_environ().model_dir)
    if encoder is None:
        click.echo(f"By words only. {reason}", err=True)
    answers = cross_validate(texts, categories, encoder)
    measures = {
        "texts": len(texts),
        "categories": len(set(categories)),
        "majority": round(Counter(categories).most_common(1)[0][1] / len(categories), 4),
        **{name: round(value, 4) for name, value in measure(answers).items()},
    }
    click.echo(
        json.dumps(measures)
        if as_json
        else "\n".join(f"{name:26} {value}" for name, value in measures.items())
    )


def cross_validate(texts: Sequence[str], categories: Sequence[str], encoder: Encoder | None) -> list[Answer]:
    """Each text guessed by a classifier that has not seen it; every category is spread over all folds."""
    folds = _folds(categories)
    answers = []
    for fold in range(FOLDS):
        train = [place for place in range(len(texts)) if folds[place] != fold]
        test = [place for place in range(len(texts)) if folds[place] == fold]
        features = Features([texts[place] for place in train], encoder)
        model = Classifier(
            features.rows([texts[place] for place in train]), [categories[place] for place in train]
        )
        guesses = model.guess(features.rows([texts[place] for place in test]))
        answers += [
            Answer(guess.chance, guess.category == categories[place])
            for guess, place in zip(guesses, test, strict=True)
        ]
    return answers


def measure(answers: Sequence[Answer]) -> dict[str, float]:
    return {
        "accuracy": float(np.mean([answer.right for answer in answers])),
        "calibration_error": _calibration_error(answers),
        "coverage_at_90_precision": _coverage(answers),
    }


def read_labelled(file: Path) -> tuple[list[str], list[str]]:
    """The texts and their categories; a sentence names the line that cannot be used."""
    texts, categories = [], []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
            texts.append(str(given["text"]))
            categories.append(str(given["category"]))
        except (ValueError, KeyError, TypeError) as error:
            raise click.ClickException(f'Line {number} is not {{"text","category"}}.') from error
    if len(texts) < FOLDS or len(set(categories)) < 2:
        raise click.ClickException(f"Give at least {FOLDS} lines and two categories.")
    return texts, categories


def _folds(categories: Sequence[str]) -> list[int]:
    seen: Counter[str] = Counter()
    order = np.random.default_rng(7).permutation(len(categories))
    folds = [0] * len(categories)
    for place in order:
        folds[place] = (seen[categories[place]] + _offset(categories[place])) % FOLDS
        seen[categories[place]] += 1
    return folds


def _offset(category: str) -> int:
    """Where a category begins to be dealt out, so that rare ones do not all land in one fold."""
    return sum(category.encode())


def _calibration_error(answers: Sequence[Answer]) -> float:
    bins: list[list[Answer]] = [[] for _ in range(BINS)]
    for answer in answers:
        bins[min(int(answer.chance * BINS), BINS - 1)].append(answer)
    gaps = [abs(sum(each.chance - each.right for each in held)) for held in bins]
    return sum(gaps) / len(answers)


def _coverage(answers: Sequence[Answer]) -> float:
    """The largest share, surest first, of which at least 90% are right."""
    ranked = sorted(answers, key=lambda answer: -answer.chance)
    right = np.cumsum([answer.right for answer in ranked])
    enough = np.flatnonzero(right >= WANTED_PRECISION * np.arange(1, len(ranked) + 1))
    return float((enough[-1] + 1) / len(ranked)) if len(enough) else 0.0
