"""An incident's timeline in an employee's words: nothing of the machinery."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from firstline.i18n import gettext as _
from firstline.i18n import ngettext
from incidents import queue
from incidents.models import Attachment, Entry, Event, Incident, Resolution, State, Visibility
from incidents.people import Person
from portal.employee import remediation_words

WITH_SUPPORT = frozenset({Event.ROUTED, Event.TAKEN, Event.ANSWERED})
WITHOUT_WORDS = frozenset({Event.ROUTED, Event.OFFERED, Event.NOT_SOLVED, Event.REMEDIATED})


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that happened: a sentence, and what somebody wrote, if they did."""

    event: str
    at: datetime
    sentence: str
    who: str
    is_mine: bool
    text: str
    attachments: list[Attachment]

    @property
    def is_speech(self) -> bool:
        return bool(self.text or self.attachments)


@dataclass(frozen=True)
class Step:
    """One of the stages every incident goes through."""

    name: str
    icon: str
    is_done: bool
    is_here: bool


def tell(me: Person, incident: Incident) -> list[Line]:
    """What happened, oldest first, as far as it concerns the requester."""
    entries = [e for e in queue.timeline(me, incident) if e.visibility == Visibility.PUBLIC]
    return [_line(me, incident, entry) for entry in entries if entry.event in SENTENCES]


def steps(incident: Incident, lines: list[Line]) -> list[Step]:
    """Logged, fixes, with support, solved, closed: which are behind us and where we are."""
    events = {line.event for line in lines}
    reached = {
        "logged": True,
        "fixes": Event.OFFERED in events or incident.state == State.OFFERED,
        "support": bool(events & WITH_SUPPORT),
        "solved": incident.state in {State.RESOLVED, State.CLOSED},
        "closed": incident.state == State.CLOSED,
    }
    here = STEP_OF.get(State(incident.state))
    names = {
        "logged": (_("Logged"), "clipboard-check"),
        "fixes": (_("Known fixes"), "bulb"),
        "support": (_("With support"), "headset"),
        "solved": (_("Solved"), "circle-check"),
        "closed": (_("Closed"), "archive"),
    }
    return [Step(name, icon, reached[key], key == here) for key, (name, icon) in names.items()]


STEP_OF = {
    State.OFFERED: "fixes",
    State.QUEUED: "support",
    State.IN_PROGRESS: "support",
    State.WAITING: "support",
    State.RESOLVED: "solved",
    State.CLOSED: "closed",
}


def _line(me: Person, incident: Incident, entry: Entry) -> Line:
    mine = entry.author_id == me.id
    who = entry.author.name if entry.author else _("The service desk")
    return Line(
        event=entry.event,
        at=entry.created_at,
        sentence=SENTENCES[Event(entry.event)](_("You") if mine else who, mine, entry),
        who=_("You") if mine else who,
        is_mine=mine,
        text=_words(incident, entry),
        attachments=list(entry.attachments),
    )


def _words(incident: Incident, entry: Entry) -> str:
    if entry.event == Event.REPORTED:
        return incident.description
    # Why it was routed is for support; the person reads that it was.
    return "" if entry.event in WITHOUT_WORDS else entry.text


def _offered(who: str, mine: bool, entry: Entry) -> str:
    titles = entry.facts.get("articles")
    count = len(titles) if isinstance(titles, list) else 0
    return ngettext("We found %(num)s known fix.", "We found %(num)s known fixes.", count)


def _resolved(who: str, mine: bool, entry: Entry) -> str:
    if entry.facts.get("resolution") == Resolution.AUTOMATIC:
        return _("It was solved without anybody's hands.")
    return _("You said it is solved.") if mine else _("%(who)s solved it.", who=who)


def _continued(who: str, mine: bool, entry: Entry) -> str:
    if entry.facts.get("continues"):
        return _("This continues %(number)s.", number=entry.facts["continues"])
    return _("It goes on in %(number)s.", number=entry.facts.get("continued_by", ""))


SENTENCES: dict[Event, Callable[[str, bool, Entry], str]] = {
    Event.REPORTED: lambda who, mine, entry: (
        _("You reported it.") if mine else _("%(who)s reported it.", who=who)
    ),
    Event.OFFERED: _offered,
    Event.NOT_SOLVED: lambda who, mine, entry: _("You still needed help."),
    Event.ROUTED: lambda who, mine, entry: _("With %(team)s.", team=entry.facts.get("team", "")),
    Event.TAKEN: lambda who, mine, entry: _("%(who)s works on it.", who=who),
    Event.ANSWERED: lambda who, mine, entry: _("%(who)s answered.", who=who),
    Event.COMMENTED: lambda who, mine, entry: _("You wrote.") if mine else _("%(who)s wrote.", who=who),
    Event.WAITING: lambda who, mine, entry: _("%(who)s needs something from you.", who=who),
    Event.RESUMED: lambda who, mine, entry: _("Work goes on."),
    Event.RESOLVED: _resolved,
    Event.CONFIRMED: lambda who, mine, entry: _("You confirmed it."),
    Event.CLOSED: lambda who, mine, entry: _("Closed."),
    Event.REOPENED: lambda who, mine, entry: (
        _("You opened it again.") if mine else _("%(who)s opened it again.", who=who)
    ),
    Event.CANCELLED: lambda who, mine, entry: (
        _("You cancelled it.") if mine else _("%(who)s cancelled it.", who=who)
    ),
    Event.CLOSING_SOON: lambda who, mine, entry: _("We told you that it closes soon."),
    Event.RATED: lambda who, mine, entry: (
        _("You told us how it went.") if mine else _("%(who)s told us how it went.", who=who)
    ),
    Event.CONTINUED: _continued,
    Event.MERGED: lambda who, mine, entry: _("Joined with another incident about the same."),
    Event.SPLIT: lambda who, mine, entry: _("It goes on by itself."),
    Event.ADOPTED: lambda who, mine, entry: _("Others have the same. You hear from us when it is solved."),
    Event.REMEDIATED: remediation_words.sentence,
    Event.PARTED: lambda who, mine, entry: _("It is looked at by itself again."),
}
