"""The desk's short list of causes, kept by administrators."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid, NotFound
from incidents.overtaking import require_unchanged
from incidents.people import Person
from incidents.policy import Action, require
from incidents.resolutions.models import CauseCode
from knowledge_base.articles import slugify

FIRST = (
    ("configuration", "Wrong setting"),
    ("software-fault", "Software fault"),
    ("hardware-fault", "Broken or worn hardware"),
    ("capacity", "Too little capacity"),
    ("access", "Missing or expired access"),
    ("change", "A change of ours"),
    ("supplier", "Fault at a supplier"),
    ("handling", "Handling, or a missing instruction"),
    ("unknown", "Not found"),
)
"""What a desk begins with; it changes the list as it likes."""


def list_causes(*, with_retired: bool = False) -> Sequence[CauseCode]:
    """The causes one may choose from, in their order."""
    found = select(CauseCode).order_by(CauseCode.position, CauseCode.name)
    return db.session.scalars(found if with_retired else found.where(CauseCode.is_active)).all()


def save_cause(
    name: str, *, by: Person, slug: str | None = None, is_active: bool = True, seen: str = ""
) -> CauseCode:
    """Add a cause, or rename, retire or bring back one that is there; `seen` as in `overtaking`."""
    require(by, Action.ADMINISTER)
    name = " ".join(name.split())[:120]
    if not name:
        raise Invalid(_("Write a name."), field="name")
    with write() as session:
        cause = _one(session, slug) if slug else _new(session, name)
        if slug:
            require_unchanged(cause, seen)
        cause.name, cause.is_active = name, is_active
    return cause


def check(session: Session, slug: str | None) -> str | None:
    """The slug, if it may be chosen now; raises `Invalid`."""
    if not slug:
        return None
    cause = session.get(CauseCode, slug)
    if cause is None or not cause.is_active:
        raise Invalid(_("There is no such cause. Choose one of the list."), field="cause_code")
    return cause.slug


def add_first(session: Session) -> None:
    """Give a desk without any cause the list to begin with; inside the caller's `write()`."""
    if session.scalar(select(CauseCode.slug).limit(1)) is None:
        session.add_all(
            CauseCode(slug=slug, name=name, position=position) for position, (slug, name) in enumerate(FIRST)
        )


def _one(session: Session, slug: str) -> CauseCode:
    cause = session.get(CauseCode, slug)
    if cause is None:
        raise NotFound(_("There is no such cause."))
    return cause


def _new(session: Session, name: str) -> CauseCode:
    slug = slugify(name)[:60]
    if session.get(CauseCode, slug) is not None:
        raise Conflict(_("There is a cause with this name already."))
    last = session.scalars(select(CauseCode.position).order_by(CauseCode.position.desc()).limit(1)).first()
    cause = CauseCode(slug=slug, position=0 if last is None else last + 1)
    session.add(cause)
    return cause
