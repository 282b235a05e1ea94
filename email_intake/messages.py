"""Raw messages in files: one a file, a Maildir, a folder of them, or an mbox."""

import mailbox
from collections.abc import Iterable, Iterator
from pathlib import Path

MBOX = ".mbox"


def read_all(paths: Iterable[Path]) -> Iterator[tuple[str, bytes | OSError]]:
    """Each message with its name, in order; what cannot be read comes as its error."""
    for path in paths:
        for file in _files_in(path) if path.is_dir() else [path]:
            yield from _in_mbox(file) if file.suffix == MBOX else [(str(file), _read(file))]


def _files_in(folder: Path) -> list[Path]:
    """The messages of a Maildir, unread ones too, or every file of another folder, by name."""
    parts = [folder / name for name in ("cur", "new") if (folder / name).is_dir()] or [folder]
    files = [file for part in parts for file in part.iterdir() if file.is_file()]
    return sorted((file for file in files if not file.name.startswith(".")), key=lambda file: file.name)


def _in_mbox(file: Path) -> Iterator[tuple[str, bytes | OSError]]:
    if not file.is_file():
        yield str(file), _read(file)
        return
    box = mailbox.mbox(file, create=False)
    try:
        for number, key in enumerate(box.keys(), start=1):
            yield f"{file}#{number}", box.get_bytes(key)
    finally:
        box.close()


def _read(file: Path) -> bytes | OSError:
    try:
        return file.read_bytes()
    except OSError as error:
        return error
