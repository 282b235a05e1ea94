"""A judged mail becomes an incident, an entry, or a named reason why not. Each step is one transaction."""

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from email_intake import bounce, contents, flood, hints, monitoring, thread
from email_intake.case import Case
from email_intake.guard import Nature
from email_intake.models import Flood, Outcome, RawMessage
from email_intake.opening import open_incident, sender_of
from email_intake.parse import ParsedMail, bare_subject
from email_intake.settle import finish, mark, settle, settle_double, twin_of, waiting
from email_intake.thread import Match
from firstline import log
from firstline.db import db, write
from firstline.i18n import speaking
from incidents import alerts, continuing, correspondence, handovers
from incidents.alerts import Alert
from incidents.attachments import store
from incidents.errors import TooLate
from incidents.intake import DESCRIPTION_LENGTH
from incidents.lifecycle import locked
from incidents.models import Incident
from incidents.people import Person

logger = log.get(__name__)


class TooEarly(Exception):
    """It answers something, and older mail still waits: that may be what it answers."""


def hand_over(case: Case) -> None:
    """Decide by nature and proof; afterwards the row has one of the four outcomes."""
    if twin_of(db.session(), case) is not None:
        _mark_double(case)
    elif case.nature == Nature.SUSPICIOUS:
        mark(case, Outcome.QUARANTINED, case.verdict.reason)
    elif case.is_from_monitor and case.nature in {Nature.HUMAN, Nature.AUTOMATIC}:
        _take_alarm(case)
    elif case.nature == Nature.NOISE:
        mark(case, Outcome.IGNORED, case.verdict.reason)
    elif case.nature == Nature.BOUNCE:
        _take_bounce(case)
    elif case.nature == Nature.AUTOMATIC:
        _take_automatic(case)
    else:
        _take_human(case)


def _take_human(case: Case) -> None:
    match = thread.find(case.mail)
    if match is None and thread.may_overtake(case.mail, raw_id=case.raw_id, received_at=case.received_at):
        raise TooEarly
    if match is None:
        _open_or_count(case)
    elif case.verdict.looks_away and not case.is_released and not _is_its_topic(case.mail, match):
        # It does not say that a machine wrote it, but nobody says more by such a subject (case 48).
        _keep(case, match, reason="automatic (by its subject)")
    else:
        _append_or_open(case, match)


def _is_its_topic(mail: ParsedMail, match: Match) -> bool:
    """Whether such a subject is what the incident is about: then a person may have written below it."""
    incident = db.session.get(Incident, match.incident_id)
    title = bare_subject(incident.title).casefold() if incident is not None else ""
    return bool(title) and bare_subject(mail.subject).casefold() == title


def _append_or_open(case: Case, match: Match) -> None:
    many = flood.heard(case.sender.address, match.incident_id)
    if many >= flood.MOST_HEARD and not case.is_from_proven_support and not case.is_released:
        _cut_short(case, match, many)
        return
    try:
        _append(case, match)
    except TooLate as closed_for_too_long:
        logger.info("a reply opens a new incident", because=str(closed_for_too_long))
        _go_on(case, match)


def _go_on(case: Case, match: Match) -> None:
    going_on = continuing.open_one(match.incident_id)
    if going_on is None:
        open_incident(case, continues=match.incident_id)
    else:
        _append(case, replace(match, incident_id=going_on.id))


def _open_or_count(case: Case) -> None:
    sources = flood.sources_of(case)
    if case.is_released:
        open_incident(case)
    elif (running := flood.running(sources)) is not None:
        _count(case, running)
    else:
        open_incident(case, begins_flood=flood.begun_by(sources))


def _count(case: Case, running: Flood) -> None:
    with write() as session:
        row, incident = waiting(session, case), session.get(Incident, running.incident_id)
        if row is not None and incident is not None:
            flood.count(session, running.id)
            row.incident_id = incident.id
            finish(row, Outcome.APPENDED, flood.COUNTED)


def _cut_short(case: Case, match: Match, many: int) -> None:
    """Two machines answer each other: told to a human once, kept for a while, then counted (case 53)."""
    if many >= flood.MOST_NOTED:
        with write() as session:
            running = flood.ensure(session, case.sender.address, match.incident_id)
        _count(case, running)
        return
    if many == flood.MOST_HEARD:
        with locked(match.incident_id) as (session, incident):
            flood.tell_of_a_loop(session, incident, case.sender.address)
    _keep(case, match, reason="one of too many within an hour")


def _take_automatic(case: Case) -> None:
    match = thread.find(case.mail)
    if match is None:
        mark(case, Outcome.IGNORED, case.verdict.reason)
    else:
        _keep(case, match, reason=case.verdict.reason)


