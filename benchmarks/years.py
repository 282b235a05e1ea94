"""A demo year to measure on."""

import os
import subprocess
import sys
import tempfile

from tests.stack import FIRSTLINE


def with_one(module: str) -> None:
    """Run that module where there is a year: in `FIRSTLINE_DATA_DIR` if it is set, else in one made for it."""
    if "FIRSTLINE_DATA_DIR" in os.environ:
        subprocess.run([sys.executable, "-m", module], check=True)
        return
    with tempfile.TemporaryDirectory(prefix="firstline-year-") as name:
        environment = os.environ | {
            "FIRSTLINE_DATA_DIR": name,
            "FIRSTLINE_DEMO": "1",
            "FIRSTLINE_MODEL_DIR": f"{name}/no-model",
        }
        load = [FIRSTLINE, "demo", "load", "--size", "large"]
        subprocess.run(load, env=environment, check=True, capture_output=True)
        subprocess.run([sys.executable, "-m", module], env=environment, check=True)
