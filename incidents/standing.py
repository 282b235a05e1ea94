"""Where an incident stands, in words for a sentence, and the refusal of what only an open one allows."""

from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.errors import Conflict
from incidents.models import Incident, State, number_of

WORDS = {
    State.OFFERED: lazy_gettext("in self-help"),
    State.QUEUED: lazy_gettext("queued"),
    State.IN_PROGRESS: lazy_gettext("in progress"),
    State.WAITING: lazy_gettext("waiting"),
    State.RESOLVED: lazy_gettext("resolved"),
    State.CLOSED: lazy_gettext("closed"),
    State.CANCELLED: lazy_gettext("cancelled"),
    State.MERGED: lazy_gettext("merged"),
}


def words_of(state: str) -> str:
    """The state within a sentence: “it is waiting”."""
    return str(WORDS[State(state)])


def require_open(incident: Incident) -> None:
    """Raise `Conflict` unless it is open, with what one does first."""
    if incident.state == State.MERGED and incident.merged_into_id is not None:
        into = number_of(incident.merged_into_id)
        raise Conflict(
            _("It went into %(number)s. Go on there, or take the joining back first.", number=into)
        )
    if not incident.is_open:
        raise Conflict(_("It is %(state)s. Reopen it first.", state=words_of(incident.state)))


def no_way(incident: Incident, to: State) -> Conflict:
    """Why the table leads from where it stands to nowhere of that name."""
    if incident.state != to:
        is_now, wanted = words_of(incident.state), words_of(to)
        return Conflict(_("An incident that is %(state)s cannot become %(to)s.", state=is_now, to=wanted))
    if to == State.IN_PROGRESS and incident.assignee is not None:
        return Conflict(_("%(name)s has taken it already.", name=incident.assignee.name))
    if to == State.WAITING:
        return Conflict(_("It waits already. Go on with it first, then say whom it waits for."))
    return Conflict(_("It is %(state)s already.", state=words_of(to)))
