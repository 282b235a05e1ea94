"""What people say about an incident after it was logged, in whichever channel."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents import notices, sla
from incidents.attachments import StoredFile, Upload, store
from incidents.errors import Invalid
from incidents.kinship import effects, family
from incidents.lifecycle import Change, apply, locked
from incidents.models import Channel, Entry, Event, Incident, State, Visibility
from incidents.notices import Topic
from incidents.people import Person
from incidents.plain_words import is_thanks
from incidents.policy import Action, require
from incidents.timeline import record

TEXT_LENGTH = 50_000
SECOND_CLICK = timedelta(seconds=15)


def say(
    incident_id: int,
    *,
    by: Person,
    text: str,
    channel: Channel,
    visibility: Visibility = Visibility.PUBLIC,
    uploads: Sequence[Upload] = (),
    seen: int | None = None,
    mail_after: timedelta = timedelta(),
) -> int:
    """Add words to an incident and return the entry's id; `seen` as in `lifecycle.locked`.

    `mail_after` is how long the mail about it waits, because it may be read in a chat.

    Support's public words are an answer: the requester gets a notice and the response clock
    stops. The requester's words wake what waits for them, and reopen what is resolved or was
    closed lately, unless they only say thanks.
    """
    text = checked_text(text, uploads)
    files = store(uploads)
    with locked(incident_id, seen=seen) as (session, incident):
        require(by, Action.NOTE if visibility == Visibility.INTERNAL else Action.COMMENT, incident)
        said = None if files else _just_said(session, incident, by, text, visibility)
        if said is not None:
            return said
        if visibility == Visibility.INTERNAL:
            entry = record(
                session,
                incident,
                Event.NOTED,
                author=by,
                text=text,
                visibility=visibility,
                channel=channel,
                files=files,
            )
        elif incident.requester_id == by.id:
            entry = requester_says(session, incident, by, text, channel, files, mail_after)
        else:
            entry = support_answers(session, incident, by, text, channel, files, mail_after)
        return entry.id


def keep_feedback(incident_id: int, *, by: Person, text: str, channel: Channel) -> None:
    """The requester's praise or blame, for support to read; it changes nothing and wakes nobody."""
    with locked(incident_id) as (session, incident):
        require(by, Action.COMMENT, incident)
        told = _("Feedback: %(words)s", words=text.replace("\0", "").strip()[:TEXT_LENGTH])
        record(
            session,
            incident,
            Event.NOTED,
            author=by,
            text=told,
            visibility=Visibility.INTERNAL,
            channel=channel,
        )


def checked_text(text: str, uploads: Sequence[Upload]) -> str:
    """The words as they are kept; `Invalid` when there is nothing, or too much."""
    text = text.replace("\0", "").strip()
    if not text and not uploads:
        raise Invalid(_("Write something, or add a file."), field="text")
    if len(text) > TEXT_LENGTH:
        raise Invalid(
            _("That is longer than %(most)s characters. Add it as a file instead.", most=TEXT_LENGTH),
            field="text",
        )
    return text


def _just_said(
    session: Session, incident: Incident, by: Person, text: str, visibility: Visibility
) -> int | None:
    """The entry that a second click would repeat."""
    same = select(Entry.id).where(
        Entry.incident_id == incident.id,
        Entry.author_id == by.id,
        Entry.text == text,
        Entry.visibility == visibility,
        Entry.event.in_([Event.ANSWERED, Event.COMMENTED, Event.NOTED]),
        Entry.created_at > clock.now() - SECOND_CLICK,
    )
    said: int | None = session.scalar(same.limit(1))
    return said


def support_answers(
    session: Session,
    incident: Incident,
    by: Person,
    text: str,
    channel: Channel,
    files: Sequence[StoredFile],
    mail_after: timedelta = timedelta(),
) -> Entry:
    """Support's public words, inside the caller's transaction; the caller has checked who it is."""
    entry = record(session, incident, Event.ANSWERED, author=by, text=text, channel=channel, files=files)
    sla.answered(incident)
    notices.notify(session, Topic.ANSWERED, incident, entry=entry, after=mail_after)
    return entry


def requester_says(
    session: Session,
    incident: Incident,
    by: Person,
    text: str,
    channel: Channel,
    files: Sequence[StoredFile],
    mail_after: timedelta = timedelta(),
) -> Entry:
    """The requester's words, inside the caller's transaction; the caller has checked who it is.

    What was merged speaks through its survivor; once that is resolved, "still broken" splits it off.
    """
    if incident.state == State.MERGED:
        return _through_the_survivor(session, incident, by, text, channel, files, mail_after)
    entry = record(session, incident, Event.COMMENTED, author=by, text=text, channel=channel, files=files)
    if incident.state == State.WAITING and incident.waiting_on == "requester":
        apply(session, incident, Change(to=State.IN_PROGRESS), by=by)
    elif incident.state in {State.RESOLVED, State.CLOSED} and not is_thanks(text):
        apply(session, incident, Change(to=State.QUEUED), by=by)
    if incident.assignee is not None and incident.assignee_id != by.id:
        notices.owe(session, Topic.COMMENTED, incident, incident.assignee, entry=entry, after=mail_after)
    effects.tell_leader(session, incident, by, text, channel, files)
    return entry


def _through_the_survivor(
    session: Session,
    merged: Incident,
    by: Person,
    text: str,
    channel: Channel,
    files: Sequence[StoredFile],
    mail_after: timedelta,
) -> Entry:
    survivor = family.survivor_of(session, merged)
    if survivor.requester_id == by.id:
        return requester_says(session, survivor, by, text, channel, files, mail_after)
    if survivor.is_open or is_thanks(text):
        return effects.pass_on(session, merged, by, text, channel, files)
    apply(session, merged, Change(to=State.QUEUED), by=by)
    return requester_says(session, merged, by, text, channel, files, mail_after)
