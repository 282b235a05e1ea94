"""The documentation names what exists, and what it names exists."""

import re
from pathlib import Path

import pytest

from commands import COMMANDS
from commands.supervisor import PROCESSES, SAMPLE

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs/operations.md").read_text()
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def settings_in_code() -> set[str]:
    source = (ROOT / "firstline/settings.py").read_text()
    return {f"FIRSTLINE_{name}" for name in re.findall(r'\b(?:env|self)\.\w+\("([A-Z_]+)"', source)}


def targets_in_makefile() -> set[str]:
    lines = re.findall(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    return {target for line in lines for target in line.split()}


def test_every_setting_is_in_the_table_and_every_row_is_a_setting() -> None:
    rows = set(re.findall(r"^\| `(FIRSTLINE_[A-Z_]+)` \|", OPERATIONS, re.MULTILINE))
    assert rows == settings_in_code()


def test_every_make_target_is_named() -> None:
    assert {target for target in targets_in_makefile() if f"`make {target}" not in OPERATIONS} == set()


def test_every_make_target_that_is_named_exists() -> None:
    named = {name for page in PAGES for name in re.findall(r"`make ([a-z-]+)", page.read_text())}
    assert named <= targets_in_makefile()


def test_every_process_of_the_supervisor_has_its_row() -> None:
    rows = dict(re.findall(r"^\| (\w+) \| `firstline (\w+)` \|", OPERATIONS, re.MULTILINE))
    assert rows == PROCESSES | {SAMPLE: SAMPLE}


def test_every_command_that_is_named_exists() -> None:
    named = {name for page in PAGES for name in re.findall(r"`firstline ([a-z]+)", page.read_text())}
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?![a-z]+:|#)([^)#\s]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_named_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [page.name for page in (ROOT / "docs").glob("*.md") if f"(docs/{page.name})" not in readme] == []
