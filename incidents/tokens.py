"""API tokens: made for a person and shown once, listed, and taken back."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid
from incidents.existing import existing
from incidents.people import ApiToken, Person, Role, create_token, find_by_address
from incidents.policy import Action, require

WITH_TOKEN = frozenset(Role) - {Role.CONTACT}


def everyones() -> Sequence[ApiToken]:
    """Every API token with its person, latest first."""
    found = select(ApiToken).options(joinedload(ApiToken.person))
    return db.session.scalars(found.order_by(ApiToken.id.desc()).limit(500)).all()


def make(address: str, role: str, *, by: Person) -> str:
    """A new token for this person, to be shown once. Who is unknown is made with `role`, a known one keeps theirs."""
    require(by, Action.ADMINISTER)
    known = find_by_address(address)
    if known is not None and role and role != known.role:
        raise Conflict(
            _(
                "%(name)s has another role. Change it at the person, or leave the role empty.",
                name=known.name,
            ),
            field="role",
        )
    if known is None and role not in WITH_TOKEN:
        raise Invalid(_("Nobody has this address yet. Choose a role, and they are made."), field="role")
    if known is not None and (known.role not in WITH_TOKEN or not known.active):
        raise Conflict(
            _("%(name)s may not sign in, so a token opens nothing.", name=known.name), field="email"
        )
    return create_token(address, Role(known.role if known else role))


def revoke(token_id: int, *, by: Person) -> None:
    """Let a token open nothing any more; doing it twice changes nothing."""
    require(by, Action.ADMINISTER)
    with write() as session:
        token = existing(session, ApiToken, token_id)
        token.revoked_at = token.revoked_at or clock.now()
