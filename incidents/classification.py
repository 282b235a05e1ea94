"""Support corrects the first guess: category, type, reach, impact, urgency and service."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.lifecycle import locked
from incidents.models import Event, Incident, Kind, Level, Visibility
from incidents.people import Person
from incidents.policy import Action, require
from incidents.reach import Reach, impact_of
from incidents.services import Service
from incidents.standing import require_open
from incidents.timeline import record
from incidents.triage import prioritise
from knowledge_base.models import Category


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What an incident is filed under; `service` is a slug and `reach` who has it, empty for none."""

    category: str
    kind: str
    reach: str
    impact: str
    urgency: str
    service: str

    @property
    def priority(self) -> int:
        return prioritise(self.impact, self.urgency, self.kind)


def reclassify(
    incident_id: int,
    *,
    by: Person,
    category: str | None = None,
    kind: str | None = None,
    reach: str | None = None,
    impact: str | None = None,
    urgency: str | None = None,
    service: str | None = None,
    seen: int | None = None,
) -> int:
    """Correct the given facts and return the priority that follows; None leaves a fact as it is.

    Another reach brings the impact that follows from it, unless the impact is corrected as well.
    Targets are set anew from the moment of receipt; an answer already given stays given. The
    timeline keeps what it was before. `seen` as in `lifecycle.locked`.
    """
    given = {
        "category": category, "kind": kind, "reach": reach,
        "impact": impact, "urgency": urgency, "service": service,
    }  # fmt: skip
    with locked(incident_id, seen=seen) as (session, incident):
        require(by, Action.WORK, incident)
        return refile(session, incident, given, by=by)


def refile(
    session: Session, incident: Incident, given: Mapping[str, str | None], *, by: Person | None
) -> int:
    """As `reclassify`, inside the caller's transaction; `by` None is the desk itself, by a rule."""
    require_open(incident)
    before = _facts_of(incident)
    after = replace(before, **{fact: value for fact, value in given.items() if value is not None})
    if after != before:
        after = _with_its_impact(session, before, after)
        _file_under(session, incident, before, after, by)
    return incident.priority


def _with_its_impact(session: Session, before: Facts, after: Facts) -> Facts:
    _check(session, after)
    if not after.reach or after.reach == before.reach or after.impact != before.impact:
        return after
    return replace(after, impact=impact_of(Reach(after.reach), _service(session, after.service)))


def _facts_of(incident: Incident) -> Facts:
    return Facts(
        category=incident.category,
        kind=incident.kind,
        reach=incident.reach or "",
        impact=incident.impact,
        urgency=incident.urgency,
        service=incident.service.slug if incident.service else "",
    )


def _file_under(session: Session, incident: Incident, before: Facts, after: Facts, by: Person | None) -> None:
    was = incident.priority
    service = _service(session, after.service)
    incident.category, incident.kind = after.category, after.kind
    if incident.impact != after.impact:
        # A person's word on the impact stands, whoever joins or leaves.
        incident.impact_before_count = None
    incident.reach = after.reach or None
    incident.impact, incident.urgency = after.impact, after.urgency
    incident.service, incident.priority = service, after.priority
    facts = _changes(before, after) | ({"priority": [was, after.priority]} if was != after.priority else {})
    record(
        session,
        incident,
        Event.CLASSIFIED,
        author=by,
        facts={"changed": facts},
        visibility=Visibility.INTERNAL,
    )


def _changes(before: Facts, after: Facts) -> dict[str, list[object]]:
    pairs = ((fact, getattr(before, fact), getattr(after, fact)) for fact in Facts.__dataclass_fields__)
    return {fact: [was, now] for fact, was, now in pairs if was != now}


def _check(session: Session, facts: Facts) -> None:
    for field, value, allowed in (
        ("kind", facts.kind, Kind),
        ("reach", facts.reach or Reach.ME, Reach),
        ("impact", facts.impact, Level),
        ("urgency", facts.urgency, Level),
    ):
        _require_one_of(field, value, allowed)
    if session.get(Category, facts.category) is None:
        raise Invalid(_("There is no such category. Choose one of the list."), field="category")


def _require_one_of(field: str, value: str, allowed: type[StrEnum]) -> None:
    if value not in set(allowed):
        known = ", ".join(allowed)
        raise Invalid(_("“%(value)s” is none of: %(known)s.", value=value[:20], known=known), field=field)


def _service(session: Session, slug: str) -> Service | None:
    if not slug:
        return None
    service: Service | None = session.scalar(select(Service).where(Service.slug == slug))
    if service is None:
        raise Invalid(_("There is no such service. Choose one of the list."), field="service")
    return service