def _keep(case: Case, match: Match, *, reason: str) -> None:
    """A machine's words, kept inside: nothing changes by them and nobody is told."""
    with locked(match.incident_id) as (session, incident):
        row = waiting(session, case)
        if row is not None:
            by = sender_of(session, case)
            words = contents.new_words(case.mail)[:DESCRIPTION_LENGTH]
            entry = correspondence.note(session, incident, by=by, text=words, facts={"automatic": reason})
            settle(session, row, case, Outcome.APPENDED, incident, entry.id, reason=reason)


def _take_bounce(case: Case) -> None:
    if bounce.says_it_arrived(case.mail):
        mark(case, Outcome.IGNORED, "delivery receipt")
        return
    match = thread.find_returned(case.mail)
    if match is None:
        mark(case, Outcome.IGNORED, "bounce that names no message of ours")
        return
    failure = bounce.read(case.mail)
    with locked(match.incident_id) as (session, incident):
        row = waiting(session, case)
        if row is not None:
            bounce.mark_undeliverable(session, failure, case.mail)
            facts: dict[str, object] = {"bounce": failure.status, "recipient": failure.recipient}
            entry = correspondence.note(session, incident, by=None, text=failure.sentence, facts=facts)
            settle(session, row, case, Outcome.APPENDED, incident, entry.id, reason="bounce")


def _take_alarm(case: Case) -> None:
    """What a monitor mails: one incident a host and service; what cannot be told apart opens one (case 40)."""
    alarm = monitoring.read(case.mail)
    if alarm is None:
        _take_human(case)
        return
    signal = monitoring.as_signal(alarm, case.mail, sender=case.sender.address, at=case.received_at)
    known = db.session.scalar(select(Alert).where(Alert.fingerprint == signal.fingerprint))
    known_id = known.incident_id if known is not None else None
    if alarm.is_over and known_id is not None and not (case.verdict.is_verified or case.is_trusted):
        _keep(case, Match(known_id, thread.By.REFERENCES), reason="recovery that proves nothing")
        return
    by = db.session.get_one(Person, case.person_id)
    incident = alerts.take(signal, by=by, source="mail")
    if incident is None:
        mark(case, Outcome.IGNORED, "recovery of something that was never reported")
        return
    with write() as session:
        row, taken = waiting(session, case), session.get_one(Incident, incident.id)
        if row is not None:
            outcome = Outcome.APPENDED if taken.id == known_id else Outcome.OPENED
            settle(session, row, case, outcome, taken, None, reason="recovery" if alarm.is_over else "alert")


def _append(case: Case, match: Match) -> None:
    with speaking(case.language):
        inside = contents.of_reply(case.mail, sender_id=case.person_id)
    files = store(inside.uploads)
    with locked(match.incident_id) as (session, incident):
        row = waiting(session, case)
        if row is None:
            return
        by = sender_of(session, case)
        given_to = match.given_to_id if match.is_signed else None
        answer = handovers.hear_vendor(
            session, incident, by=by, given_to_id=given_to, text=inside.words, files=files
        )
        if answer is not None:
            settle(session, row, case, Outcome.APPENDED, incident, answer.id, reason=match.by)
            return
        is_changed = _has_new_subject(session, case.mail, incident)
        entry = correspondence.hear(
            session,
            incident,
            by=by,
            text=inside.words,
            files=files,
            is_signed=match.is_signed,
            is_theirs=match.given_to_id == by.id,
            is_verified=case.verdict.is_verified,
        )
        if is_changed:
            entry.facts = {**entry.facts, "new_subject": case.mail.title}
        settle(session, row, case, Outcome.APPENDED, incident, entry.id, reason=match.by)
        hints.tell(session, incident, by, inside.hints, may_answer=case.may_answer)


def _has_new_subject(session: Session, mail: ParsedMail, incident: Incident) -> bool:
    """Whether an old mail was taken for a new topic: a subject nobody used here before (case 33)."""
    said = bare_subject(mail.subject).casefold()
    if not said:
        return False
    used = [
        incident.title,
        *session.scalars(select(RawMessage.subject).where(RawMessage.incident_id == incident.id)),
    ]
    return not any(_is_same(said, bare_subject(one).casefold()) for one in used)


def _is_same(one: str, other: str) -> bool:
    # Mail programs and our own titles cut long subjects.
    length = min(len(one), len(other), 60)
    return length > 0 and (one[:length] == other[:length] or one.endswith(other) or other.endswith(one))


def _mark_double(case: Case) -> None:
    with write() as session:
        twin = twin_of(session, case)
        if twin is not None:
            settle_double(session, case, twin)
