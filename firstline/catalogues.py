"""The catalogues of translated words: which languages there are, and the compiled form gettext reads.

Committed is the text (`messages.po`). What gettext reads (`messages.mo`) is made of it by set-up, so that
two people who translate at the same time meet in a file that can be merged.
"""

import os
import shutil
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = "en"
"""The language the words stand in where they are written."""
FOLDER = Path(__file__).resolve().parent.parent / "portal" / "translations"
TEXT = "LC_MESSAGES/messages.po"
COMPILED = "LC_MESSAGES/messages.mo"
SIGN_IN = "flask_security"
"""The package whose own sentences signing in says, and the name of its catalogues."""


@cache
def languages() -> dict[str, str]:
    """Code and own name of every language Firstline speaks: English, and whatever has been compiled."""
    codes = (SOURCE, *sorted(file.parts[-3] for file in FOLDER.glob(f"*/{COMPILED}")))
    return {code: Locale.parse(code).get_display_name() or code for code in codes}


def compile_stale(folder: Path = FOLDER) -> list[str]:
    """Compile what is newer than its compiled form; the codes of the languages that were."""
    stale = [text for text in sorted(folder.glob(f"*/{TEXT}")) if _is_stale(text)]
    for text in stale:
        _compile(text)
        _borrow(text)
    languages.cache_clear()
    return [text.parts[-3] for text in stale]


def _is_stale(text: Path) -> bool:
    made = text.with_suffix(".mo")
    return not made.is_file() or made.stat().st_mtime < text.stat().st_mtime


def _compile(text: Path) -> None:
    """Beside and then in its place: processes that start meanwhile read the old or the new one whole."""
    with text.open(encoding="utf-8") as words:
        catalogue = read_po(words, locale=text.parts[-3])
    handle, draft = tempfile.mkstemp(dir=text.parent)
    with os.fdopen(handle, "wb") as made:
        write_mo(made, catalogue)
    os.chmod(draft, 0o644)
    Path(draft).replace(text.with_suffix(".mo"))


def _borrow(text: Path) -> None:
    """Its languages carry a country (`de_DE`), which gettext does not look for when asked for `de`."""
    package = find_spec(SIGN_IN)
    places = package.submodule_search_locations if package else None
    for place in places or ():
        found = Path(place).glob(f"translations/{text.parts[-3]}_*/LC_MESSAGES/{SIGN_IN}.mo")
        for made in sorted(found)[:1]:
            shutil.copyfile(made, text.with_name(made.name))


if __name__ == "__main__":
    compile_stale()
