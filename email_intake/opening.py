"""A mail opens an incident: for its sender, or for the one whose mail support passed on."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from email_intake import addresses, answers_to, contents, flood, forward, hints
from email_intake.case import Case
from email_intake.contents import Contents
from email_intake.flood import Source
from email_intake.headers import Address
from email_intake.models import Outcome
from email_intake.settle import mark, settle_double, settle_opened, twin_of
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import KeyReused, Refused
from incidents.intake import Also, Report, report
from incidents.models import Channel, Incident, IntakeKey, Level
from incidents.people import ADDRESS_LENGTH, Person, Role, ensure_person
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
class Story:
    """Who asks for what: `reporter_id` is the agent who passed it on, None where the sender asks."""

    requester: Person
    title: str
    inside: Contents
    reporter_id: int | None = None
    continues_id: int | None = None


def open_incident(case: Case, *, continues: int | None = None, begins_flood: Source | None = None) -> None:
    """Report it and settle the row, in one transaction: no crash finds one without the other."""
    try:
        story = _story(case, continues)
        _report(case, story, also=partial(_settle, case, story, begins_flood))
    except Refused as refused:
        mark(case, Outcome.QUARANTINED, refused.sentence)


def _settle(
    case: Case, story: Story, begins_flood: Source | None, session: Session, incident: Incident, is_new: bool
) -> None:
    # Another copy may have been settled while this one was read.
    twin = None if is_new else twin_of(session, case)
    if twin is not None:
        settle_double(session, case, twin)
    elif settle_opened(session, case, incident.id):
        _after_opening(session, case, story, incident, begins_flood)


def _after_opening(
    session: Session, case: Case, story: Story, incident: Incident, begins_flood: Source | None
) -> None:
    _put_on_its_team(case, incident)
    answers_to.remember(session, case, incident)
    if begins_flood is not None:
        flood.begin(session, begins_flood, incident)
    if story.inside.hints:
        hints.tell(session, incident, incident.requester, story.inside.hints, may_answer=case.may_answer)


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


def _story(case: Case, continues: int | None) -> Story:
    notes = () if continues is None else (_("[This continues %(number)s.]", number=f"INC-{continues:06d}"),)
    if forward.is_command(case.mail.text):
        passed_on = _passed_on(case)
        if passed_on is not None:
            return passed_on
        notes = (
            *notes,
            _("[Not opened for the writer of the original: this needs a proven agent and their address.]"),
        )
    inside = contents.of_first(case.mail, sender_id=case.person_id, notes=notes)
    requester = db.session.get(Person, case.person_id) if case.is_settled_person else None
    if requester is None:
        with write() as session:
            requester = sender_of(session, case)
    return Story(requester=requester, title=case.mail.title, inside=inside, continues_id=continues)


def _passed_on(case: Case) -> Story | None:
    """Support's explicit command makes the original's writer the requester (case 16)."""
    original = forward.original_of(case.mail) if case.is_from_proven_support else None
    if original is None or not _may_request(original.sender, case):
        return None
    with write() as session:
        requester = ensure_person(session, original.sender.address, name=original.sender.name)
    inside = contents.of_first(case.mail, sender_id=requester.id)
    return Story(
        requester=requester,
        title=original.title or case.mail.title,
        inside=Contents(words=original.text or inside.words, uploads=inside.uploads, hints=inside.hints),
        reporter_id=case.person_id,
    )


def _may_request(writer: Address, case: Case) -> bool:
    ours = addresses.is_ours(writer.address) or writer.address == case.sender.address
    return writer.is_deliverable and len(writer.address) <= ADDRESS_LENGTH and not ours


def _report(case: Case, story: Story, *, also: Also) -> None:
    told = Report(
        continues_id=story.continues_id,
        requester_id=story.requester.id,
        logged_by_id=story.reporter_id,
        title=story.title,
        description=story.inside.words,
        channel=Channel.MAIL,
        key=case.key,
        caller=CALLER,
        service=_service(case),
        urgency=_urgency(case),
        attachments=story.inside.uploads,
        unverified=not case.verdict.is_verified,
        received_at=case.received_at,
        allow_empty=True,
    )
    try:
        report(told, also=also)
    except KeyReused:
        # The same mail, read by another version of us before it was replayed: its incident stands.
        known = select(IntakeKey.incident_id).where(IntakeKey.caller == CALLER, IntakeKey.key == case.key)
        with write() as session:
            also(session, session.get_one(Incident, session.scalars(known).one()), False)


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
