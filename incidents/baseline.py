"""What every desk needs before its first incident: categories, a team on tier 1, and causes."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.db import write
from incidents.people import Team
from incidents.resolutions import causes
from knowledge_base.models import Category

CATEGORIES = Path(__file__).parent / "data" / "categories.json"


def ensure_baseline() -> None:
    """Add what is missing; what a company has changed or added stays as it is."""
    with write() as session:
        if session.scalar(select(Category.slug).limit(1)) is None:
            _add_categories(session, json.loads(CATEGORIES.read_text()))
        if session.scalar(select(Team.id).where(Team.tier == 1).limit(1)) is None:
            session.add(Team(slug="service-desk", name="Service Desk", tier=1))
        causes.add_first(session)


def _add_categories(session: Session, tree: list[dict[str, Any]], parent: str | None = None) -> None:
    for position, given in enumerate(tree):
        category = Category(
            slug=given["slug"],
            name=given["name"],
            keywords=", ".join(given["keywords"]),
            parent_slug=parent,
            position=position,
        )
        session.add(category)
        session.flush()
        _add_categories(session, given.get("children", []), given["slug"])
