"""Which problems struck, and how often."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, func, select

from firstline.db import db
from firstline.i18n import lazy_gettext as _
from incidents.models import Incident
from incidents.problems.models import Link, Problem
from incidents.reports.boards import Board, Row, Span


def _count(span: Span) -> Sequence[Row]:
    whole = db.session.scalar(select(func.count(Incident.id)).where(_within(span)))
    many = func.count(Link.incident_id)
    struck = (
        select(Problem.id, Problem.title, many)
        .join(Link, Link.problem_id == Problem.id)
        .join(Incident, Incident.id == Link.incident_id)
        .where(_within(span))
        .group_by(Problem.id, Problem.title)
        .order_by(many.desc(), Problem.id)
    )
    return [
        Row(key=str(problem_id), label=f"PRB-{problem_id:06d} {title}", number=count, of=whole)
        for problem_id, title, count in db.session.execute(struck)
    ]


def _within(span: Span) -> ColumnElement[bool]:
    return and_(span.holds(Incident.created_at), *span.scope.filters(Incident))


def _behind(span: Span, key: str) -> Select[int]:
    linked = select(Link.incident_id).join(Incident, Incident.id == Link.incident_id)
    return linked.where(_within(span), Link.problem_id == int(key))


BOARD = Board(
    slug="recurrence",
    label=_("Recurrence"),
    definition=_("Reports of the range that belong to a known problem, and their share of all reports."),
    leaves_out=_("Reports of which nobody, and no likeness, said yet that they belong to a problem."),
    count=_count,
    behind=_behind,
    words={},
)
