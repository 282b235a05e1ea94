"""Teaches the sentence model to read a report as near to the article that helps, and writes what it learned.

    uv run --no-project --with torch==2.13.0 --with onnx --with tokenizers benchmarks/teaching/teach_reports.py MODEL LESSONS TAUGHT

MODEL is the folder of the delivered model, LESSONS is written by `benchmarks/report_lessons.py`, TAUGHT is
`knowledge_base/data/reports.npz`. With `--left-out` TAUGHT gets the vectors of the development queries (`ASKED`), each read by
a model that was not taught on it or on another query of its answer; `benchmarks/left_out.npz` is that.
Ten minutes of a core, four times that for those left out. It runs by itself, as `teach.py` does.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import minilm
import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

SEED = 1
TIMES, AT_ONCE, SORTED, MOST_TOKENS = 3, 16, 512, 256
RATE, DECAY, LEAST_RATE, WARM_UP, LONGEST_STEP = 5e-4, 0.01, 0.05, 30, 1.0
BAR_RATE = 40 * RATE
COUNTS = {"ms_office_symptoms": 1.0, "askubuntu_bodies": 2.0, "askubuntu_titles": 0.3, "past": 0.15}
BASE_COUNTS = 0.7
"""What a report of a set counts: few bodies are most like real ones, many titles are noisy."""
WHETHER_COUNTS, STAYING_COUNTS = 0.3, 2.0
"""Beside which article is right: whether one is, and that a vector stays near what it was."""
NO_HIDDEN = "past"
"""Of these only the order is learned."""
ASKED = ("ms_office_symptoms", "askubuntu_bodies", "askubuntu_titles")
FAR = -1e4
BEFORE, AFTER = "/before", "/after"
"""As `knowledge_base.embedding` calls them."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """Articles for one report: their vectors (title, whole, then as many passages as the longest has), and their other points."""

    vectors: Tensor
    is_passage: Tensor
    rest: Tensor


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """One report of a set."""

    of: str
    number: int
    fold: int
    tokens: list[int]
    has_answer: bool

    @property
    def counts(self) -> float:
        return COUNTS.get(self.of, BASE_COUNTS)


class Reader(nn.Module):
    """The model with its corrections, and a bar for each set: above it a right article is likely."""

    def __init__(self, weights: minilm.Weights, bars: dict[str, float]) -> None:
        super().__init__()
        self.model = minilm.MiniLM(weights)
        self.bars = nn.ParameterDict({of: nn.Parameter(torch.tensor(bar)) for of, bar in bars.items()})

    def forward(self, lessons: Sequence[Lesson]) -> Tensor:
        ids, types, mask = minilm.padded([(lesson.tokens, []) for lesson in lessons])
        return functional.normalize(minilm.mean(self.model(ids, types, mask), mask), dim=-1)

    def taught(self) -> dict[str, Any]:
        """The corrections of the products."""
        kept = self.model.corrections(before=BEFORE, after=AFTER)
        return {name: value.detach().numpy().astype(np.float16) for name, value in kept.items()}


class Sets:
    """All lessons, and the articles that were found for them."""

    def __init__(self, folder: Path, tokenizer: Tokenizer) -> None:
        self._held = {file.stem: dict(np.load(file)) for file in sorted(folder.glob("*.npz"))}
        self.lessons = [
            Lesson(
                of=of,
                number=number,
                fold=int(held["folds"][number]),
                tokens=_short(tokenizer.encode(str(text)).ids),
                has_answer=bool(held["has_answer"][number]),
            )
            for of, held in self._held.items()
            for number, text in enumerate(held["texts"])
        ]

    def found(self, lesson: Lesson, which: str) -> Found:
        """Those that were found for it, with its answers `there` or `hidden`."""
        held = self._held[lesson.of]
        numbers = held[which][lesson.number]
        numbers = numbers[numbers >= 0]
        spans = [range(held["starts"][number], held["starts"][number + 1]) for number in numbers]
        most = max(map(len, spans), default=0)
        vectors = np.zeros((len(numbers), 2 + most, minilm.SIZE), np.float32)
        vectors[:, 0], vectors[:, 1] = held["titles"][numbers], held["wholes"][numbers]
        is_passage = np.zeros((len(numbers), most), bool)
        for row, span in enumerate(spans):
            vectors[row, 2 : 2 + len(span)] = held["parts"][span.start : span.stop]
            is_passage[row, : len(span)] = True
        rest = held[f"{which}_rest"][lesson.number][: len(numbers)]
        return Found(
            vectors=torch.from_numpy(vectors),
            is_passage=torch.from_numpy(is_passage),
            rest=torch.from_numpy(rest),
        )

    def right(self, lesson: Lesson) -> Tensor:
        """Which of those that were found with the answers there are right."""
        held = self._held[lesson.of]
        return torch.from_numpy(held["right"][lesson.number][held["there"][lesson.number] >= 0])

    def points(self, vector: Tensor, lesson: Lesson, which: str) -> Tensor:
        """As `knowledge_base.ranking` adds them up."""
        title_counts, whole_counts, part_counts, best_counts = self._held[lesson.of]["weights"]
        found = self.found(lesson, which)
        near = found.vectors @ vector
        title, whole = near[:, 0], near[:, 1]
        part = near[:, 2:].masked_fill(~found.is_passage, FAR).max(1).values
        best = torch.maximum(torch.maximum(title, whole), part)
        return (
            title_counts * title + whole_counts * whole + part_counts * part + best_counts * best + found.rest
        ).float()

    def bars(self, reader: Reader) -> dict[str, float]:
        """Where to begin: what all that is found adds up to, in the middle, and a little less."""
        sums: dict[str, list[float]] = {}
        with torch.no_grad():
            for lesson in self.lessons[::5]:
                sums.setdefault(lesson.of, []).append(
                    float(torch.logsumexp(self.points(reader([lesson])[0], lesson, "there"), 0))
                )
        return {of: float(np.median(some)) - 1.5 for of, some in sums.items()}


class Teacher:
    """Shows a reader lessons."""

    def __init__(self, folder: Path, sets: Sets) -> None:
        self._weights, self.sets = minilm.read(folder / "model.onnx"), sets
        self._before = Reader(self._weights, {}).eval()
        self._bars = sets.bars(self._before)

    def teach(self, lessons: Sequence[Lesson]) -> Reader:
        """All of them so many times, those that nothing can be learned of left out."""
        torch.manual_seed(SEED)
        reader, drawn = Reader(self._weights, self._bars), random.Random(SEED)
        useful = [one for one in lessons if not one.has_answer or bool(self.sets.right(one).any())]
        groups = [
            {"params": [one for one in reader.model.parameters() if one.requires_grad], "lr": RATE},
            {"params": list(reader.bars.parameters()), "lr": BAR_RATE},
        ]
        steps = torch.optim.AdamW(groups, weight_decay=DECAY)
        last = TIMES * len(useful) / AT_ONCE
        rates = torch.optim.lr_scheduler.LambdaLR(
            steps, lambda step: min(1, (step + 1) / WARM_UP) * max(LEAST_RATE, 1 - step / last)
        )
        for time in range(TIMES):
            lost = 0.0
            for some in _batches(useful, drawn):
                loss = self._loss(reader, some)
                steps.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(reader.parameters(), LONGEST_STEP)
                steps.step()
                rates.step()
                lost += float(loss.detach()) * len(some)
            print(f"time {time + 1} of {TIMES}: loss {lost / len(useful):.3f}", flush=True)
        return reader.eval()

    def _loss(self, reader: Reader, lessons: Sequence[Lesson]) -> Tensor:
        vectors = reader(lessons)
        with torch.no_grad():
            before = self._before(lessons)
        staying = (1 - (vectors * before).sum(1)).sum()
        learned = sum(
            (
                lesson.counts * self._lost(reader, vector, lesson)
                for vector, lesson in zip(vectors, lessons, strict=True)
            ),
            torch.zeros(()),
        )
        return (learned + STAYING_COUNTS * staying) / len(lessons)

    def _lost(self, reader: Reader, vector: Tensor, lesson: Lesson) -> Tensor:
        """That a wrong article is before the right one, and that those found are above the bar where none is right."""
        points, right = self.sets.points(vector, lesson, "there"), self.sets.right(lesson)
        among = torch.logsumexp(points, 0)
        order = among - torch.logsumexp(points[right], 0) if right.any() else torch.zeros(())
        if lesson.of == NO_HIDDEN:
            return order
        above = among - reader.bars[lesson.of]
        if not right.any():
            return WHETHER_COUNTS * functional.softplus(above)
        hidden = torch.logsumexp(self.sets.points(vector, lesson, "hidden"), 0) - reader.bars[lesson.of]
        return order + WHETHER_COUNTS * (functional.softplus(-above) + functional.softplus(hidden))


def read_left_out(teacher: Teacher) -> dict[str, Any]:
    """The vectors of each development query."""
    lessons = teacher.sets.lessons
    read: dict[str, dict[int, Any]] = {of: {} for of in ASKED}
    for fold in sorted({lesson.fold for lesson in lessons}):
        reader = teacher.teach([lesson for lesson in lessons if lesson.fold != fold])
        with torch.no_grad():
            for lesson in lessons:
                if lesson.fold == fold and lesson.of in ASKED:
                    read[lesson.of][lesson.number] = reader([lesson])[0].numpy().astype(np.float16)
    return {of: np.array([some[number] for number in sorted(some)]) for of, some in read.items()}


def _batches(lessons: Sequence[Lesson], drawn: random.Random) -> Iterator[list[Lesson]]:
    """Reports of about one length together."""
    mixed, batches = drawn.sample(lessons, len(lessons)), []
    for start in range(0, len(mixed), SORTED):
        some = sorted(mixed[start : start + SORTED], key=lambda lesson: len(lesson.tokens))
        batches += [some[place : place + AT_ONCE] for place in range(0, len(some), AT_ONCE)]
    yield from drawn.sample(batches, len(batches))


def _short(ids: list[int]) -> list[int]:
    return ids if len(ids) <= MOST_TOKENS else ids[: MOST_TOKENS - 1] + ids[-1:]


def main() -> None:
    """See the module."""
    asked = argparse.ArgumentParser()
    asked.add_argument("model", type=Path)
    asked.add_argument("lessons", type=Path)
    asked.add_argument("taught", type=Path)
    asked.add_argument("--left-out", action="store_true")
    given = asked.parse_args()
    tokenizer = Tokenizer.from_file(str(given.model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    teacher = Teacher(given.model, Sets(given.lessons, tokenizer))
    learned = read_left_out(teacher) if given.left_out else teacher.teach(teacher.sets.lessons).taught()
    np.savez(given.taught, **learned)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    main()
