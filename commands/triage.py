"""`firstline triage`: how well categories are guessed."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from commands.baselines import NaiveBayes
from firstline.settings import Settings
from incidents.classifier import Classifier, Features
from knowledge_base.embedding import Encoder, try_report_encoder

FOLDS = 5
BINS = 10
WANTED_PRECISION = 0.9
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
Labelled = tuple[Sequence[str], Sequence[str]]
Measures = dict[str, float]


class Answer(NamedTuple):
    """How sure a guess was and whether it was right."""

    chance: float
    right: bool


@click.group()
def triage() -> None:
    """Measure how well categories are guessed."""


@triage.command()
@click.argument("file", type=FILE)
@click.option("--on", "other", type=FILE, help="Learn from FILE whole and measure on this one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def evaluate(file: Path, other: Path | None, as_json: bool) -> None:
    """Accuracy and calibration on FILE: {"text","category"} a line, five folds.

    `calibration_error` is the expected distance between how sure a guess is and how often such
    guesses are right; `coverage_at_90_precision` the share that can be guessed with 90% right.
    `majority` and `n_gram` are what the commonest category and naive Bayes on words and pairs reach.
    """
    labelled = read_labelled(file)
    measured = read_labelled(other) if other else None
    encoder, reason = try_report_encoder(Settings.from_environ().model_dir)
    if encoder is None:
        click.echo(f"By words only. {reason}", err=True)
    measures = evaluated(labelled, measured, encoder)
    click.echo(
        json.dumps(measures)
        if as_json
        else "\n".join(f"{name:32} {value}" for name, value in measures.items())
    )


def evaluated(labelled: Labelled, measured: Labelled | None, encoder: Encoder | None) -> Measures:
    """All measures: on `measured` after learning from all of `labelled`, else by folds of it."""
    texts, categories = measured or labelled
    parts = [(labelled, measured)] if measured else list(_folded(labelled))
    answers = [answer for train, test in parts for answer in _answers(train, test, encoder)]
    plain = [answer for train, test in parts for answer in _baseline(train, test)]
    commonest = Counter(labelled[1]).most_common(1)[0][0]
    told = {
        "majority": sum(category == commonest for category in categories) / len(categories),
        "n_gram": measure(plain)["accuracy"],
        "n_gram_coverage_at_90_precision": measure(plain)["coverage_at_90_precision"],
        **measure(answers),
    }
    whole = {"texts": len(texts), "categories": len(set(categories))}
    return whole | {name: round(value, 4) for name, value in told.items()}


def measure(answers: Sequence[Answer]) -> Measures:
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


def _answers(train: Labelled, test: Labelled, encoder: Encoder | None) -> list[Answer]:
    features = Features.seen_in(train[0], encoder)
    model = Classifier(features.rows(train[0]), train[1])
    guesses = model.guess(features.rows(test[0]))
    return [
        Answer(guess.chance, guess.category == category)
        for guess, category in zip(guesses, test[1], strict=True)
    ]


def _baseline(train: Labelled, test: Labelled) -> list[Answer]:
    model = NaiveBayes(*train)
    guesses = map(model.guess, test[0])
    return [
        Answer(chance, guessed == category)
        for (guessed, chance), category in zip(guesses, test[1], strict=True)
    ]


def _folded(labelled: Labelled) -> list[tuple[Labelled, Labelled]]:
    """Each text once in the second part; every category is spread over all folds."""
    folds = _folds(labelled[1])
    return [
        (_where(labelled, folds, fold, inside=False), _where(labelled, folds, fold, inside=True))
        for fold in range(FOLDS)
    ]


def _where(labelled: Labelled, folds: Sequence[int], fold: int, *, inside: bool) -> Labelled:
    places = [place for place, each in enumerate(folds) if (each == fold) == inside]
    return [labelled[0][place] for place in places], [labelled[1][place] for place in places]


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
