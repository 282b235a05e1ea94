"""Arrows go one way: commands -> channels -> incidents -> knowledge_base -> firstline."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHANNELS = {"portal", "email_intake", "chatbot"}
FORBIDDEN = {
    "firstline": {"knowledge_base", "incidents", "commands"} | CHANNELS,
    "knowledge_base": {"incidents", "commands"} | CHANNELS,
    "incidents": {"commands"} | CHANNELS,
    "portal": {"commands"},
    "email_intake": {"commands", "portal", "chatbot"},
    "chatbot": {"commands", "portal", "email_intake"},
}


def modules(package: str) -> dict[str, Path]:
    """Every module of a package by its dotted name."""
    found = {}
    for path in (ROOT / package).rglob("*.py"):
        if ".venv" in path.parts:
            continue
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


OURS = {name: path for package in [*FORBIDDEN, "commands"] for name, path in modules(package).items()}


@cache
def imports_of(module: str) -> frozenset[str]:
    """What a module imports of ours, `from package import module` and names in strings included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(OURS[module].read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names & set(OURS))


def reachable_from(module: str) -> dict[str, list[str]]:
    """Every module of ours reachable from this one, with one path to it."""
    paths = {module: [module]}
    waiting = [module]
    while waiting:
        here = waiting.pop()
        for there in imports_of(here) - set(paths):
            paths[there] = [*paths[here], there]
            waiting.append(there)
    return paths


@pytest.mark.parametrize("package", FORBIDDEN)
def test_nothing_above_is_reachable_from(package):
    wrong = [
        " -> ".join(path)
        for module in modules(package)
        for there, path in reachable_from(module).items()
        if there.partition(".")[0] in FORBIDDEN[package]
    ]
    assert wrong == []


def test_the_walk_sees_imports_at_all():
    assert "incidents.lifecycle" in reachable_from("incidents.intake") or "incidents.routing" in imports_of(
        "incidents.intake"
    )
    assert "firstline.db" in reachable_from("incidents.intake")
