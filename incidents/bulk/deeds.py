"""Each deed: what it needs, for whom it cannot be, what it would say, how it is done and taken back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from firstline.db import db
from firstline.i18n import gettext as _
from incidents import lifecycle, notices
from incidents.bulk.models import Deed, Wanted
from incidents.classification import reclassify
from incidents.conversation import say
from incidents.errors import Invalid
from incidents.lifecycle import TABLE, Change, apply, locked
from incidents.models import Channel, Event, Incident, Level, Resolution, State, Visibility
from incidents.notices import Topic
from incidents.people import Person, Team
from incidents.policy import Action, require
from incidents.timeline import record
from incidents.writing import canned, held

TOLD_AFTER = timedelta(seconds=60)
"""How long requesters are not told yet: longer than for one reply, for a mistake reaches many."""
IN_HAND = frozenset({State.OFFERED, State.QUEUED, State.IN_PROGRESS})
RESOLUTIONS = (Resolution.SUPPORT, Resolution.HIGHER_TIER, Resolution.VENDOR)

Words = Callable[[Incident, Wanted, Person], str]


@dataclass(frozen=True, kw_only=True)
class Doing:
    """The parts of one deed. `do` returns what `undo` needs besides the row, such as the held reply."""

    check: Callable[[Wanted], None]
    why_not: Words
    words: Words
    do: Callable[[int, Wanted, Person], object]
    undo: Callable[[dict[str, Any], Person], str]


def standing(incident: Incident) -> dict[str, Any]:
    """What is put back when a change is undone."""
    return {
        "state": incident.state,
        "team": incident.team_id,
        "assignee": incident.assignee_id,
        "urgency": incident.urgency,
        "waiting_on": incident.waiting_on,
    }


def _nothing(_wanted: Wanted) -> None:
    return None


def _check_team(wanted: Wanted) -> None:
    team = _team(wanted.team)
    if team is None or team.is_vendor:
        raise Invalid(_("Choose the team that shall have them."), field="team")
    if not wanted.text.strip():
        raise Invalid(_("Say in a sentence why: the next reader starts from it."), field="text")


def _check_urgency(wanted: Wanted) -> None:
    if wanted.urgency not in set(Level):
        raise Invalid(_("Choose an urgency."), field="urgency")


def _check_reply(wanted: Wanted) -> None:
    if not wanted.text.strip():
        raise Invalid(_("Write the reply."), field="text")


def _check_note(wanted: Wanted) -> None:
    if not wanted.text.strip():
        raise Invalid(_("Write the note."), field="text")


def _check_resolution(wanted: Wanted) -> None:
    if wanted.resolution not in set(RESOLUTIONS):
        raise Invalid(_("Say who resolved it: support, a higher tier or a vendor."), field="resolution")
    if not wanted.cause.strip() and not wanted.cause_code:
        raise Invalid(_("Say in a few words what the cause was, such as “worn cable”."), field="cause")


def _in_hand(incident: Incident) -> str:
    if incident.state in IN_HAND:
        return ""
    return _("It waits: open it to decide.") if incident.is_open else _("It is over.")


def _why_not_taken(incident: Incident, _wanted: Wanted, by: Person) -> str:
    if _in_hand(incident) or incident.assignee is None or incident.assignee_id == by.id:
        return _in_hand(incident)
    return _("%(name)s has it.", name=incident.assignee.name)


def _why_not_handed(incident: Incident, wanted: Wanted, _by: Person) -> str:
    is_there = incident.team is not None and incident.team.slug == wanted.team
    return _in_hand(incident) or (_("It is there already.") if is_there else "")


def _why_not_open(incident: Incident, _wanted: Wanted, _by: Person) -> str:
    return "" if incident.is_open else _("It is over.")


def _why_not_ones_own(incident: Incident, _wanted: Wanted, by: Person) -> str:
    return _("You reported it yourself.") if incident.requester_id == by.id else ""


def _why_not_resolved(incident: Incident, wanted: Wanted, by: Person) -> str:
    if (State(incident.state), State.RESOLVED) not in TABLE:
        return _("It is over.")
    if incident.affected_count > 1:
        # Others are solved with it, and each would have to be taken back.
        return _("Others are joined with it: open it to decide.")
    return _why_not_ones_own(incident, wanted, by)


def _never(_incident: Incident, _wanted: Wanted, _by: Person) -> str:
    return ""


def _team_gets_it(_incident: Incident, wanted: Wanted, _by: Person) -> str:
    team = _team(wanted.team)
    return _("%(team)s gets it.", team=team.name if team else wanted.team)


def _urgency_becomes(incident: Incident, wanted: Wanted, _by: Person) -> str:
    return _("Urgency %(was)s becomes %(now)s.", was=incident.urgency, now=wanted.urgency)


def _filled(incident: Incident, wanted: Wanted, by: Person) -> str:
    return canned.fill(wanted.text, incident, by)


def _solved(incident: Incident, wanted: Wanted, by: Person) -> str:
    return _filled(incident, wanted, by) or _("It is solved.")


def _take(incident_id: int, _wanted: Wanted, by: Person) -> None:
    lifecycle.take(incident_id, by=by)


def _hand_over(incident_id: int, wanted: Wanted, by: Person) -> None:
    lifecycle.escalate(incident_id, by=by, note=wanted.text, team_slug=wanted.team)


def _set_urgency(incident_id: int, wanted: Wanted, by: Person) -> None:
    reclassify(incident_id, by=by, urgency=wanted.urgency)


def _reply(incident_id: int, wanted: Wanted, by: Person) -> int:
    text = _filled(db.session.get_one(Incident, incident_id), wanted, by)
    return held.hold(incident_id, by=by, text=text, for_=TOLD_AFTER)


def _note(incident_id: int, wanted: Wanted, by: Person) -> int:
    text = _filled(db.session.get_one(Incident, incident_id), wanted, by)
    where = {"channel": Channel.PORTAL, "visibility": Visibility.INTERNAL}
    return say(incident_id, by=by, text=text, **where)  # type: ignore[arg-type]


def _resolve(incident_id: int, wanted: Wanted, by: Person) -> None:
    change = Change(
        to=State.RESOLVED,
        resolution=Resolution(wanted.resolution),
        cause=wanted.cause.strip(),
        cause_code=wanted.cause_code or None,
        note=_filled(db.session.get_one(Incident, incident_id), wanted, by),
        told_after=TOLD_AFTER,
    )
    lifecycle.change(incident_id, change, by=by)


def _put_back(row: dict[str, Any], by: Person) -> str:
    with locked(row["incident"], seen=row["version"]) as (session, incident):
        require(by, Action.WORK, incident)
        _as_before(incident, row["before"])
        words = _("Undid a change of many.")
        record(session, incident, Event.NOTED, author=by, text=words, visibility=Visibility.INTERNAL)
    return _("As it was.")


def _put_back_urgency(row: dict[str, Any], by: Person) -> str:
    reclassify(row["incident"], by=by, urgency=row["before"]["urgency"], seen=row["version"])
    return _("As it was.")


def _withdraw(row: dict[str, Any], by: Person) -> str:
    held.withdraw(row["held"], by=by)
    return _("Not sent; your words are a draft there.")


def _open_again(row: dict[str, Any], by: Person) -> str:
    with locked(row["incident"], seen=row["version"]) as (session, incident):
        apply(session, incident, Change(to=State.QUEUED, note=_("Undid a change of many.")), by=by)
        _as_before(incident, row["before"])
        # It did not fail to hold: nobody was told yet.
        incident.reopened_count -= 1
        session.flush()
        was_told = notices.unsent(session, incident, {Topic.RESOLVED, Topic.REOPENED})
        notices.withdraw(session, was_told, because="undone")
    return _("As it was.")


def _as_before(incident: Incident, before: dict[str, Any]) -> None:
    was_offered = before["state"] == State.OFFERED
    incident.state = State.QUEUED if was_offered else before["state"]
    incident.waiting_on = before["waiting_on"]
    incident.team_id, incident.assignee_id = before["team"], before["assignee"]


def _stays(_row: dict[str, Any], _by: Person) -> str:
    return _("A note stays: only support reads it.")


def _team(slug: str) -> Team | None:
    found: Team | None = db.session.scalar(select(Team).where(Team.slug == slug))
    return found


DEEDS: dict[Deed, Doing] = {
    Deed.TAKE: Doing(
        check=_nothing,
        why_not=_why_not_taken,
        words=lambda *_all: _("It is yours."),
        do=_take,
        undo=_put_back,
    ),
    Deed.HAND_OVER: Doing(
        check=_check_team, why_not=_why_not_handed, words=_team_gets_it, do=_hand_over, undo=_put_back
    ),
    Deed.URGENCY: Doing(
        check=_check_urgency,
        why_not=_why_not_open,
        words=_urgency_becomes,
        do=_set_urgency,
        undo=_put_back_urgency,
    ),
    Deed.REPLY: Doing(
        check=_check_reply, why_not=_why_not_ones_own, words=_filled, do=_reply, undo=_withdraw
    ),
    Deed.NOTE: Doing(check=_check_note, why_not=_never, words=_filled, do=_note, undo=_stays),
    Deed.RESOLVE: Doing(
        check=_check_resolution, why_not=_why_not_resolved, words=_solved, do=_resolve, undo=_open_again
    ),
}
