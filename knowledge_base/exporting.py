"""All articles as files: a folder of Markdown with its pictures, or lines of JSON; import takes both.

Everything is written piece by piece, so that ten thousand articles need no more memory than a few.
"""

import json
import re
import zipfile
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import RawIOBase
from typing import override

from sqlalchemy import select

from firstline import clock, files
from firstline.db import db
from knowledge_base import markdown_files, pictures, records
from knowledge_base.addresses import slugify
from knowledge_base.models import Article, Picture

BATCH = 200
SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}

Owners = Mapping[int, str]


@dataclass(frozen=True)
class File:
    """One file of an export, by its name in the folder."""

    name: str
    content: bytes
    is_article: bool = True


def to_jsonl(owners: Owners) -> Iterator[str]:
    """A line for each article in any state, with its pictures in it."""
    for article, shown in _all():
        told = records.fields_of(article, owners)
        if shown:
            told["pictures"] = {
                f"/pictures/{one.id}": {"name": one.name, "base64": b64encode(content).decode()}
                for one in shown
                if (content := _content(one)) is not None
            }
        yield json.dumps(told, ensure_ascii=False) + "\n"


def to_markdown(owners: Owners) -> Iterator[File]:
    """A file for each article in any state, and one for each of its pictures."""
    given: set[int] = set()
    for article, shown in _all():
        names = {one.id: _picture_name(one) for one in shown}
        told = records.fields_of(article, owners)
        told["body"] = pictures.REFERENCE.sub(
            lambda found, names=names: names.get(int(found[1]), found[0]),  # type: ignore[misc]
            article.body,
        )
        yield File(f"{article.slug}.md", markdown_files.write(told).encode())
        for one in shown:
            if one.id not in given and (content := _content(one)) is not None:
                given.add(one.id)
                yield File(names[one.id], content, is_article=False)


def to_zip(owners: Owners) -> Iterator[bytes]:
    """The folder of `to_markdown` as an archive, while it is being made."""
    outbox = Outbox()
    day = clock.now()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in to_markdown(owners):
            about = zipfile.ZipInfo(file.name, day.timetuple()[:6])
            about.compress_type = zipfile.ZIP_DEFLATED if file.is_article else zipfile.ZIP_STORED
            about.external_attr = 0o644 << 16
            archive.writestr(about, file.content)
            yield from outbox.take()
    yield from outbox.take()


def _all() -> Iterator[tuple[Article, Sequence[Picture]]]:
    """Every article with the pictures its body shows, some at a time.

    No reading stays open while they are taken, and each step may run in another app context.
    """
    last = 0
    while rows := db.session.scalars(
        select(Article).where(Article.id > last).order_by(Article.id).limit(BATCH)
    ).all():
        last, shown = rows[-1].id, _shown(rows)
        for row in {*rows, *(picture for some in shown.values() for picture in some)}:
            db.session.expunge(row)
        db.session.rollback()
        for article in rows:
            yield article, shown[article.id]


def _shown(rows: Sequence[Article]) -> dict[int, list[Picture]]:
    wanted = {article.id: _numbers(article.body) for article in rows}
    ids = set().union(*wanted.values())
    found = db.session.scalars(select(Picture).where(Picture.id.in_(ids))).all() if ids else []
    by_id = {picture.id: picture for picture in found}
    return {key: [by_id[one] for one in sorted(numbers) if one in by_id] for key, numbers in wanted.items()}


def _numbers(body: str) -> set[int]:
    return {int(number) for number in pictures.REFERENCE.findall(body)}


def _picture_name(picture: Picture) -> str:
    stem = slugify(re.sub(r"\.\w+$", "", picture.name))[:60]
    return f"pictures/{picture.id}-{stem}.{SUFFIXES.get(picture.media_type, 'bin')}"


def _content(picture: Picture) -> bytes | None:
    """Its bytes, or nothing when the file is lost: the words go out all the same."""
    try:
        with files.opened(picture.digest) as file:
            return file.read()
    except FileNotFoundError:
        return None


class Outbox(RawIOBase):
    """What an archive wrote since it was last taken; it cannot be gone back in."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, content: object) -> int:
        piece = bytes(content)  # type: ignore[call-overload]
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> list[bytes]:
        pieces, self._pieces = self._pieces, []
        return pieces
