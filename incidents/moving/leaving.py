"""Everything one takes along when leaving: JSON lines in a zip, written piece by piece.

Nobody's password, token or secret is in it: what is written is named here, column by column excepted.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import selectinload

from firstline import clock, files
from firstline.db import Model, db
from incidents import authors
from incidents.automation.models import AutomationRule, Macro, RecurringTask
from incidents.catalogue.models import Dependency
from incidents.matrix import ImpactBar, PriorityCell
from incidents.models import Attachment, Entry, Incident
from incidents.notices import NoticeTimes, NoticeWish
from incidents.oncall.models import Rota
from incidents.people import Alias, Membership, Person, Team
from incidents.policy import Action, require
from incidents.problems.models import Link, Problem
from incidents.resolutions.models import CauseCode, ChangedItem, ClosingRule, Rating
from incidents.reviews.models import Action as Promise
from incidents.reviews.models import Moment, Review
from incidents.routing.models import Absence, EscalationRule, RoutingRule
from incidents.services import Device, Outage, Service
from incidents.sla.models import Target, WorkCalendar
from incidents.watching import Watcher
from incidents.writing.canned import CannedReply
from knowledge_base import exporting
from knowledge_base.models import Category

BATCH = 200
SECRET = frozenset({"password", "fs_uniquifier", "secret", "webhook_secret", "webhook_url"})
"""Columns that open something."""
FILES: dict[str, Sequence[type[Model]]] = {
    "people.jsonl": (Person,),
    "settings.jsonl": (
        Team, Membership, Alias, Category, Service, Dependency, Device, Outage, WorkCalendar, Target, RoutingRule,
        EscalationRule, Absence, Rota, CauseCode, ClosingRule, PriorityCell, ImpactBar, CannedReply,
        AutomationRule, Macro, RecurringTask, NoticeWish, NoticeTimes, Watcher,
    ),
    "problems.jsonl": (Problem, Link),
    "reviews.jsonl": (Review, Moment, Promise),
    "ratings.jsonl": (Rating, ChangedItem),
}  # fmt: skip
"""What is written as it stands in the tables, each line with the name of its table as `kind`."""


def stream(also: Iterable[type[Model]] = (), *, by: Person | None = None) -> Iterator[bytes]:
    """The zip, in pieces; `also` are further tables of settings. `by` None is the operator."""
    if by is not None:
        require(by, Action.ADMINISTER)
    out = exporting.Outbox()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for name, lines in _parts(also):
            about = zipfile.ZipInfo(name, clock.now().timetuple()[:6])
            # What is described like this is packed only if it says so itself.
            about.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(about, "w", force_zip64=True) as file:
                for line in lines:
                    file.write(line.encode())
                    yield from out.take()
        for digest in _digests():
            yield from _file(archive, out, digest)
    yield from out.take()


def _parts(also: Iterable[type[Model]]) -> Iterator[tuple[str, Iterator[str]]]:
    yield "incidents.jsonl", _incidents()
    owners = {author.id: author.email for author in authors.list_authors()}
    yield "articles.jsonl", exporting.to_jsonl(owners)
    for name, models in FILES.items():
        wanted = (*models, *also) if name == "settings.jsonl" else models
        yield name, (line for model in wanted for line in _rows(model))


def _incidents() -> Iterator[str]:
    """Each with its timeline and what is attached to it, a batch at a time."""
    last = 0
    loaded = select(Incident).options(
        selectinload(Incident.entries).selectinload(Entry.attachments), selectinload(Incident.requester)
    )
    while found := db.session.scalars(
        loaded.where(Incident.id > last).order_by(Incident.id).limit(BATCH)
    ).all():
        last, lines = found[-1].id, [_line(_whole(incident)) for incident in found]
        _forget()
        yield from lines


def _whole(incident: Incident) -> dict[str, Any]:
    timeline = [
        _told(entry) | {"attachments": [_told(one) for one in entry.attachments]}
        for entry in incident.entries
    ]
    known = {"number": incident.number, "requester": incident.requester.email, "timeline": timeline}
    return _told(incident) | known


def _rows(model: type[Model]) -> Iterator[str]:
    """Every row, a batch at a time by its key."""
    keys = inspect(model).primary_key
    offset = 0
    while found := db.session.scalars(select(model).order_by(*keys).offset(offset).limit(BATCH)).all():
        lines = [_line({"kind": model.__tablename__} | _told(one)) for one in found]
        _forget()
        yield from lines
        offset += BATCH


def _forget() -> None:
    """Between two batches no reading stays open: the reader may take their time."""
    db.session.rollback()
    db.session.expunge_all()


def _told(one: Model) -> dict[str, Any]:
    attributes = one.__mapper__.column_attrs
    return {each.key: getattr(one, each.key) for each in attributes if each.key not in SECRET}


def _line(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, default=_plain) + "\n"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _digests() -> list[str]:
    found = list(db.session.scalars(select(Attachment.digest).distinct().order_by(Attachment.digest)))
    db.session.rollback()
    return found


def _file(archive: zipfile.ZipFile, out: exporting.Outbox, digest: str) -> Iterator[bytes]:
    try:
        with files.opened(digest) as file:
            content = file.read()
    except FileNotFoundError:
        return
    archive.writestr(f"files/{digest}", content, zipfile.ZIP_STORED)
    yield from out.take()
