"""Taking another desk's people and incidents in: first looked at, then written batch by batch.

What is known already, by the key it had there, is left alone: the same file may come again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import batched

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.attachments import StoredFile, store
from incidents.errors import Invalid, Refused
from incidents.models import TITLE_LENGTH, number_of
from incidents.moving import passing, rows
from incidents.moving.models import KEY_LENGTH, SOURCE_LENGTH, MovedIn
from incidents.moving.records import Case, Human, Record, Unreadable
from incidents.people import Person, Role, clean_phone, ensure_person, find_by_address
from incidents.policy import Action, require
from incidents.search.filling import fill as make_findable

BATCH = 200
ROLES = frozenset({Role.EMPLOYEE, Role.AGENT, Role.LEAD, Role.AUTHOR})
"""What an import may make of a person; administrators are made by administrators."""


class Fate(StrEnum):
    """What becomes of a record."""

    PERSON = "person"
    INCIDENT = "incident"
    KNOWN = "known"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One record of the report: where it stands, what becomes of it, and why."""

    place: str
    name: str
    fate: Fate
    why: str = ""


def look_at(records: Iterable[Record], *, source: str, by: Person | None = None) -> Iterator[Line]:
    """What an import would do, record by record; nothing is kept."""
    _check(source, by)
    seen: set[str] = set()
    for record in records:
        yield _judged(record, source, seen)


def take_in(records: Iterable[Record], *, source: str, by: Person | None = None) -> Iterator[Line]:
    """Write what `look_at` tells of, in batches that are whole each; `by` None is the operator.

    Nobody is told of anything: it happened long ago. Safe to repeat, also after it was cut off.
    """
    _check(source, by)
    seen: set[str] = set()
    for batch in batched(records, BATCH):
        judged = [(record, _judged(record, source, seen)) for record in batch]
        yield from _write(judged, source)
    with write() as session:
        make_findable(session)


def _check(source: str, by: Person | None) -> None:
    if by is not None:
        require(by, Action.ADMINISTER)
    if not source.strip() or len(source) > SOURCE_LENGTH:
        raise Invalid(_("Give the other desk a short name: by it we know what came before."), field="source")


def _judged(record: Record, source: str, seen: set[str]) -> Line:
    """The line of a record; the same key or address twice in a file counts once."""
    if isinstance(record, Unreadable):
        return Line(place=record.place, name="", fate=Fate.SKIPPED, why=record.why)
    line = _person_line(record) if isinstance(record, Human) else _case_line(record, source)
    key = f"{type(record).__name__}:{record.email if isinstance(record, Human) else record.key}"
    if line.fate != Fate.SKIPPED and key in seen:
        return replace(line, fate=Fate.SKIPPED, why=_("It stands in the file twice."))
    seen.add(key)
    return line


def _person_line(told: Human) -> Line:
    line = Line(place=told.place, name=told.email, fate=Fate.PERSON)
    if "@" not in told.email:
        return replace(line, fate=Fate.SKIPPED, why=_("There is no e-mail address."))
    if told.role and told.role not in ROLES:
        allowed = ", ".join(sorted(ROLES))
        return replace(line, fate=Fate.SKIPPED, why=_("The role must be one of: %(roles)s.", roles=allowed))
    try:
        clean_phone(told.phone)
    except Invalid as refusal:
        return replace(line, fate=Fate.SKIPPED, why=refusal.sentence)
    known = find_by_address(told.email)
    return line if known is None or known.role == Role.CONTACT else replace(line, fate=Fate.KNOWN)


def _case_line(case: Case, source: str) -> Line:
    line = Line(
        place=case.place, name=case.title[:TITLE_LENGTH], fate=Fate.INCIDENT, why=" ".join(case.notes)
    )
    if not case.key or len(case.key) > KEY_LENGTH:
        return replace(line, fate=Fate.SKIPPED, why=_("It has no number of its own."))
    if "@" not in case.by.email:
        return replace(
            line, fate=Fate.SKIPPED, why=_("Nobody knows who reported it: the address is missing.")
        )
    if case.at > clock.now():
        return replace(line, fate=Fate.SKIPPED, why=_("It is dated after today."))
    known = _number_of(case.key, source)
    return replace(line, fate=Fate.KNOWN, why=number_of(known)) if known else line


def _number_of(key: str, source: str) -> int | None:
    found: int | None = db.session.scalar(
        select(MovedIn.incident_id).where(MovedIn.source == source, MovedIn.key == key)
    )
    return found


def _write(judged: Sequence[tuple[Record, Line]], source: str) -> Iterator[Line]:
    kept = [(record, line, *_stored(record, line)) for record, line in judged]
    try:
        with write() as session:
            _write_people(session, [r for r, line, *_rest in kept if line.fate == Fate.PERSON])
            _write_cases(
                session, [(r, files) for r, line, files, _why in kept if line.fate == Fate.INCIDENT], source
            )
    except IntegrityError as error:
        raise Invalid(_("Somebody takes in the same data at this moment. Try again afterwards.")) from error
    yield from (
        replace(line, why=" ".join(filter(None, (line.why, why)))) for _record, line, _files, why in kept
    )


def _stored(record: Record, line: Line) -> tuple[list[tuple[StoredFile, ...]], str]:
    """Keep the files before the transaction: of the report, then of each thing said. And what was refused."""
    if not isinstance(record, Case) or line.fate != Fate.INCIDENT:
        return [], ""
    stored: list[tuple[StoredFile, ...]] = []
    whys: list[str] = []
    for files in (record.files, *(said.files for said in record.said)):
        try:
            stored.append(store(files))
        except Refused as refusal:
            stored.append(())
            whys.append(refusal.sentence)
    return stored, " ".join(whys)


def _write_people(session: Session, people: Sequence[Record]) -> None:
    for told in people:
        assert isinstance(told, Human), "sorted by their fate"
        person = ensure_person(session, told.email, name=told.name, role=Role.EMPLOYEE)
        person.role = told.role or Role.EMPLOYEE
        person.name = told.name.strip()[:200] or person.name
        person.phone, person.site = clean_phone(told.phone), told.site[:60]
        person.department = told.department.strip()[:80]
        person.language, person.timezone = told.language[:12], told.timezone[:60]
    session.flush()


def _write_cases(
    session: Session, cases: Sequence[tuple[Record, Sequence[tuple[StoredFile, ...]]]], source: str
) -> None:
    if not cases:
        return
    desk = passing.open_desk(session)
    lives = []
    for case, files in cases:
        assert isinstance(case, Case), "sorted by their fate"
        lives.append(passing.live(desk, case, files, source))
    rows.write_lives(session, lives)
    session.add_all(
        MovedIn(source=source, key=case.key, incident_id=life.incident.id)
        for (case, _files), life in zip(cases, lives, strict=True)
        if isinstance(case, Case)
    )
