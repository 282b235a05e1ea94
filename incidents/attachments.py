"""Files people add: checked, sniffed and kept before any transaction begins."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from flask import current_app
from sqlalchemy import select

from firstline import files
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import Invalid, NotFound
from incidents.models import Attachment, Entry, Incident, Visibility
from incidents.people import Person
from incidents.policy import Action, may, require

MOST_FILES = 10
NAME_LENGTH = 120
UNSAFE = re.compile(r'[\\/:*?"<>|]+')


@dataclass(frozen=True)
class Upload:
    """A file as it was given: a claimed name and the bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """A file that is durably kept, not yet named by any row."""

    name: str
    media_type: str
    size: int
    digest: str


def store(uploads: Sequence[Upload]) -> tuple[StoredFile, ...]:
    """Keep the files; raises `Invalid` with a sentence when they are too many or too large."""
    return store_all([uploads])[0]


def store_all(several: Sequence[Sequence[Upload]]) -> list[tuple[StoredFile, ...]]:
    """The same of several reports, waiting for the disk together."""
    for uploads in several:
        check(uploads)
    digests = iter(files.put_all([upload.content for uploads in several for upload in uploads]))
    return [
        tuple(_stored(upload, at, next(digests)) for at, upload in enumerate(uploads, start=1))
        for uploads in several
    ]


def _stored(upload: Upload, position: int, digest: str) -> StoredFile:
    return StoredFile(
        name=display_name(upload.name, position),
        media_type=files.sniff(upload.content),
        size=len(upload.content),
        digest=digest,
    )


def check(uploads: Sequence[Upload]) -> None:
    """Refuse too many or too large files before anything is kept."""
    limit = current_app.config["SETTINGS"].max_upload
    if len(uploads) > MOST_FILES:
        raise Invalid(_("Add at most %(most)s files.", most=MOST_FILES), field="attachments")
    for upload in uploads:
        if len(upload.content) > limit:
            megabytes = limit // (1024 * 1024)
            sentence = _(
                "“%(name)s” is larger than %(limit)s MB. Send a smaller file or a link to it.",
                name=display_name(upload.name, 1),
                limit=megabytes,
            )
            raise Invalid(sentence, field="attachments")


def fingerprint(uploads: Sequence[Upload]) -> list[str]:
    """The contents by hash, to tell whether two reports carry the same files."""
    return [sha256(upload.content).hexdigest() for upload in uploads]


def display_name(name: str, position: int) -> str:
    """A name that can be shown and saved: no path, no control or direction characters."""
    base = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(c for c in base if unicodedata.category(c)[0] != "C")
    clean = UNSAFE.sub("_", visible).strip(" .")
    if len(clean) > NAME_LENGTH:
        stem, dot, ending = clean.rpartition(".")
        clean = (stem or clean)[: NAME_LENGTH - 12] + (dot + ending)[:12]
    return clean or f"attachment-{position}"


def find(person: Person, attachment_id: int) -> Attachment:
    """An attachment this person may read; raises `NotFound` for all others."""
    attachment = db.session.get(Attachment, attachment_id)
    incident = db.session.get(Incident, attachment.incident_id) if attachment else None
    if attachment is None or incident is None:
        raise NotFound(_("There is no such file."))
    require(person, Action.SEE, incident)
    visibility = db.session.scalar(select(Entry.visibility).where(Entry.id == attachment.entry_id))
    if visibility == Visibility.INTERNAL and not may(person, Action.SEE_INTERNAL, incident):
        raise NotFound(_("There is no such file."))
    return attachment
