"""What a list of support shows of an incident: a row of its columns, which costs less than objects."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from incidents.models import OPEN, Incident, number_of
from incidents.people import Person, Team
from incidents.services import Service


class Listed(NamedTuple):
    """An incident in a list, under the names it has itself; at the end the names of who and what belongs to it."""

    id: int
    title: str
    state: str
    channel: str
    is_unverified: bool
    priority: int
    service_id: int | None
    team_id: int | None
    waiting_on: str | None
    parent_id: int | None
    follows_parent: bool
    affected_count: int
    reopened_count: int
    created_at: datetime
    respond_by: datetime
    update_by: datetime | None
    resolve_by: datetime
    due_at: datetime
    stopped_at: datetime | None
    responded_at: datetime | None
    resolved_at: datetime | None
    requester: str
    assignee: str | None
    team: str | None
    service: str | None

    @property
    def number(self) -> str:
        return number_of(self.id)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


_REQUESTER, _ASSIGNEE = aliased(Person), aliased(Person)
_NAMES = {
    "requester": _REQUESTER.name,
    "assignee": func.coalesce(func.nullif(_ASSIGNEE.name, ""), _ASSIGNEE.email),
    "team": Team.name,
    "service": Service.name,
}
LISTED: Select[Listed] = (
    select(*(_NAMES.get(field, getattr(Incident, field)) for field in Listed._fields))
    .select_from(Incident)
    .join(_REQUESTER, Incident.requester_id == _REQUESTER.id)
    .outerjoin(_ASSIGNEE, Incident.assignee_id == _ASSIGNEE.id)
    .outerjoin(Team, Incident.team_id == Team.id)
    .outerjoin(Service, Incident.service_id == Service.id)
)
"""Each row of it makes a `Listed`."""
