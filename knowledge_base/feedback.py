"""What readers say of an article: helpful or not, and why not. The last word of a person counts."""

from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from knowledge_base.errors import ArticleError
from knowledge_base.models import Article, Feedback

MAX_COMMENT = 5_000


class Reason(StrEnum):
    """Why an article was not helpful."""

    DID_NOT_WORK = "did_not_work"
    OUT_OF_DATE = "out_of_date"
    HARD_TO_FOLLOW = "hard_to_follow"
    NOT_MY_TROUBLE = "not_my_trouble"


def say(
    article: Article, *, person_id: int, is_helpful: bool, reason: str = "", comment: str = ""
) -> Feedback:
    """Keep this person's word of the article as it stands now; it replaces what they said before.

    Raises ArticleError. A word that authors settled is open again once it changes.
    """
    if reason not in ("", *Reason):
        raise ArticleError(_("Choose one of the reasons shown."), field="reason")
    told = comment.replace("\0", "").strip()
    if len(told) > MAX_COMMENT:
        sentence = _("Shorten this to %(most)s characters, please.", most=MAX_COMMENT)
        raise ArticleError(sentence, field="comment")
    article_id, revision = article.id, article.revision
    with write() as session:
        # Two clicks at once: the second waits here and finds the word of the first.
        session.get(Article, article_id, with_for_update=True)
        word = _find(session, article_id, person_id) or Feedback(article_id=article_id, person_id=person_id)
        word.revision, word.is_helpful = revision, is_helpful
        word.reason, word.comment = ("", "") if is_helpful else (reason, told)
        word.created_at, word.settled_at = clock.now(), None
        session.add(word)
    return word


def word_of(article: Article, person_id: int) -> Feedback | None:
    """What this person said of the article as it stands now; one that changed is asked about anew."""
    word = _find(db.session(), article.id, person_id)
    return word if word is not None and word.revision == article.revision else None


def _find(session: Session, article_id: int, person_id: int) -> Feedback | None:
    word: Feedback | None = session.scalar(
        select(Feedback).where(Feedback.article_id == article_id, Feedback.person_id == person_id)
    )
    return word
