"""A mail opens an incident: for its sender, or for the one whose mail support passed on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from email_intake import addresses, answers_to, contents, flood, forward, hints, remarks
from email_intake.case import Case
from email_intake.contents import Contents
from email_intake.flood import Source
from email_intake.headers import Address
from email_intake.hints import Hint
from email_intake.models import Outcome
from email_intake.settle import mark, settle_double, settle_opened, twin_of
from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.i18n import speaking
from incidents.errors import KeyReused, Refused
from incidents.intake import Ready, Report, prepare_all, report_all
from incidents.models import Channel, Incident, IntakeKey, Level, number_of
from incidents.people import ADDRESS_LENGTH, Newcomer, Person, Role, ensure_person, newcomer
from incidents.services import Service

CALLER = "mail"
URGENCY = {
    "1": Level.HIGH,
    "2": Level.HIGH,
    "4": Level.LOW,
    "5": Level.LOW,
    "high": Level.HIGH,
    "low": Level.LOW,
}


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A mail and the report it makes. `begins_flood`: what one more opened incident makes a flood of."""

    case: Case
    report: Report
    hints: frozenset[Hint] = frozenset()
    begins_flood: Source | None = None


def open_incident(case: Case, *, continues: int | None = None, begins_flood: Source | None = None) -> None:
    """Report it and settle the row, in one transaction: no crash finds one without the other."""
    try:
        one = opening_of(case, continues=continues, begins_flood=begins_flood)
        _open_one(one)
    except Refused as refused:
        mark(case, Outcome.QUARANTINED, refused.sentence)


def _open_one(one: Opening) -> None:
    try:
        open_all([one], prepare_all([one.report]))
    except KeyReused:
        # The same mail, read by another version of us before it was replayed: its incident stands.
        known = select(IntakeKey.incident_id).where(IntakeKey.caller == CALLER, IntakeKey.key == one.case.key)
        with write() as session:
            incident = session.get_one(Incident, session.scalars(known).one())
            _settle(session, [(one, incident, False)])


def open_all(several: Sequence[Opening], ready: Sequence[Ready]) -> None:
    """Write what is ready and settle the rows, all in one transaction and in few statements."""

    def settle(session: Session, found: Sequence[tuple[Incident, bool]]) -> None:
        _settle(session, [(one, *its) for one, its in zip(several, found, strict=True)])

    report_all(ready, also=settle)


def _settle(session: Session, found: Sequence[tuple[Opening, Incident, bool]]) -> None:
    opened = []
    for one, incident, is_new in found:
        # Another copy may have been settled while this one was read.
        twin = None if is_new else twin_of(session, one.case)
        if twin is not None:
            settle_double(session, one.case, twin)
        else:
            opened.append((one, incident))
    if settle_opened(session, [(one.case, incident.id) for one, incident in opened]):
        for one, incident in opened:
            _after_opening(session, one, incident)


def _after_opening(session: Session, one: Opening, incident: Incident) -> None:
    _put_on_its_team(one.case, incident)
    answers_to.remember(session, one.case, incident)
    if one.begins_flood is not None:
        flood.begin(session, one.begins_flood, incident)
    if one.hints:
        hints.tell(session, incident, incident.requester, one.hints, may_answer=one.case.may_answer)


def sender_of(session: Session, case: Case) -> Person:
    """The sender as a person; somebody unknown becomes a contact who cannot sign in."""
    sender = case.sender
    person = session.get(Person, case.person_id) if case.person_id is not None else None
    if person is None:
        address = sender.address[:ADDRESS_LENGTH]
        person = ensure_person(session, address, name=sender.name, role=Role.CONTACT)
    if not sender.is_deliverable and person.role == Role.CONTACT:
        person.is_undeliverable = True
    if person.bounced_count:
        # Who writes can be written to again; that an address is gone, only a proven mail takes back.
        person.bounced_count = 0
        person.is_undeliverable = person.is_undeliverable and not case.verdict.is_verified
    return person


