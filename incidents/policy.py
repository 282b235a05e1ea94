"""Who may do what: one table, asked by every channel on the object itself.

`docs/permissions.md` is checked against it, and a test walks every role through it.
"""

from enum import StrEnum

from firstline.i18n import lazy_gettext as _
from incidents.errors import NotAllowed, NotFound
from incidents.models import Incident
from incidents.people import SUPPORT, Person, Role


class Action(StrEnum):
    """What one can want of an incident, or of the desk as a whole."""

    SEE = "see"
    COMMENT = "comment"
    TELL_OUTCOME = "tell_outcome"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    CANCEL = "cancel"
    SEE_INTERNAL = "see_internal"
    NOTE = "note"
    WORK = "work"
    SEE_QUEUE = "see_queue"
    LOG_FOR_OTHERS = "log_for_others"
    DRAFT_ARTICLES = "draft_articles"
    WRITE_ARTICLES = "write_articles"
    SEND_ALERTS = "send_alerts"
    PLAN_ABSENCES = "plan_absences"
    SHARE_OUT = "share_out"
    SEE_SATISFACTION = "see_satisfaction"
    APPROVE_REMEDIATIONS = "approve_remediations"
    ADMINISTER = "administer"


OWN = frozenset(
    {Action.SEE, Action.COMMENT, Action.TELL_OUTCOME, Action.CONFIRM, Action.REOPEN, Action.CANCEL}
)
"""What the requester may do with their own incident, whatever their role."""

ANY = OWN | {Action.SEE_INTERNAL, Action.NOTE, Action.WORK}
"""What support may do with every incident."""

DESK: dict[str, frozenset[Action]] = {
    Role.CONTACT: frozenset(),
    Role.EMPLOYEE: frozenset(),
    Role.AUTHOR: frozenset({Action.DRAFT_ARTICLES, Action.WRITE_ARTICLES}),
    Role.AGENT: frozenset({Action.SEE_QUEUE, Action.LOG_FOR_OTHERS, Action.DRAFT_ARTICLES}),
    Role.LEAD: frozenset(
        {
            Action.SEE_QUEUE,
            Action.LOG_FOR_OTHERS,
            Action.DRAFT_ARTICLES,
            Action.WRITE_ARTICLES,
            Action.PLAN_ABSENCES,
            Action.SHARE_OUT,
            Action.SEE_SATISFACTION,
            Action.APPROVE_REMEDIATIONS,
        }
    ),
    Role.ADMIN: frozenset(
        {
            Action.SEE_QUEUE,
            Action.LOG_FOR_OTHERS,
            Action.DRAFT_ARTICLES,
            Action.WRITE_ARTICLES,
            Action.SEND_ALERTS,
            Action.PLAN_ABSENCES,
            Action.SHARE_OUT,
            Action.SEE_SATISFACTION,
            Action.APPROVE_REMEDIATIONS,
            Action.ADMINISTER,
        }
    ),
    Role.MONITOR: frozenset({Action.SEND_ALERTS}),
}
"""What each role may do at the desk as a whole."""


def may(person: Person, action: Action, incident: Incident | None = None) -> bool:
    """Whether `person` may do `action`, on this incident where it is about one."""
    if incident is None:
        return action in DESK[person.role]
    if person.role in SUPPORT:
        return action in ANY
    return incident.requester_id == person.id and action in OWN


def require(person: Person, action: Action, incident: Incident | None = None) -> None:
    """Refuse with `NotAllowed`, or with `NotFound` when the person may not even know of it."""
    if may(person, action, incident):
        return
    if incident is not None and not may(person, Action.SEE, incident):
        raise NotFound(_("There is no such incident among yours. Check the number."))
    raise NotAllowed(_("Your account may not do this. Ask the service desk if you need to."))
