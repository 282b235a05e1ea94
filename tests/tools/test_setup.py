"""The set-up program: what it skips, which Python it takes, and what it says when something is missing."""

import ast
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

SETUP = Path(__file__).resolve().parents[2] / "tools/setup"
SOURCES = sorted(SETUP.glob("*.py"))
OWN = {source.stem for source in SOURCES}
HERE = sys.version_info[:2]


@pytest.fixture(autouse=True)
def setup_is_importable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(SETUP))
    yield
    for name in OWN - {"__main__"}:
        sys.modules.pop(name, None)


def load(name: str) -> ModuleType:
    return import_module(name)


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def runs_python(path: Path) -> Path:
    return executable(path, f'#!/bin/sh\nexec {sys.executable} "$@"\n')


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_it_is_written_for_python_3_9_and_the_standard_library(source: Path) -> None:
    tree = ast.parse(source.read_text(), feature_version=(3, 9))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= OWN | sys.stdlib_module_names


def test_a_stamp_holds_until_what_the_folder_was_made_from_changes(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text("one")
    stamp = load("stamps").Stamp(tmp_path / "made/stamp", [lock])
    assert not stamp.is_current()
    stamp.set()
    assert stamp.is_current()
    lock.write_text("two")
    assert not stamp.is_current()


def test_a_python_on_path_that_does_not_start_is_passed_over_for_one_of_pyenv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{HERE[0]}.{HERE[1]}"
    executable(tmp_path / f"bin/python{name}", "#!/bin/sh\nexit 127\n")
    wanted = runs_python(tmp_path / f"pyenv/versions/{name}.10/bin/python3")
    runs_python(tmp_path / f"pyenv/versions/{name}.9/bin/python3")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert load("pythons").find((HERE,)) == wanted


def test_without_any_fitting_python_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    uv = executable(tmp_path / "uv", "#!/bin/sh\nexit 1\n")
    assert load("pythons").find(((3, 10),)) is None
    with pytest.raises(load("console").SetupError, match=r"pyenv install 3\.10"):
        load("pythons").brought_by(uv, (3, 10))


def test_icons_become_symbols_of_one_sprite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = load("browser")
    monkeypatch.setattr(browser, "MODULES", tmp_path)
    icon = tmp_path / "@tabler/icons/icons/filled/star.svg"
    executable(icon, '<svg xmlns="x"\n  width="24">\n  <path d="M1 2" />\n</svg>')
    sprite = browser._sprite(["filled/star"])
    assert (
        '<symbol id="star-filled" viewBox="0 0 24 24" fill="currentColor"><path d="M1 2" /></symbol>'
        in sprite
    )


def test_an_unknown_icon_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = load("browser")
    monkeypatch.setattr(browser, "MODULES", tmp_path)
    with pytest.raises(load("console").SetupError, match="“unicorn-99”"):
        browser._sprite(["unicorn-99"])


def test_without_the_sentence_model_set_up_goes_on_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = load("model")
    monkeypatch.setattr(model, "STORE", tmp_path / "store")
    monkeypatch.setenv("FIRSTLINE_MODEL_DIR", str(tmp_path / "model"))

    def unreachable(pin: str, folder: Path) -> None:
        raise load("console").SetupError("The index is not reachable.")

    monkeypatch.setattr(model, "unpack", unreachable)
    model.install()
    assert "the search goes by words alone" in capsys.readouterr().err


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    system = load("system")
    monkeypatch.setattr(system, "PARTS", {"dovecot-imapd": lambda: False, "chromium": lambda: True})
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.delenv("CI", raising=False)
    return system


def test_a_missing_server_is_a_warning_on_a_desk(
    bare_machine: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    bare_machine.install()
    assert "Install dovecot-imapd" in capsys.readouterr().err


def test_a_missing_server_is_an_error_under_ci(
    bare_machine: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(load("console").SetupError, match="Install dovecot-imapd"):
        bare_machine.install()


def test_a_failing_command_is_shown_with_its_last_lines_and_what_to_do() -> None:
    console = load("console")
    with pytest.raises(console.SetupError, match=r"(?s)no such package.*Run this again"):
        console.run([sys.executable, "-c", "raise SystemExit('no such package')"], "Run this again.")
