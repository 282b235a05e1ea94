"""The copies of the sentence model, made beside it with the packages of the application."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import model
from console import ROOT, SetupError, run, warn
from packages import MAIN
from stamps import Stamp


@dataclass(frozen=True)
class _Copy:
    """A file that `script` makes of the model and of what else it reads; what is without it is in `else_`."""

    name: str
    script: Path
    reads: tuple[Path, ...]
    else_: str

    def is_current(self) -> bool:
        return (model.folder() / f"{self.name}.onnx").is_file() and self._stamp().is_current()

    def make(self) -> None:
        """Nothing stops without it, so a failure is only a warning."""
        try:
            run([MAIN.python, self.script, model.folder(), self.name], self.else_)
        except SetupError as error:
            warn(f"A copy of the sentence model could not be made. {error}")
            return
        self._stamp().set()

    def _stamp(self) -> Stamp:
        return Stamp(
            model.folder() / f"{self.name}.stamp", [self.script, *self.reads, *model.HASHES.values()]
        )


QUICKEN, TEACH = ROOT / "tools/eight_bits.py", ROOT / "tools/taught_model.py"
PAIRS, REPORTS = ROOT / "incidents/data/second_look.npz", ROOT / "knowledge_base/data/reports.npz"
COPIES = (
    _Copy("model-8bit", QUICKEN, (), "The search goes on with the slower one."),
    _Copy("model-pairs", TEACH, (QUICKEN, PAIRS), "Look-alikes are told without a second look."),
    _Copy("model-reports", TEACH, (QUICKEN, REPORTS), "Reports are read as articles are."),
)


def is_current() -> bool:
    return model.is_somebody_elses() or all(copy.is_current() for copy in COPIES)


def install() -> None:
    """Make those that are missing or old."""
    if not (model.folder() / "model.onnx").is_file():
        return
    for copy in COPIES:
        if not copy.is_current():
            copy.make()
