"""What an acknowledgement offers to do at once, such as “Unlock my account now”.

The links lead to the incident's page and its button: a mail gives no access, signing in does.
"""

from incidents.notices import Notice, Topic
from incidents.people import Role
from incidents.remediations import offering


def of(notice: Notice) -> tuple[str, ...]:
    """The words of what its requester may start; nothing for who cannot sign in."""
    incident, person = notice.incident, notice.recipient
    if (
        notice.topic != Topic.ACKNOWLEDGED
        or person.id != incident.requester_id
        or person.role == Role.CONTACT
    ):
        return ()
    return tuple(one.offer for one in offering.for_requester(incident))
