"""A page of search results: what was found, which part of it fits, and in which categories."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from firstline.db import db
from knowledge_base import articles, browsing, excerpts, reading, search, suggest, text
from knowledge_base.excerpts import Piece
from knowledge_base.following import follower
from knowledge_base.models import Article, Audience, Category, Passage, PassageKind
from knowledge_base.passages import unpack
from knowledge_base.search import Hit
from knowledge_base.words import words as terms_of

PAGE = 10
MOST = 50
WORTH_SHOWING = 0.01
"""A chance this small means that nothing of what was asked is in the article."""
FAR_BEHIND, NEAREST = 0.02, 5
"""Beyond the nearest few, what is less likely than this part of the best would only hide it in a crowd."""
SHORT = 200
PASSAGE = 320
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*")


@dataclass(frozen=True, kw_only=True)
class Result:
    """One found article as a list shows it."""

    slug: str
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    category: str
    is_workaround: bool
    helped: int


@dataclass(frozen=True, kw_only=True)
class Facet:
    """A category in which something was found, and how much."""

    slug: str
    name: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Found:
    """`is_sure` says that one of them clears the bar at which a fix is offered unasked."""

    results: Sequence[Result] = ()
    facets: Sequence[Facet] = ()
    count: int = 0
    more: bool = False
    is_sure: bool = False


def find(words: str, *, audience: Audience, category: str = "", page: int = 1) -> Found:
    """Search, and read what is shown of each article; for any words, and in any order of clicks."""
    near = search.search(words, audience=audience, limit=MOST)
    hits = _worth_showing(near)
    wanted = browsing.family(category) if category else None
    chosen = hits if wanted is None else [hit for hit in hits if hit.category in wanted]
    first = (max(1, page) - 1) * PAGE
    return Found(
        results=_read(chosen[first : first + PAGE], terms(words), audience),
        facets=_facets(hits),
        count=len(chosen),
        more=len(chosen) > first + PAGE,
        is_sure=bool(suggest.suggest(words, audience=audience, limit=1)),
    )


def passage(article_id: int, words: str) -> str:
    """The stretch of an article that answers these words best, in whole sentences; else its summary.

    Where there are steps, they are the answer, and the summary says what they do. By meaning where there
    are vectors. Embeds the words, so never call it inside `write()`.
    """
    article = articles.known(article_id)
    if text.steps(article.body):
        return article.summary
    near = _nearest_part(article_id, words)
    if near:
        return _whole_sentences(near)
    found = excerpts.excerpt(reading.searched_text(article), terms(words), length=PASSAGE)
    return "".join(piece.text for piece in found) or article.summary


def _nearest_part(article_id: int, words: str) -> str:
    vector = follower().vector_of(words[: search.MAX_QUERY])
    if vector is None:
        return ""
    kept = select(Passage).where(Passage.article_id == article_id, Passage.kind == PassageKind.PART)
    parts = [part for part in db.session.scalars(kept.where(Passage.vector.is_not(None))) if part.vector]
    best = max(parts, key=lambda part: float(unpack(part.vector or b"") @ vector), default=None)
    return best.text if best else ""


def _whole_sentences(part: str) -> str:
    """A part begins and ends anywhere: what is broken off is left out where something remains."""
    sentences = SENTENCE.split(part.strip())
    whole = sentences if sentences[0][:1].isupper() else sentences[1:] or sentences
    shown = whole[0]
    for sentence in whole[1:]:
        if len(shown) + len(sentence) >= PASSAGE:
            break
        shown = f"{shown} {sentence}"
    return shown if len(shown) <= 2 * PASSAGE else shown[: 2 * PASSAGE].rsplit(" ", 1)[0] + " …"


def terms(words: str) -> frozenset[str]:
    """What to mark: the words as they were typed, and as the search read them."""
    asked = words[: search.MAX_QUERY]
    return frozenset(terms_of(asked)).union(terms_of(follower().index.correct(asked)))


def _worth_showing(near: Sequence[Hit]) -> list[Hit]:
    best = max((hit.score for hit in near), default=0.0)
    shown = [hit for hit in near if hit.score >= WORTH_SHOWING]
    return shown[:NEAREST] + [hit for hit in shown[NEAREST:] if hit.score >= FAR_BEHIND * best]


def _read(hits: Sequence[Hit], asked: frozenset[str], audience: Audience) -> list[Result]:
    """The database has the last word on who may read what: the index may be a second behind."""
    ids = [hit.article_id for hit in hits]
    query = browsing.readable(audience).where(Article.id.in_(ids)).options(joinedload(Article.category))
    found = {article.id: article for article in db.session.scalars(query)}
    return [_result(found[number], asked) for number in ids if number in found]


def _result(article: Article, asked: frozenset[str]) -> Result:
    shown = excerpts.excerpt(reading.searched_text(article), asked)
    return Result(
        slug=article.slug,
        title=excerpts.marked(article.title, asked),
        excerpt=shown or (Piece(article.summary[:SHORT]),),
        category=article.category.name if article.category else "",
        is_workaround=article.is_workaround,
        helped=article.helped_count,
    )


def _facets(hits: Sequence[Hit]) -> list[Facet]:
    """The topmost categories of the hits, those with most first."""
    known = {category.slug: category for category in articles.categories()}
    tops = Counter(_top(known, hit.category) for hit in hits if hit.category in known)
    return [Facet(slug=slug, name=known[slug].name, count=many) for slug, many in tops.most_common()]


def _top(known: dict[str, Category], slug: str | None) -> str:
    category = known[slug or ""]
    return category.parent_slug or category.slug
