"""Refusals: each carries a sentence fit for the author or the reader."""

from knowledge_base.models import Article


class ArticleError(Exception):
    """The change is refused; the message is a sentence for the author. `field` names what it is about."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class UnknownArticle(ArticleError):
    """There is no such article, or this reader may not see it."""


class Withdrawn(UnknownArticle):
    """It was once offered and is no longer; `article` is only for looking up what else fits."""

    def __init__(self, sentence: str, *, article: Article) -> None:
        super().__init__(sentence)
        self.article = article


class StaleArticle(ArticleError):
    """Somebody saved another version in the meantime."""


class WrongState(ArticleError):
    """Not possible from where the article stands."""


class ReviewersOnly(ArticleError):
    """Only somebody who may publish can do this."""
