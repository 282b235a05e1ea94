"""What a new desk needs, in this order; shown beside the health of the parts until all of it is there."""

from dataclasses import dataclass

from flask import current_app, url_for
from sqlalchemy import exists, select

from email_intake.models import Mailbox
from firstline.app import settings_of
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.people import Membership, Person, Role, Team
from incidents.services import Service
from knowledge_base.models import Article, State

FIRST_TIER = 1


@dataclass(frozen=True, kw_only=True)
class Need:
    """One thing to be set up, why, and where."""

    name: str
    why: str
    url: str
    is_there: bool


def needs() -> list[Need]:
    """All of them, with what is there already."""
    return [
        Need(
            name=_("People who answer"),
            why=_(
                "Add agents and a lead with a password, or take many from a table under “Moving in and out”."
            ),
            url=url_for("admin.people"),
            is_there=_any(Person.role.in_([Role.AGENT, Role.LEAD])),
        ),
        Need(
            name=_("A team on tier 1 with somebody in it"),
            why=_("Everything new comes to it unless a service or a rule says otherwise."),
            url=url_for("admin.teams"),
            is_there=_any((Team.tier == FIRST_TIER) & (Membership.team_id == Team.id)),
        ),
        Need(
            name=_("Services"),
            why=_("What people use and which team looks after it: reports find their way by it."),
            url=url_for("admin.services"),
            is_there=_any(Service.id.is_not(None)),
        ),
        Need(
            name=_("A way for mail to come in"),
            why=_("A mailbox that is fetched, tried with its button; or your relay sends to the listener."),
            url=url_for("admin.mailboxes"),
            is_there=_any(Mailbox.id.is_not(None)),
        ),
        Need(
            name=_("A way for mail to go out"),
            why=_("FIRSTLINE_SMTP_URL names your server; until then mails lie in the local mailbox."),
            url=url_for("admin.mail"),
            is_there=settings_of(current_app).smtp_url is not None,
        ),
        Need(
            name=_("Known fixes"),
            why=_("Published articles are offered before anybody has to wait."),
            url=url_for("knowledge.exchange"),
            is_there=_any(Article.state == State.PUBLISHED),
        ),
    ]


def _any(condition: object) -> bool:
    return bool(db.session.scalar(select(exists().where(condition))))  # type: ignore[arg-type]
