"""The quick copy of the sentence model, made beside it with the packages of the application."""

from __future__ import annotations

import model
from console import ROOT, SetupError, run, warn
from packages import MAIN
from stamps import Stamp

SCRIPT = ROOT / "tools/eight_bits.py"
NAME = "model-8bit.onnx"


def is_current() -> bool:
    if model.is_somebody_elses():
        return True
    return (model.folder() / NAME).is_file() and _stamp().is_current()


def install() -> None:
    """Without it the model itself is used, at twice the time, so a failure here is only a warning."""
    if not (model.folder() / "model.onnx").is_file():
        return
    try:
        run([MAIN.python, SCRIPT, model.folder()], "The search goes on with the slower one.")
    except SetupError as error:
        warn(f"The quick sentence model could not be made. {error}")
        return
    _stamp().set()


def _stamp() -> Stamp:
    return Stamp(model.folder() / "model-8bit.stamp", [SCRIPT, *model.HASHES.values()])
