"""What somebody writes about an incident from outside a page: by mail, where identity is proven in degrees."""

import re
from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy.orm import Session

from incidents import notices
from incidents.attachments import StoredFile
from incidents.conversation import requester_says, support_answers
from incidents.lifecycle import Change, apply
from incidents.models import Channel, Entry, Event, Incident, Resolution, State, Visibility
from incidents.notices import Topic
from incidents.people import Person
from incidents.selfhelp import go_on
from incidents.timeline import record

LONGEST_VERDICT = 240
SOLVED = re.compile(
    r"\b(?:(?:that|this|it|which)(?:'s| is| has)? ?(?:all )?(?:solved|fixed|resolved|worked|helped|did the trick|did it)|"
    r"(?:it|that|this|everything|all|vpn|printer|outlook) ?(?:is |now )?(?:works?|working|fine|good|ok) (?:now|again|fine|perfectly|great)|"
    r"(?:works|working|worked|fixed|solved|resolved) (?:now|again|perfectly|for me)|"
    r"(?:problem|issue|incident) (?:is |has been |was )?(?:now )?(?:solved|fixed|resolved|gone)|"
    r"(?:yes,? )?(?:solved|fixed|resolved)(?:,? thank)|funktioniert (?:jetzt|wieder)|(?:ist )?gelöst|hat geholfen)\b"
    r"|\A\W*(?:solved|fixed|resolved|it works|that worked|it worked|works|gelöst|résolu|resuelto|risolto|opgelost)\W*\Z",
    re.IGNORECASE,
)
NOT_SOLVED = re.compile(
    r"\b(?:still (?:not|no|does ?n.t|do ?n.t|can.?t|cannot|broken|need|have the|the same|happen\w*|disconnect\w*|drop\w*|down|fail\w*)|"
    r"(?:did|does|do|has|is)(?: not|n.t) (?:help|work|solve|fix|working|solved|fixed|helped)|not (?:solved|fixed|working|resolved)|"
    r"no(?:ne)? (?:luck|of (?:these|them|this|that) (?:help|work)\w*)|same (?:problem|issue|error) (?:again|as before)?|nothing (?:help|work)\w*|"
    r"(?:immer noch|weiterhin|funktioniert (?:immer noch )?nicht|hat nicht geholfen)|ne (?:marche|fonctionne) (?:toujours )?pas|sigue sin)\b",
    re.IGNORECASE,
)
DOUBT = re.compile(r"\b(?:but|however|although|if|when|until|once|aber|mais|pero)\b|\?", re.IGNORECASE)


class Verdict(StrEnum):
    """What a person's own words say about the trouble, where they say it clearly."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"


def verdict_of(text: str) -> Verdict | None:
    """Whether these words say clearly that it is solved, or is not; None leaves it to a person."""
    words = " ".join(text.split())
    if len(words) > LONGEST_VERDICT or not words:
        return None
    if NOT_SOLVED.search(words):
        return None if SOLVED.search(re.sub(NOT_SOLVED, " ", words)) else Verdict.NOT_SOLVED
    if SOLVED.search(words) and not DOUBT.search(words):
        return Verdict.SOLVED
    return None


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
    return requester_says(session, incident, by, text, Channel.MAIL, files)


def _comment(
    session: Session, incident: Incident, by: Person, text: str, files: Sequence[StoredFile]
) -> Entry:
    return record(session, incident, Event.COMMENTED, author=by, text=text, channel=Channel.MAIL, files=files)
