"""Where files come from: a folder, one file of it, a zip archive. Nothing outside it is ever read."""

import zipfile
import zlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Protocol

from firstline.i18n import gettext as _
from knowledge_base.errors import ArticleError

MOST_FILES = 20_000
MOST_BYTES = 300 * 1024**2
"""Of all files of an archive together, unpacked."""
MOST_OF_A_FILE = 8 * 1024**2
ENCRYPTED = 0x1


class Source(Protocol):
    """Files by their names relative to the source, with “/” between folders."""

    @property
    def names(self) -> Sequence[str]:
        """All files, sorted."""
        ...

    def read(self, name: str) -> bytes:
        """One file; raises ArticleError with the reason."""
        ...


class Folder:
    """A folder on this machine; with `only`, that one file of it, beside which its pictures lie."""

    def __init__(self, root: Path, *, only: Path | None = None) -> None:
        self._root, self._only = root.resolve(), only

    @cached_property
    def names(self) -> Sequence[str]:
        found = [self._only.resolve()] if self._only else sorted(self._root.rglob("*"))
        names = [path.relative_to(self._root).as_posix() for path in found if path.is_file()]
        return [name for name in names if not is_hidden(name)]

    def read(self, name: str) -> bytes:
        path = (self._root / name).resolve()
        if not path.is_relative_to(self._root):
            raise ArticleError(_("This leads out of the folder, so it is not read."))
        try:
            with path.open("rb") as file:
                return _limited(file)
        except OSError as error:
            raise ArticleError(_("This file cannot be read: %(reason)s.", reason=error.strerror)) from error


class Sent:
    """One file that somebody sent, under the name it had."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        self.names: Sequence[str] = [name.replace("/", "_").lstrip(".")]

    def read(self, name: str) -> bytes:
        if name not in self.names:
            raise ArticleError(_("It did not come along. Send both in a .zip archive."))
        with self._path.open("rb") as file:
            return _limited(file)


class Archive:
    """A zip archive; never unpacked onto the disk."""

    def __init__(self, file: BinaryIO | Path) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise ArticleError(
                _("This is no zip archive, or it is damaged. Pack the folder again.")
            ) from error
        self._left = MOST_BYTES
        if len(self._zip.infolist()) > MOST_FILES:
            raise ArticleError(_("There are more than %(most)s files in it. Pack fewer.", most=MOST_FILES))

    @cached_property
    def names(self) -> Sequence[str]:
        names = {info.filename for info in self._zip.infolist() if not info.is_dir()}
        return sorted(name for name in names if not is_hidden(name))

    def read(self, name: str) -> bytes:
        if leads_out(name):
            raise ArticleError(_("The name of this file leads out of the archive, so it is not read."))
        try:
            content = self._read(self._zip.getinfo(name))
        except KeyError as error:
            raise ArticleError(_("There is no such file.")) from error
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as error:
            raise ArticleError(_("This file is damaged in the archive.")) from error
        self._left -= len(content)
        if self._left < 0:
            limit = MOST_BYTES // 1024**2
            raise ArticleError(
                _("Unpacked, the archive has more than %(limit)s MB. Pack fewer.", limit=limit)
            )
        return content

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        if info.flag_bits & ENCRYPTED:
            raise ArticleError(_("This file is protected by a password."))
        with self._zip.open(info) as file:
            return _limited(file)


def is_hidden(name: str) -> bool:
    """What systems put beside people's files."""
    return any((part.startswith(".") and part != "..") or part == "__MACOSX" for part in name.split("/"))


def leads_out(name: str) -> bool:
    """Whether a name would point out of the folder it is in, on any system."""
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name


def _limited(file: IO[bytes]) -> bytes:
    """Its content, if it is not too large whatever it says of itself."""
    content = file.read(MOST_OF_A_FILE + 1)
    if len(content) > MOST_OF_A_FILE:
        raise ArticleError(_("This file is larger than %(limit)s MB.", limit=MOST_OF_A_FILE // 1024**2))
    return content
