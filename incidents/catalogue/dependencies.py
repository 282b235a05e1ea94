"""Dependencies between services: a graph without cycles, small enough to be read whole."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from firstline.db import db
from firstline.i18n import gettext as _
from incidents.catalogue.models import Dependency
from incidents.errors import Invalid
from incidents.services import Service

Graph = Mapping[int, frozenset[int]]
"""Service id -> ids of the services it needs directly."""


def replace(session: Session, service: Service, slugs: Iterable[str]) -> None:
    """Say anew what this service needs; inside the caller's `write()`.

    Raises `Invalid` for a service that is unknown, itself, or would need itself by way of others.
    """
    session.flush()
    needed = _named(session, slugs)
    _refuse_cycle(session, service, needed)
    session.execute(delete(Dependency).where(Dependency.service_id == service.id))
    session.add_all(Dependency(service_id=service.id, needs_id=one.id) for one in needed)
    session.flush()


def needed_by(service_id: int) -> Sequence[Service]:
    """What this service needs directly, by name."""
    return _services({needs for one, needs in _edges(db.session()) if one == service_id})


def relying_on(service_id: int) -> Sequence[Service]:
    """The services that need this one directly, by name."""
    return _services({one for one, needs in _edges(db.session()) if needs == service_id})


def upstream(session: Session, service_id: int) -> frozenset[int]:
    """Everything this service needs, near and far, without itself."""
    return _reach(_graph(_edges(session)), service_id)


def downstream(session: Session, service_id: int) -> frozenset[int]:
    """Everything that needs this service, near and far, without itself."""
    return _reach(_graph((needs, one) for one, needs in _edges(session)), service_id)


def _edges(session: Session) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in session.execute(select(Dependency.service_id, Dependency.needs_id))]


def _graph(edges: Iterable[tuple[int, int]]) -> Graph:
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in edges:
        found[one].add(other)
    return {one: frozenset(others) for one, others in found.items()}


def _reach(graph: Graph, start: int) -> frozenset[int]:
    seen: set[int] = set()
    ahead = [start]
    while ahead:
        new = graph.get(ahead.pop(), frozenset()) - seen
        seen |= new
        ahead.extend(new)
    return frozenset(seen - {start})


def _refuse_cycle(session: Session, service: Service, needed: Sequence[Service]) -> None:
    relying = downstream(session, service.id) | {service.id}
    for one in needed:
        if one.id == service.id:
            raise Invalid(_("A service cannot need itself."), field="needs")
        if one.id in relying:
            told = _(
                "%(other)s needs %(name)s already, so %(name)s cannot need it: one of the two comes first.",
                other=one.name,
                name=service.name,
            )
            raise Invalid(told, field="needs")


def _named(session: Session, slugs: Iterable[str]) -> Sequence[Service]:
    wanted = {slug.strip() for slug in slugs if slug.strip()}
    found: Sequence[Service] = session.scalars(select(Service).where(Service.slug.in_(wanted))).all()
    unknown = wanted - {service.slug for service in found}
    if unknown:
        raise Invalid(_("There is no service “%(slug)s”.", slug=min(unknown)), field="needs")
    return found


def _services(ids: Iterable[int]) -> Sequence[Service]:
    return db.session.scalars(select(Service).where(Service.id.in_(list(ids))).order_by(Service.name)).all()
