"""Articles: find, read, write."""

from dataclasses import replace

from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import authors
from incidents.errors import Invalid
from incidents.policy import Action, may, require
from knowledge_base import articles
from knowledge_base.contents import Draft, draft_of
from knowledge_base.errors import UnknownArticle
from knowledge_base.models import Article, Audience, State
from knowledge_base.search import search
from knowledge_base.states import Hand
from portal.api import views
from portal.api.bodies import Body, query_limit, query_text, read_body
from portal.api.callers import caller

PAGE = 10
MOST = 50
TEXTS = ("title", "body", "summary", "symptoms", "cause", "category", "service")


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
    require(caller(), Action.DRAFT_ARTICLES)
    body = read_body()
    draft = Draft(title=body.required_text("title"), body=body.required_text("body"))
    state = body.choice("state", State) or State.DRAFT
    if state == State.WITHDRAWN:
        raise Invalid(_("A new article is a draft, in review or published."), field="state")
    if state == State.PUBLISHED:
        require(caller(), Action.WRITE_ARTICLES)
    made = articles.create(_filled(draft, body), author_id=caller().id, publish=state == State.PUBLISHED)
    return views.whole_article(_in_state(made, state)), 201


def edit(reference: str) -> ResponseReturnValue:
    require(caller(), Action.DRAFT_ARTICLES)
    body, article = read_body(), _find(reference)
    state, revision = body.choice("state", State), body.number("revision")
    draft, address = _filled(draft_of(article), body), body.text("slug") or ""
    if draft != draft_of(article) or address:
        article = articles.edit(
            article.id,
            draft,
            revision=article.revision if revision is None else revision,
            editor_id=caller().id,
            note=body.text("note") or "",
            address=address,
            hand=_hand(),
        )
    return views.whole_article(_in_state(article, state))


def _in_state(article: Article, state: State | None) -> Article:
    return articles.move(article.id, state, hand=_hand()) if state else article


def _hand() -> Hand:
    return Hand.REVIEWER if may(caller(), Action.WRITE_ARTICLES) else Hand.DRAFTER


def _find(reference: str) -> Article:
    """Authors read every article, others what is published for them."""
    if not may(caller(), Action.DRAFT_ARTICLES):
        return articles.get(reference, audience=_audience())
    article = articles.find(reference)
    if article is None:
        raise UnknownArticle(_("This article does not exist."))
    return article


def _audience() -> Audience:
    me = caller()
    reads_all = me.is_support or may(me, Action.DRAFT_ARTICLES)
    return Audience.SUPPORT if reads_all else Audience.EVERYONE


def _filled(draft: Draft, body: Body) -> Draft:
    """The draft with what the body gives; what it leaves out stays."""
    texts = {name: value for name in TEXTS if (value := body.text(name)) is not None}
    keywords, owner = body.words("keywords"), body.text("owner")
    is_workaround = body.flag("is_workaround")
    return replace(
        draft,
        **texts,
        keywords=draft.keywords if keywords is None else keywords,
        audience=body.choice("audience", Audience) or draft.audience,
        is_workaround=draft.is_workaround if is_workaround is None else is_workaround,
        owner_id=draft.owner_id if owner is None else _owner(owner),
        review_at=body.time("review_at") or draft.review_at,
    )


def _owner(address: str) -> int | None:
    """An empty address is nobody."""
    return authors.find_author(address).id if address.strip() else None
