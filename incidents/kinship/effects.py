"""What a merge and a split record, and who is told when the one cause is gone."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents import notices, routing
from incidents.attachments import StoredFile
from incidents.errors import Conflict, Invalid
from incidents.kinship import family, numbers
from incidents.models import Channel, Entry, Event, Incident, State, Visibility
from incidents.notices import Topic
from incidents.people import Person
from incidents.policy import Action, require
from incidents.timeline import record


def merge(session: Session, incident: Incident, into_id: int | None, note: str, by: Person | None) -> None:
    """Let `incident` become a part of another; its words go there from now on."""
    survivor = _survivor(session, incident, into_id)
    if by is not None:
        require(by, Action.CANCEL, survivor)
    facts: dict[str, object] = {
        "into": survivor.number,
        "family": _hand_over_family(session, incident, survivor),
    }
    incident.state, incident.merged_into_id = State.MERGED, survivor.id
    incident.offered_until, incident.waiting_on = None, None
    session.flush()
    record(session, incident, Event.MERGED, author=by, text=note, facts=facts)
    record(
        session,
        survivor,
        Event.MERGED,
        author=by,
        text=note,
        facts={"from": incident.number, "words": incident.title},
        visibility=Visibility.INTERNAL,
    )
    numbers.recount(session, survivor)


def split(session: Session, incident: Incident, note: str, by: Person | None) -> None:
    """Take a merge back: the incident goes on where it was, and what was said stays where it is."""
    survivor = session.get(Incident, incident.merged_into_id) if incident.merged_into_id else None
    incident.merged_into_id = None
    _take_family_back(session, incident)
    facts: dict[str, object] = {"from": survivor.number if survivor else ""}
    if incident.assignee_id is not None:
        incident.state = State.IN_PROGRESS
        record(session, incident, Event.SPLIT, author=by, text=note, facts=facts)
    else:
        record(session, incident, Event.SPLIT, author=by, text=note, facts=facts)
        routing.route(session, incident, because=_("Split from another incident"))
    if survivor is not None:
        session.flush()
        facts = {"off": incident.number}
        record(
            session, survivor, Event.SPLIT, author=by, facts=facts, visibility=Visibility.INTERNAL, text=note
        )
        numbers.recount(session, survivor)


def tell_merged(session: Session, survivor: Incident, note: str, by: Person | None) -> None:
    """Everybody whose report went into this one reads in their own conversation that it is solved."""
    for theirs in family.merged_into(session, survivor):
        if theirs.requester_id != survivor.requester_id:
            facts: dict[str, object] = {"with": survivor.number}
            entry = record(session, theirs, Event.RESOLVED, author=by, text=note, facts=facts)
            notices.notify(session, Topic.RESOLVED, theirs, entry=entry)


def pass_on(
    session: Session,
    theirs: Incident,
    by: Person,
    text: str,
    channel: Channel,
    files: Sequence[StoredFile],
) -> Entry:
    """Keep somebody's words in their own conversation, and put them before who works on the survivor.

    Returns the entry of their own conversation.
    """
    survivor = family.survivor_of(session, theirs)
    entry = record(session, theirs, Event.COMMENTED, author=by, text=text, channel=channel, files=files)
    _put_before(session, survivor, theirs, by, text, channel, files)
    return entry


def tell_leader(
    session: Session, theirs: Incident, by: Person, text: str, channel: Channel, files: Sequence[StoredFile]
) -> None:
    """What follows another stands in nobody's list: its words are put before who works on the one it follows."""
    if theirs.parent_id is None or not theirs.follows_parent or theirs.assignee_id is not None:
        return
    leader = session.get_one(Incident, theirs.parent_id)
    if leader.is_open:
        _put_before(session, leader, theirs, by, text, channel, files)


def _put_before(
    session: Session,
    leader: Incident,
    theirs: Incident,
    by: Person,
    text: str,
    channel: Channel,
    files: Sequence[StoredFile],
) -> None:
    """An internal entry: the leader's requester is another person and does not read it."""
    entry = record(
        session,
        leader,
        Event.COMMENTED,
        author=by,
        text=text,
        channel=channel,
        files=files,
        facts={"from": theirs.number},
        visibility=Visibility.INTERNAL,
    )
    if leader.assignee is not None and leader.assignee_id != by.id:
        notices.owe(session, Topic.COMMENTED, leader, leader.assignee, entry=entry)


def _hand_over_family(session: Session, incident: Incident, survivor: Incident) -> dict[str, object]:
    """Its children go to the survivor, and it leaves its own parent; told so that a split can undo it."""
    children = family.children_of(session, incident)
    left = {"parent": incident.parent_id, "follows": incident.follows_parent}
    for child in children:
        child.parent_id = survivor.parent_id or survivor.id
    incident.parent_id, incident.follows_parent = None, False
    return {**left, "children": [child.id for child in children]}


def _take_family_back(session: Session, incident: Incident) -> None:
    merges = select(Entry).where(Entry.incident_id == incident.id, Entry.event == Event.MERGED)
    told = [one.facts for one in session.scalars(merges.order_by(Entry.id)) if "into" in one.facts]
    before = told[-1].get("family") if told else None
    if not isinstance(before, dict):
        return
    incident.parent_id, incident.follows_parent = before["parent"], before["follows"]
    for child in session.scalars(select(Incident).where(Incident.id.in_(before["children"]))):
        child.parent_id = incident.id


def _survivor(session: Session, incident: Incident, into_id: int | None) -> Incident:
    if into_id is None:
        raise Invalid(_("Say with which incident it shall be joined."), field="into")
    if into_id == incident.id:
        raise Conflict(_("An incident cannot be joined with itself. Choose another."))
    survivor = session.scalar(select(Incident).where(Incident.id == into_id).with_for_update(of=Incident))
    if survivor is None:
        raise Invalid(_("There is no such incident. Check the number."), field="into")
    if survivor.state == State.MERGED:
        last = family.survivor_of(session, survivor)
        raise Conflict(
            _(
                "%(number)s went into %(other)s itself. Join with that one.",
                number=survivor.number,
                other=last.number,
            )
        )
    if not survivor.is_open:
        raise Conflict(_("%(number)s is over. Reopen it first, or choose another.", number=survivor.number))
    if survivor.parent_id == incident.id or incident.parent_id == survivor.id:
        raise Conflict(_("They are parent and child. Part them first."))
    return survivor
