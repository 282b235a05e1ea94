"""Where an article stands and who may move it: one table."""

from enum import StrEnum

from firstline.i18n import gettext as _
from knowledge_base.errors import ReviewersOnly, WrongState
from knowledge_base.models import Article, State


class Hand(StrEnum):
    """As what somebody works on articles: drafters write and submit, reviewers also decide."""

    DRAFTER = "drafter"
    REVIEWER = "reviewer"


BOTH = frozenset(Hand)
REVIEWERS = frozenset({Hand.REVIEWER})

TABLE: dict[tuple[State, State], frozenset[Hand]] = {
    (State.DRAFT, State.REVIEW): BOTH,
    (State.DRAFT, State.PUBLISHED): REVIEWERS,
    (State.DRAFT, State.WITHDRAWN): REVIEWERS,
    (State.REVIEW, State.DRAFT): BOTH,
    (State.REVIEW, State.PUBLISHED): REVIEWERS,
    (State.REVIEW, State.WITHDRAWN): REVIEWERS,
    (State.PUBLISHED, State.WITHDRAWN): REVIEWERS,
    (State.WITHDRAWN, State.DRAFT): REVIEWERS,
    (State.WITHDRAWN, State.PUBLISHED): REVIEWERS,
}


def ways(article: Article, hand: Hand) -> set[State]:
    """The states into which this hand may move the article now."""
    return {to for (start, to), hands in TABLE.items() if start == article.state and hand in hands}


def require(article: Article, to: State, hand: Hand) -> None:
    """Refuse a move that the table does not know; to stay where it is is always possible."""
    hands = TABLE.get((State(article.state), to))
    if article.state == to:
        return
    if hands is None:
        raise WrongState(_no_way(article))
    if hand not in hands:
        raise ReviewersOnly(_("Only a reviewer decides this. Submit the article for review."))


def require_editable(article: Article, hand: Hand) -> None:
    """What people read, or read once, changes only by a reviewer."""
    if hand == Hand.REVIEWER:
        return
    if article.state == State.PUBLISHED:
        raise ReviewersOnly(_("A reviewer looks at changes of a published article first: propose yours."))
    if article.state == State.WITHDRAWN:
        raise ReviewersOnly(_("Only a reviewer changes a withdrawn article."))


def _no_way(article: Article) -> str:
    if article.state == State.PUBLISHED:
        return _("What was published cannot be a draft again: withdraw it.")
    return _("A withdrawn article becomes a draft before it is reviewed again.")
