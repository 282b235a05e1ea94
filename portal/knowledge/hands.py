"""As what the signed-in person works on articles, and who else does."""

from incidents.policy import Action, may
from knowledge_base.states import Hand
from portal.access import person


def hand() -> Hand:
    """Whoever may write articles also decides on those of others."""
    return Hand.REVIEWER if may(person(), Action.WRITE_ARTICLES) else Hand.DRAFTER
