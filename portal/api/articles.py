"""Articles: find, read, write."""

from dataclasses import replace

from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents.errors import Invalid
from incidents.policy import Action, may, require
from knowledge_base import articles
from knowledge_base.articles import Draft, UnknownArticle
from knowledge_base.models import Article, Audience, State
from knowledge_base.search import search
from portal.api import views
from portal.api.bodies import Body, query_limit, query_text, read_body
from portal.api.callers import caller

PAGE = 10
MOST = 50


def index() -> ResponseReturnValue:
    words, limit = query_text("q"), query_limit(PAGE, MOST)
    if words.strip():
        hits = search(words, audience=_audience(), limit=limit)
        found = [
            views.article(article, hit.score) for hit in hits if (article := articles.find(hit.article_id))
        ]
    else:
        found = [views.article(one) for one in articles.popular(audience=_audience(), limit=limit)]
    return {"articles": found}


def show(reference: str) -> ResponseReturnValue:
    return views.whole_article(_find(reference))


def create() -> ResponseReturnValue:
    require(caller(), Action.WRITE_ARTICLES)
    body = read_body()
    draft = Draft(title=body.required_text("title"), body=body.required_text("body"))
    state = body.choice("state", State) or State.DRAFT
    if state == State.WITHDRAWN:
        raise Invalid(_("A new article is a draft or published."), field="state")
    made = articles.create(_filled(draft, body), author_id=caller().id, publish=state == State.PUBLISHED)
    return views.whole_article(made), 201


def edit(reference: str) -> ResponseReturnValue:
    require(caller(), Action.WRITE_ARTICLES)
    body, article = read_body(), _find(reference)
    state, revision = body.choice("state", State), body.number("revision")
    draft = _filled(_draft_of(article), body)
    if draft != _draft_of(article):
        article = articles.edit(
            article.id, draft, revision=article.revision if revision is None else revision
        )
    return views.whole_article(_in_state(article, state))


def _in_state(article: Article, state: State | None) -> Article:
    if state == State.PUBLISHED:
        return articles.publish(article.id)
    if state == State.WITHDRAWN:
        return articles.withdraw(article.id)
    if state == State.DRAFT and article.state != State.DRAFT:
        raise Invalid(_("What was published cannot be a draft again: withdraw it."), field="state")
    return article


def _find(reference: str) -> Article:
    """Authors read every article, others what is published for them."""
    if not may(caller(), Action.WRITE_ARTICLES):
        return articles.get(reference, audience=_audience())
    article = articles.find(reference)
    if article is None:
        raise UnknownArticle("This article does not exist.")
    return article


def _audience() -> Audience:
    me = caller()
    reads_all = me.is_support or may(me, Action.WRITE_ARTICLES)
    return Audience.SUPPORT if reads_all else Audience.EVERYONE


def _draft_of(article: Article) -> Draft:
    return Draft(
        title=article.title,
        body=article.body,
        summary=article.summary,
        category=article.category_slug,
        service=article.service,
        keywords=article.keywords,
        audience=Audience(article.audience),
    )


def _filled(draft: Draft, body: Body) -> Draft:
    """The draft with what the body gives; what it leaves out stays."""
    texts = {name: value for name in ("title", "body", "summary") if (value := body.text(name)) is not None}
    named = {name: value for name in ("category", "service") if (value := body.text(name)) is not None}
    keywords, audience = body.words("keywords"), body.choice("audience", Audience)
    return replace(
        draft,
        **texts,
        **named,
        keywords=draft.keywords if keywords is None else keywords,
        audience=audience or draft.audience,
    )
