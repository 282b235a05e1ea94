"""The translated words in the form gettext reads, made of the text that is committed."""

from __future__ import annotations

from pathlib import Path

from console import ROOT, run

FOLDER = ROOT / "portal/translations"


def is_current() -> bool:
    return all(_is_made(text) for text in FOLDER.glob("*/LC_MESSAGES/messages.po"))


def install() -> None:
    run(
        [ROOT / ".venv/bin/python", "-m", "firstline.catalogues"],
        "Correct the catalogue it names, then run set-up again.",
    )


def _is_made(text: Path) -> bool:
    made = text.with_suffix(".mo")
    return made.is_file() and made.stat().st_mtime >= text.stat().st_mtime
