"""The examples Rasa learns from, and the file among them that holds what authors have labelled."""

import re
from collections.abc import Iterable
from pathlib import Path

import yaml

HOME = Path(__file__).resolve().parent
FOLDER = HOME / "data/nlu"
LEARNED = "learned.yml"
HEAD = 'version: "3.1"\n\n# Written by “firstline bot export” from what authors labelled; every line may be changed by hand.\nnlu:\n'
MARKS = re.compile(r"[\[\](){}]")
"""What stands in these means an entity to Rasa."""

ENTITY = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")


def add_examples(examples: Iterable[tuple[str, str]], folder: Path = FOLDER) -> int:
    """Add (intent, words) to the learned file, those left out that stand anywhere already; how many."""
    known = {ENTITY.sub(r"\1", words).casefold() for _, words in read_examples(folder.glob("*.yml"))}
    kept = read_examples([folder / LEARNED])
    added: list[tuple[str, str]] = []
    for intent, words in examples:
        plain = " ".join(MARKS.sub(" ", words).split())
        if plain and plain.casefold() not in known:
            known.add(plain.casefold())
            added.append((intent, plain))
    if added:
        _write(folder / LEARNED, [*kept, *added])
    return len(added)


def read_examples(files: Iterable[Path]) -> list[tuple[str, str]]:
    """Every (intent, words) of these files, as they are written."""
    blocks = [block for file in files if file.is_file() for block in yaml.safe_load(file.read_text())["nlu"]]
    return [
        (block["intent"], line.removeprefix("- ").strip())
        for block in blocks
        if "intent" in block
        for line in block["examples"].splitlines()
    ]


def _write(file: Path, examples: list[tuple[str, str]]) -> None:
    draft = file.with_name(f".{file.name}")
    draft.write_text(
        HEAD + "".join(_block(intent, examples) for intent in sorted({one for one, _ in examples}))
    )
    draft.replace(file)


def _block(intent: str, examples: list[tuple[str, str]]) -> str:
    lines = "".join(f"      - {words}\n" for one, words in examples if one == intent)
    return f"  - intent: {intent}\n    examples: |\n{lines}"
