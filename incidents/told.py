"""What somebody tells us, in the form every channel brings it, and what is made of it before anything is written.

Checking the words, keeping the files and guessing what it is about take longer than writing the rows,
and nobody else can write meanwhile: so they come first.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select

from firstline.db import db
from firstline.i18n import gettext as _
from incidents import triage
from incidents.attachments import StoredFile, Upload, store_all
from incidents.errors import Invalid
from incidents.models import TITLE_LENGTH, Channel, Level
from incidents.people import Newcomer
from incidents.reach import Reach
from incidents.services import Service

KEY_LENGTH = 255
DESCRIPTION_LENGTH = 20_000
"""Longer words are kept whole in an attached file, and cut here."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What somebody told us, in the form every channel brings it.

    `key` makes a retry harmless: the same key of the same `caller` is the same incident. `caller`
    defaults to the requester. `logged_by_id` is the agent who wrote it down for somebody else.
    `unverified` marks a sender who proved nothing. `asked` are words for which the requester tried
    fixes before they reported, where they differ. `continues_id` is a closed incident of the same
    requester that this one goes on with. Without `requester_id` it is the `newcomer` who asks.
    """

    requester_id: int | None
    description: str
    channel: Channel
    title: str = ""
    key: str | None = None
    caller: str | None = None
    logged_by_id: int | None = None
    service: str | None = None
    device_id: int | None = None
    reach: Reach | None = None
    impact: Level | None = None
    urgency: Level | None = None
    attachments: Sequence[Upload] = ()
    unverified: bool = False
    received_at: datetime | None = None
    allow_empty: bool = False
    asked: str = ""
    continues_id: int | None = None
    newcomer: Newcomer | None = None


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A report that only has to be written: its words as they are kept, its files on disk, a first guess."""

    told: Report
    title: str
    description: str
    files: Sequence[StoredFile]
    guess: triage.Triage

    @property
    def key(self) -> tuple[str, str] | None:
        """Whose key it has, and which."""
        told = self.told
        if told.key is None:
            return None
        key = told.key if len(told.key) <= KEY_LENGTH else sha256(told.key.encode()).hexdigest()
        return told.caller or f"person:{told.requester_id}", key

    def fingerprint(self, requester_id: int) -> str:
        """By which the same report is known again; whose it is may only be known once they are written."""
        told = self.told
        parts = [
            requester_id,
            self.title,
            self.description,
            told.service,
            told.impact,
            told.urgency,
            [file.digest for file in self.files[: len(told.attachments)]],
            *([told.reach] if told.reach else ()),
        ]
        return sha256(json.dumps(parts).encode()).hexdigest()


def prepare_all(several: Sequence[Report]) -> list[Ready]:
    """Everything that can be done before the transaction; raises `Invalid`. Their files wait for the disk together."""
    words = [_checked_words(told) for told in several]
    files = store_all([(*told.attachments, *_whole_text(told)) for told in several])
    return [
        Ready(
            told=told,
            title=title,
            description=description,
            files=kept,
            guess=_guess(told, title, description),
        )
        for told, (description, title), kept in zip(several, words, files, strict=True)
    ]


def _guess(told: Report, title: str, text: str) -> triage.Triage:
    return triage.classify(
        title=title,
        text=text,
        service=_service(told.service),
        reach=told.reach,
        impact=told.impact,
        urgency=told.urgency,
    )


def _checked_words(told: Report) -> tuple[str, str]:
    description = _clean(told.description)
    title = " ".join(_clean(told.title).split())
    if not description and not title and not told.attachments and not told.allow_empty:
        raise Invalid(_("Tell us what is going wrong. A few words are enough."), field="description")
    description = description or title
    if len(description) > DESCRIPTION_LENGTH:
        note = _("[Cut here. The whole text is attached as report.txt.]")
        description = f"{description[:DESCRIPTION_LENGTH]}\n\n{note}"
    return description, _shortened(title or _first_line(description) or _("(no words)"))


def _whole_text(told: Report) -> tuple[Upload, ...]:
    text = _clean(told.description)
    return (Upload("report.txt", text.encode()),) if len(text) > DESCRIPTION_LENGTH else ()


def _clean(text: str) -> str:
    """Without NUL (PostgreSQL refuses it) and lone surrogates (UTF-8 cannot carry them)."""
    whole = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    return whole.replace("\r\n", "\n").strip()


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def _shortened(title: str) -> str:
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1].rstrip() + "…"


def _service(slug: str | None) -> Service | None:
    if not slug:
        return None
    service: Service | None = db.session.scalar(select(Service).where(Service.slug == slug))
    if service is None:
        raise Invalid(
            _("There is no service “%(slug)s”. Leave it out if unsure.", slug=slug), field="service"
        )
    return service
