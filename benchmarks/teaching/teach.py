"""Teaches the sentence model to read two reports together, and writes what it learned.

    uv run --no-project --with torch==2.13.0 --with onnx --with tokenizers benchmarks/teaching/teach.py MODEL LESSONS TAUGHT

MODEL is the folder of the delivered model, LESSONS is written by `benchmarks/second_look.py`, TAUGHT is
`incidents/data/second_look.npz`. With `--left-out` each third of the sets is judged by what was learned of the
others, and TAUGHT gets the log-odds, by which `benchmarks.duplicates --look` fits how much they count. A quarter of an hour
each on one core. It runs by itself: torch is in no environment of ours, for nothing else needs it.
"""

import argparse
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import minilm
import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

SEED = 1
TIMES, AT_ONCE, SORTED = 5, 32, 512
RATE, DECAY, LEAST_RATE, WARM_UP, LONGEST_STEP = 6e-4, 0.01, 0.05, 30, 1.0
HIDDEN = 64
PARTS = 3

Pair = tuple[str, str, bool]


class Judge(nn.Module):
    """The model, and one hidden layer over what it makes of two texts."""

    def __init__(self, weights: minilm.Weights, *, cosine_as_loud: float) -> None:
        super().__init__()
        self._cosine_as_loud = cosine_as_loud
        self.model = minilm.MiniLM(weights)
        self.hidden = nn.Linear(3 * minilm.SIZE, HIDDEN)
        self.last = nn.Linear(HIDDEN, 1)
        self.cosine = nn.Parameter(torch.tensor(8.0))
        self.offset = nn.Parameter(torch.tensor(-5.0))
        nn.init.zeros_(self.last.weight)

    def forward(self, pairs: Sequence[minilm.Ids]) -> Tensor:
        ids, types, mask = minilm.padded(pairs)
        rows = self.model(ids, types, mask)
        one, other = (minilm.mean(rows, mask * part) for part in (1 - types, types))
        alike = functional.normalize(one, dim=-1) * functional.normalize(other, dim=-1)
        given = torch.cat([one + other, (one - other).abs(), alike * self._cosine_as_loud], -1)
        hidden = functional.dropout(functional.gelu(self.hidden(given)), minilm.DROPPED, self.training)
        judged: Tensor = self.last(hidden)[:, 0] + self.cosine * alike.sum(1) + self.offset
        return judged

    def taught(self, *, before: str, after: str) -> dict[str, NDArray[np.float16]]:
        """What is written down: the corrections of the products, and the layer over them."""
        kept: dict[str, Tensor] = {
            "head/hidden": self.hidden.weight,
            "head/hidden_offset": self.hidden.bias,
            "head/last": self.last.weight[0],
            "head/cosine": self.cosine,
            "head/offset": self.offset + self.last.bias[0],
        }
        kept |= self.model.corrections(before=before, after=after)
        return {name: value.detach().numpy().astype(np.float16) for name, value in kept.items()}


class Teacher:
    """Shows a judge pairs with what is known of them."""

    def __init__(self, folder: Path, *, most_tokens: int, cosine_as_loud: float) -> None:
        self._weights = minilm.read(folder / "model.onnx")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._most_tokens, self._cosine_as_loud = most_tokens, cosine_as_loud

    def teach(self, pairs: Sequence[Pair]) -> Judge:
        """All of them so many times, in another order and each in either direction."""
        torch.manual_seed(SEED)
        drawn, judge = random.Random(SEED), Judge(self._weights, cosine_as_loud=self._cosine_as_loud)
        learned = [each for each in judge.parameters() if each.requires_grad]
        steps = torch.optim.AdamW(learned, lr=RATE, weight_decay=DECAY)
        last = TIMES * len(pairs) / AT_ONCE
        rates = torch.optim.lr_scheduler.LambdaLR(
            steps, lambda step: min(1, (step + 1) / WARM_UP) * (1 - (1 - LEAST_RATE) * min(1, step / last))
        )
        for time in range(TIMES):
            lost = 0.0
            for batch in self._batches(pairs, drawn):
                said = judge([ids for ids, _ in batch])
                same = torch.tensor([float(same) for _, same in batch])
                loss = functional.binary_cross_entropy_with_logits(said, same)
                steps.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(learned, LONGEST_STEP)
                steps.step()
                rates.step()
                lost += float(loss.detach()) * len(batch)
            print(f"time {time + 1} of {TIMES}: loss {lost / len(pairs):.3f}", flush=True)
        return judge.eval()

    def ask(self, judge: Judge, pairs: Sequence[Pair]) -> NDArray[np.float64]:
        """The log-odds that each is the same."""
        with torch.no_grad():
            return np.array([float(judge([self._ids(one, other)])[0]) for one, other, _ in pairs])

    def _batches(
        self, pairs: Sequence[Pair], drawn: random.Random
    ) -> Iterator[list[tuple[minilm.Ids, bool]]]:
        """Texts of about one length together."""
        mixed = drawn.sample(pairs, len(pairs))
        for start in range(0, len(mixed), SORTED):
            some = [
                (self._ids(*drawn.sample([one, other], 2)), same)
                for one, other, same in mixed[start : start + SORTED]
            ]
            some.sort(key=lambda told: len(told[0][0]) + len(told[0][1]))
            batches = [some[place : place + AT_ONCE] for place in range(0, len(some), AT_ONCE)]
            yield from drawn.sample(batches, len(batches))

    def _ids(self, one: str, other: str) -> minilm.Ids:
        first, second = (self._tokenizer.encode(text).ids[: self._most_tokens] for text in (one, other))
        return first, second[1:]


def judge_left_out(teacher: Teacher, lessons: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    """The log-odds of each set's pairs, by a judge that never saw the set."""
    said = {}
    sets = lessons["sets"]
    for part in range(PARTS):
        left_out = list(sets)[part::PARTS]
        rest = [pair for name, pairs in sets.items() if name not in left_out for pair in pairs]
        judge = teacher.teach([*rest, *lessons["families"]])
        said |= {name: teacher.ask(judge, sets[name]) for name in left_out}
    return said


def main() -> None:
    """See the module."""
    asked = argparse.ArgumentParser()
    asked.add_argument("model", type=Path)
    asked.add_argument("lessons", type=Path)
    asked.add_argument("taught", type=Path)
    asked.add_argument("--left-out", action="store_true")
    given = asked.parse_args()
    lessons = json.loads(given.lessons.read_text())
    teacher = Teacher(
        given.model, most_tokens=lessons["most_tokens"], cosine_as_loud=lessons["cosine_as_loud"]
    )
    if given.left_out:
        np.savez(given.taught, **judge_left_out(teacher, lessons))
        return
    pairs = [pair for some in lessons["sets"].values() for pair in some]
    judge = teacher.teach([*pairs, *lessons["families"]])
    np.savez(given.taught, **judge.taught(before=lessons["before"], after=lessons["after"]))


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    main()
