"""A file between being looked at and being taken in: kept for a day, for one person.

It lies in a folder of its own: what is stored in `firstline.files` is named by a row, and stays.
"""

import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from flask import current_app
from werkzeug.datastructures import FileStorage

from firstline.app import settings_of
from firstline.i18n import gettext as _
from firstline.signing import SignatureInvalid, sign, unsign
from incidents.attachments import display_name
from knowledge_base.errors import ArticleError
from portal.display import file_size

PURPOSE = "articles to import"
KEPT_DAYS = 1
KINDS = {".jsonl", ".md", ".markdown", ".html", ".htm", ".xhtml", ".zip"}
PIECE = 1024**2


@dataclass(frozen=True)
class Kept:
    """A file on disk, and the name its owner gave it."""

    path: Path
    name: str

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)


def keep(file: FileStorage | None, *, person_id: int, kinds: Collection[str] = KINDS) -> str:
    """Store a file of one of these kinds; returns what opens it again. Raises ArticleError."""
    name = display_name(file.filename or "", 1) if file and file.filename else ""
    if file is None or not name:
        raise ArticleError(_("Choose a file first."), field="file")
    kind = Path(name).suffix.lower()
    if kind not in kinds:
        sentence = _("“%(name)s” is none of these: %(kinds)s.", name=name, kinds=", ".join(sorted(kinds)))
        raise ArticleError(sentence, field="file")
    _forget_old()
    stored = f"{token_hex(16)}{kind}"
    _write(file, _folder() / stored, name)
    return sign(PURPOSE, [stored, name, person_id])


def find(token: str, *, person_id: int) -> Kept:
    """The file this person sent; raises ArticleError when it is gone."""
    gone = ArticleError(_("The file is no longer here. Choose it once more."), field="file")
    try:
        told = unsign(PURPOSE, token, max_age_days=KEPT_DAYS)
    except SignatureInvalid as error:
        raise gone from error
    stored, name, owner_id = told if isinstance(told, list) else ("", "", 0)
    path = _folder() / str(stored)
    if owner_id != person_id or not re.fullmatch(r"[0-9a-f]{32}\.\w+", str(stored)) or not path.is_file():
        raise gone
    return Kept(path, str(name))


def _write(file: FileStorage, path: Path, name: str) -> None:
    """One byte more than allowed is enough to be refused."""
    left = settings_of(current_app).max_upload
    with path.open("wb") as target:
        while piece := file.stream.read(PIECE):
            target.write(piece)
            left -= len(piece)
            if left < 0:
                break
    if left < 0:
        path.unlink()
        limit = file_size(settings_of(current_app).max_upload)
        sentence = _("“%(name)s” is larger than %(limit)s. Split it, or let an administrator import it.")
        raise ArticleError(sentence % {"name": name, "limit": limit}, field="file")


def _folder() -> Path:
    folder = settings_of(current_app).data_dir / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _forget_old() -> None:
    oldest = time.time() - KEPT_DAYS * 86400
    for path in _folder().iterdir():
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
