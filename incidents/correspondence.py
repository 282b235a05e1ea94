"""What somebody writes about an incident from outside a page: by mail, where identity is proven in degrees."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from incidents import notices
from incidents.attachments import StoredFile
from incidents.conversation import requester_says, support_answers
from incidents.kinship import family
from incidents.lifecycle import Change, apply
from incidents.models import Channel, Entry, Event, Incident, Resolution, State, Visibility
from incidents.notices import Topic
from incidents.people import Person
from incidents.plain_words import Verdict, is_thanks, verdict_of
from incidents.selfhelp import go_on
from incidents.timeline import record


def hear(
    session: Session,
    incident: Incident,
    *,
    by: Person,
    text: str,
    files: Sequence[StoredFile] = (),
    is_signed: bool = False,
    is_theirs: bool = False,
    is_verified: bool = False,
) -> Entry:
    """Take in a mail about this incident, inside the caller's transaction.

    `is_signed`: it came by an address or reference only we could have given out; `is_theirs`: to
    this very person. `is_verified`: our mail server vouches for the sender. The requester's words
    act as in any channel; support's answer only when all hold; all others add words and change nothing.
    """
    if incident.requester_id == by.id:
        return _requester(session, incident, by, text, files, is_signed=is_signed)
    if by.is_support and is_signed and is_theirs and is_verified:
        return support_answers(session, incident, by, text, Channel.MAIL, files)
    if by.is_support:
        return note(session, incident, by=by, text=text, files=files, facts={"unverified": True})
    theirs = family.merged_of(session, incident, by.id)
    if theirs is not None:
        return requester_says(session, theirs, by, text, Channel.MAIL, files)
    entry = _comment(session, incident, by, text, files)
    if incident.assignee is not None:
        notices.owe(session, Topic.COMMENTED, incident, incident.assignee, entry=entry)
    return entry


def note(
    session: Session,
    incident: Incident,
    *,
    by: Person | None,
    text: str,
    files: Sequence[StoredFile] = (),
    facts: dict[str, object] | None = None,
) -> Entry:
    """Keep a machine's or an unproven mail for support to see; nothing else changes."""
    return record(
        session,
        incident,
        Event.NOTED,
        author=by,
        text=text,
        facts=facts,
        visibility=Visibility.INTERNAL,
        channel=Channel.MAIL,
        files=files,
    )


def _requester(
    session: Session,
    incident: Incident,
    by: Person,
    text: str,
    files: Sequence[StoredFile],
    *,
    is_signed: bool,
) -> Entry:
    verdict = verdict_of(text) if is_signed else None
    if verdict == Verdict.SOLVED and incident.is_open:
        entry = _comment(session, incident, by, text, files)
        apply(session, incident, Change(to=State.RESOLVED, resolution=Resolution.SELF_SERVICE), by=by)
        return entry
    if verdict == Verdict.SOLVED and incident.state == State.RESOLVED:
        entry = _comment(session, incident, by, text, files)
        apply(session, incident, Change(to=State.CLOSED), by=by)
        return entry
    if verdict == Verdict.SOLVED and incident.state == State.CLOSED:
        return _comment(session, incident, by, text, files)
    if verdict == Verdict.NOT_SOLVED and incident.state == State.OFFERED:
        entry = _comment(session, incident, by, text, files)
        go_on(session, incident, by, "")
        return entry
    entry = requester_says(session, incident, by, text, Channel.MAIL, files)
    if incident.state == State.CANCELLED and not is_thanks(text):
        # Nobody looks at what was cancelled: words about it put it back into the queue.
        apply(session, incident, Change(to=State.QUEUED), by=by)
    return entry


def _comment(
    session: Session, incident: Incident, by: Person, text: str, files: Sequence[StoredFile]
) -> Entry:
    return record(session, incident, Event.COMMENTED, author=by, text=text, channel=Channel.MAIL, files=files)
