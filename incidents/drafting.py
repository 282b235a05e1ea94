"""From a resolved incident to the draft of an article."""

from firstline.i18n import gettext as _
from incidents import queue
from incidents.errors import Conflict
from incidents.models import Incident, State
from incidents.people import Person
from incidents.policy import Action, require
from knowledge_base import articles, drafting
from knowledge_base.drafting import Case
from knowledge_base.models import Article

SETTLED = frozenset({State.RESOLVED, State.CLOSED})


def draft_article(person: Person, number: str) -> Article:
    """The article of this incident, drafted when there is none; raises Conflict while it is open."""
    require(person, Action.DRAFT_ARTICLES)
    incident = queue.find(person, number)
    if not may_be_drafted(incident):
        raise Conflict(
            _("%(number)s is not resolved yet: an article needs to know what helped.", number=incident.number)
        )
    return drafting.open_draft(_case(incident), author_id=person.id)


def may_be_drafted(incident: Incident) -> bool:
    """Whether it is known what helped."""
    return incident.state in SETTLED


def article_of(incident: Incident) -> Article | None:
    """The article that was drafted from this incident, else the one that solved it."""
    made = drafting.made_from(incident.id)
    return made or (articles.find(incident.article_id) if incident.article_id else None)


def _case(incident: Incident) -> Case:
    return Case(
        incident_id=incident.id,
        title=incident.title,
        words=incident.description,
        solution=incident.solution,
        cause=incident.cause,
        category=incident.category,
        service=incident.service.slug if incident.service else None,
        names=_names(incident),
    )


def _names(incident: Incident) -> tuple[str, ...]:
    """Everybody who took part, by name and by account."""
    people = {incident.requester, incident.assignee, incident.logged_by}
    people |= {entry.author for entry in incident.entries}
    took_part = [person for person in people if person is not None]
    accounts = [person.email.partition("@")[0] for person in took_part]
    return tuple(sorted({*accounts, *(person.name for person in took_part)}))
