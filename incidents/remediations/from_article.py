"""Starting a remediation beside the article that it belongs to, before anything was reported."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import NotFound
from incidents.intake import Report, report
from incidents.models import OPEN, Channel, Incident
from incidents.people import Person
from incidents.remediations import asking, offering
from incidents.remediations.models import Remediation, Run
from knowledge_base import outcomes
from knowledge_base.models import Article
from knowledge_base.suggest import Suggestion


def of(article: Article) -> Sequence[Remediation]:
    """What a reader of the article may start for themselves, by name."""
    return [one for one in offering.offered_to_persons() if article.slug in one.articles]


def ask(article: Article, slug: str, *, by: Person, nonce: str) -> Run:
    """Run it for their open incident that it fits, else for one that is opened by this, so that it has a story.

    The same `nonce` (of the form) again is the same incident; raises `Refused` as `ask_as_requester` does.
    """
    remediation = next((one for one in of(article) if one.slug == slug), None)
    if remediation is None:
        raise NotFound(_("There is no such remediation any more."))
    incident = _open_one(remediation, by) or _opened(article, remediation, by=by, nonce=nonce)
    return asking.ask_as_requester(incident.id, slug, by=by)


def _open_one(remediation: Remediation, by: Person) -> Incident | None:
    mine = select(Incident).where(Incident.requester_id == by.id, Incident.state.in_(OPEN))
    latest = db.session.scalars(mine.order_by(Incident.id.desc())).all()
    return next((one for one in latest if offering.fits(db.session(), remediation, one)), None)


def _opened(article: Article, remediation: Remediation, *, by: Person, nonce: str) -> Incident:
    told = Report(
        requester_id=by.id,
        title=article.title,
        description=remediation.offer or remediation.name,
        channel=Channel.PORTAL,
        key=f"remediation:{remediation.id}:{nonce[:40]}",
    )

    def remember(session: Session, incident: Incident, is_new: bool) -> None:
        # The article is what was offered; nothing else is looked for.
        if is_new:
            outcomes.record_attempt(
                session,
                [_shown(article)],
                words=incident.title,
                channel=Channel.PORTAL,
                person_id=by.id,
                incident_id=incident.id,
            )
            incident.suggested_at = clock.now()

    return report(told, also=remember)


def _shown(article: Article) -> Suggestion:
    return Suggestion(
        article_id=article.id, slug=article.slug, title=article.title, summary=article.summary, score=1.0
    )
