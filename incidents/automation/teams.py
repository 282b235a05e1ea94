"""Which rules and macros hand work to a team: a team is not taken away under them."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from incidents.automation.models import AutomationRule, Macro


def is_named(session: Session, slug: str) -> bool:
    """Whether a rule or macro hands work to this team."""
    return any(_hands_to(one.deeds, slug) for one in _all(session))


def rename(session: Session, slug: str, to: str) -> None:
    """What they handed to one team goes to the other from now on; inside the caller's `write()`."""
    for one in _all(session):
        if _hands_to(one.deeds, slug):
            one.deeds = [{**deed, "value": to} if _hands_to([deed], slug) else deed for deed in one.deeds]


def _hands_to(deeds: list[dict[str, str]], slug: str) -> bool:
    return any(deed["do"] == "team" and deed["value"] == slug for deed in deeds)


def _all(session: Session) -> Iterator[AutomationRule | Macro]:
    yield from session.scalars(select(AutomationRule))
    yield from session.scalars(select(Macro))