def opening_of(case: Case, *, continues: int | None = None, begins_flood: Source | None = None) -> Opening:
    """What this mail opens. Writes only what changes about a sender whom we know already."""
    with speaking(case.language):
        return _opening_of(case, continues, begins_flood)


def _opening_of(case: Case, continues: int | None, begins_flood: Source | None) -> Opening:
    notes = () if continues is None else (_("[This continues %(number)s.]", number=number_of(continues)),)
    if forward.is_command(case.mail.text):
        passed_on = _passed_on(case, begins_flood)
        if passed_on is not None:
            return passed_on
        notes = (
            *notes,
            _("[Not opened for the writer of the original: this needs a proven agent and their address.]"),
        )
    inside = contents.of_first(case.mail, sender_id=case.person_id, notes=notes)
    report = _report(case, inside, by=_requester(case), title=remarks.said(case.mail.title))
    return Opening(
        case=case,
        report=replace(report, continues_id=continues),
        hints=inside.hints,
        begins_flood=begins_flood,
    )


def _requester(case: Case) -> int | Newcomer:
    if case.person_id is None:
        sender = case.sender
        address = sender.address[:ADDRESS_LENGTH]
        return newcomer(address, name=sender.name, is_undeliverable=not sender.is_deliverable)
    if case.is_settled_person:
        return case.person_id
    with write() as session:
        return sender_of(session, case).id


def _passed_on(case: Case, begins_flood: Source | None) -> Opening | None:
    """Support's explicit command makes the original's writer the requester (case 16)."""
    original = forward.original_of(case.mail) if case.is_from_proven_support else None
    if original is None or not _may_request(original.sender, case):
        return None
    with write() as session:
        requester_id = ensure_person(session, original.sender.address, name=original.sender.name).id
    inside = contents.of_first(case.mail, sender_id=requester_id)
    report = _report(
        case,
        replace(inside, words=remarks.said(original.text) or inside.words),
        by=requester_id,
        title=original.title or case.mail.title,
    )
    report = replace(report, logged_by_id=case.person_id)
    return Opening(case=case, report=report, hints=inside.hints, begins_flood=begins_flood)


def _may_request(writer: Address, case: Case) -> bool:
    ours = addresses.is_ours(writer.address) or writer.address == case.sender.address
    return writer.is_deliverable and len(writer.address) <= ADDRESS_LENGTH and not ours


def _report(case: Case, inside: Contents, *, by: int | Newcomer, title: str) -> Report:
    return Report(
        requester_id=by if isinstance(by, int) else None,
        newcomer=None if isinstance(by, int) else by,
        title=title,
        description=inside.words,
        channel=Channel.MAIL,
        key=case.key,
        caller=CALLER,
        service=_service(case),
        urgency=_urgency(case),
        attachments=inside.uploads,
        unverified=not case.verdict.is_verified,
        received_at=case.received_at,
        allow_empty=True,
    )


def _service(case: Case) -> str | None:
    """What the mailbox is about, or what a trusted machine says."""
    if case.mailbox is None:
        return None
    named = case.mail.head.token("x-firstline-service") if case.is_trusted else ""
    by_name = Service.slug == named if named else Service.id == case.mailbox.service_id
    return db.session.scalar(select(Service.slug).where(by_name))


def _urgency(case: Case) -> Level | None:
    """X-headers command nothing, unless only our own machines can write to this mailbox (case 137)."""
    if not case.is_trusted:
        return None
    head = case.mail.head
    said = head.token("x-firstline-urgency") or head.token("x-priority")[:1] or head.token("importance")
    return URGENCY.get(said)


def _put_on_its_team(case: Case, incident: Incident) -> None:
    """Mail to a team's own mailbox is that team's, now or once it is routed."""
    if case.mailbox is not None and case.mailbox.team_id is not None and incident.assignee_id is None:
        incident.team_id = case.mailbox.team_id
