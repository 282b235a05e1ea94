"""How well and how fast fixes are found, on the sets in `../shared/data` where they are present."""

import json
import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
FIRSTLINE = Path(sys.executable).with_name("firstline")
SETS = ("ms_office_symptoms", "askubuntu_bodies")
COLUMNS = (
    "queries",
    "recall_at_1",
    "recall_at_3",
    "auroc",
    "offer_precision",
    "offer_share",
    "p50_ms",
    "p95_ms",
)


def main() -> None:
    """Print one row a set; says so where the data is not there."""
    if not DATA.is_dir():
        print(f"search: the evaluation data is not at {DATA.name}/; nothing measured")
        return
    print("\nSearch, the shipped configuration")
    print(f"{'set':22}" + "".join(f"{column:>16}" for column in COLUMNS))
    for name in SETS:
        found = evaluate(DATA / name)
        print(f"{name:22}" + "".join(f"{_shown(found[column]):>16}" for column in COLUMNS))


def evaluate(folder: Path) -> dict[str, float]:
    """What `firstline articles evaluate` says of one set."""
    command = [FIRSTLINE, "articles", "evaluate", "--json"]
    files = ["--docs", folder / "docs.jsonl", "--queries", folder / "queries.jsonl"]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def _shown(value: float) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
