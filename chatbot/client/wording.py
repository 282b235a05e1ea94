"""How the chat words things: the same sentences whether the bot or the portal answers."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import current_app

from chatbot.client.messages import Button, Card, Message
from chatbot.client.payloads import payload
from firstline import clock
from firstline.app import settings_of
from firstline.i18n import gettext as _
from incidents.models import Incident, State
from incidents.people import Person
from incidents.resolutions import rating
from incidents.resolutions.models import Score
from incidents.selfhelp import Fix
from incidents.services import Outage
from knowledge_base.suggest import Suggestion


def person_button() -> Button:
    """The way to a person, at the end of every turn."""
    return Button(_("Talk to a person"), payload("talk_to_human"))


def text(words: str, *buttons: Button, incident: Incident | None = None) -> Message:
    """A bubble of words."""
    return Message(words, buttons=buttons, incident=incident_card(incident) if incident else None)


def with_person(messages: Sequence[Message]) -> tuple[Message, ...]:
    """The same messages, the last one offering a person; silence stays silence."""
    if not messages:
        return ()
    *earlier, last = messages
    if any(button.payload == payload("talk_to_human") for button in last.buttons):
        return tuple(messages)
    offered = Message(last.text, (*last.buttons, person_button()), last.articles, last.incident)
    return (*earlier, offered)


def yes_no(yes: str, no: str) -> tuple[Button, Button]:
    return Button(yes, payload("affirm")), Button(no, payload("deny"))


def incident_card(incident: Incident) -> dict[str, object]:
    return {
        "number": incident.number,
        "title": incident.title,
        "state": incident.state,
        "priority": incident.priority,
        "url": f"/incidents/{incident.number}",
    }


def fix_card(fix: Fix | Suggestion, incident: Incident | None = None) -> Card:
    which = {"incident": incident.number, "article": fix.article_id} if incident else None
    return Card(
        article=fix.article_id,
        title=fix.title,
        summary=fix.summary,
        steps=fix.steps,
        url=f"/fixes/{fix.slug}",
        score=round(fix.score, 3),
        solved=payload("solved", **which) if which else None,
        follow=payload("step", **which, at=0) if which and len(fix.steps) > 1 else None,
    )


def outcome_buttons(incident: Incident) -> tuple[Button, Button]:
    return (
        Button(_("This solved it"), payload("solved", incident=incident.number)),
        Button(_("I still need help"), payload("not_solved", incident=incident.number)),
    )


def status_buttons(incident: Incident) -> tuple[Button, ...]:
    """What one may say of it as it stands: of the fixes, or of the solution."""
    if incident.state == State.OFFERED:
        return outcome_buttons(incident)
    if incident.state == State.RESOLVED:
        return (
            Button(_("Yes, it is solved"), payload("solved", incident=incident.number)),
            Button(_("No, open it again"), payload("not_solved", incident=incident.number)),
        )
    return rating_buttons(incident)


def rating_buttons(incident: Incident) -> tuple[Button, ...]:
    """One click says how our help was; none where it was said already."""
    if not rating.may_be_rated(incident) or rating.of_present(incident) is not None:
        return ()
    labels = {Score.GREAT: _("Great"), Score.OKAY: _("Okay"), Score.NOT_GOOD: _("Not good")}
    return tuple(
        Button(label, payload("give_feedback", incident=incident.number, score=score))
        for score, label in labels.items()
    )


def state_in_words(incident: Incident, person: Person) -> str:
    """Where it stands, in the employee's words."""
    if incident.state == State.OFFERED:
        return _("We offered known fixes. Tell us whether one solved it.")
    if incident.state == State.QUEUED:
        return with_team(incident, person)
    if incident.state == State.IN_PROGRESS:
        name = incident.assignee.name if incident.assignee else _("Support")
        return _("%(name)s is working on it.", name=name)
    if incident.state == State.WAITING:
        return _waiting(incident)
    if incident.state == State.RESOLVED:
        return _("It is solved. If it comes back, tell me “it is not solved”.")
    if incident.state == State.MERGED:
        return _("It was joined with another report of the same trouble.")
    return _("It is withdrawn.") if incident.state == State.CANCELLED else _("It is closed.")


def with_team(incident: Incident, person: Person) -> str:
    """Who has it, and by when they answer."""
    team = incident.team.name if incident.team else _("the service desk")
    if incident.responded_at is not None or incident.respond_by <= clock.now():
        return _("It is with %(team)s.", team=team)
    by = time_for(person, incident.respond_by)
    return _("It is with %(team)s; you will hear from us by %(time)s.", team=team, time=by)


def outage_notice(outage: Outage, person: Person) -> str:
    """What we know of a fault: what, where, since when, next news."""
    since = time_for(person, outage.since)
    told = _("%(title)s, known since %(time)s. We are on it.", title=outage.title.rstrip("."), time=since)
    return f"{told} {next_news(outage, person)}".strip()


def next_news(outage: Outage, person: Person) -> str:
    """When more is known of a fault; empty where no time is set, or it has passed."""
    if outage.next_update_at is None or outage.next_update_at <= clock.now():
        return ""
    return _("Next news %(time)s.", time=time_for(person, outage.next_update_at))


def time_for(person: Person, at: datetime) -> str:
    """The hour in the person's zone, with the day unless it is today."""
    local, today = local_time(person, at), local_time(person, clock.now()).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%H:%M}, {local.day} {local:%B}"


def local_time(person: Person, at: datetime) -> datetime:
    """The same moment in the person's zone, else in the desk's."""
    return at.astimezone(_zone(person))


def _waiting(incident: Incident) -> str:
    if incident.waiting_on == "vendor":
        return _("We wait for the vendor.")
    return _("It waits for an answer from you.")


def _zone(person: Person) -> ZoneInfo:
    try:
        return ZoneInfo(person.timezone or settings_of(current_app).timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
