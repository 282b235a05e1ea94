"""Writing the known fixes: create, edit, propose, publish, withdraw, read."""

from collections.abc import Sequence

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.jobs import nudge
from knowledge_base import addresses, editions, pictures, states, text
from knowledge_base.addresses import free_slug as free_slug
from knowledge_base.addresses import slugify as slugify
from knowledge_base.contents import REVIEW_AFTER, check_review_date, says_the_same
from knowledge_base.contents import Draft as Draft
from knowledge_base.contents import check as check
from knowledge_base.errors import ArticleError as ArticleError
from knowledge_base.errors import StaleArticle as StaleArticle
from knowledge_base.errors import UnknownArticle as UnknownArticle
from knowledge_base.errors import Withdrawn
from knowledge_base.models import Article, Audience, Category, Edition, KnowledgeRevision, State
from knowledge_base.states import Hand

INDEX_JOB = "index-articles"


def create(
    draft: Draft, *, author_id: int | None = None, slug: str | None = None, publish: bool = False
) -> Article:
    """Store a new article, as a draft unless `publish`; raises ArticleError."""
    with write() as session:
        article = add(session, draft, author_id=author_id, slug=slug)
        if publish:
            article.state = State.PUBLISHED
    nudge(INDEX_JOB, article.id)
    return article


def add(session: Session, draft: Draft, *, author_id: int | None = None, slug: str | None = None) -> Article:
    """As `create`, inside the caller's `write()`; the caller nudges INDEX_JOB afterwards."""
    check(draft)
    check_review_date(draft)
    address = free_slug(session, slug or draft.title)
    article = fill(session, Article(slug=address, author_id=author_id, state=State.DRAFT, revision=1), draft)
    session.add(article)
    article.change = next_change(session)
    session.flush()
    pictures.adopt(session, article)
    editions.record(session, article, editor_id=author_id)
    return article


def edit(
    article_id: int,
    draft: Draft,
    *,
    revision: int,
    editor_id: int | None = None,
    note: str = "",
    address: str = "",
    hand: Hand = Hand.REVIEWER,
) -> Article:
    """Replace the content; `revision` is the one the author started from, else StaleArticle.

    What it said before stays among its editions, its old address leads to the new one. The same
    content again is no new revision.
    """
    check(draft)
    with write() as session:
        article = _seen(session, article_id, revision)
        states.require_editable(article, hand)
        check_review_date(draft, known=article.review_at)
        if address.strip():
            addresses.move(session, article, address)
        if says_the_same(article, draft):
            article.change = next_change(session)
        else:
            revise(session, article, draft, editor_id=editor_id, note=note)
    nudge(INDEX_JOB, article_id)
    return article


def revise(
    session: Session, article: Article, draft: Draft, *, editor_id: int | None = None, note: str = ""
) -> None:
    """The next revision of the article, inside the caller's `write()`."""
    fill(session, article, draft)
    pictures.adopt(session, article)
    article.revision += 1
    article.change = next_change(session)
    editions.record(session, article, editor_id=editor_id, note=note)


def restore(
    article_id: int,
    *,
    back_to: int,
    revision: int,
    editor_id: int | None = None,
    hand: Hand = Hand.REVIEWER,
) -> Article:
    """Let the article say again what it said then, as a new revision."""
    article = known(article_id)
    draft = editions.restored(editions.find(article, back_to), article)
    note = _("Back to version %(number)s", number=back_to)
    return edit(article_id, draft, revision=revision, editor_id=editor_id, note=note, hand=hand)


def propose(
    article_id: int, draft: Draft, *, revision: int, editor_id: int | None, note: str = ""
) -> Edition:
    """Keep a change of a published article until a reviewer accepts it; people go on reading the old."""
    check(draft)
    with write() as session:
        article = _seen(session, article_id, revision)
        check_review_date(draft, known=article.review_at)
        if says_the_same(article, draft):
            raise ArticleError(_("You changed nothing yet."))
        return editions.add_proposal(session, article, draft, base=revision, editor_id=editor_id, note=note)


def accept(article_id: int, proposal: int) -> Article:
    """Make a proposal the next revision; StaleArticle when the article changed since."""
    with write() as session:
        article = _get(session, article_id)
        proposed = editions.find_proposal(article, proposal)
        if editions.base_of(proposed) != article.revision:
            raise StaleArticle(
                _("The article changed since this was proposed. Open the proposal in the editor.")
            )
        draft, editor_id, note = editions.words_of(proposed), proposed.editor_id, proposed.note
        session.delete(proposed)
        revise(session, article, draft, editor_id=editor_id, note=note)
    nudge(INDEX_JOB, article_id)
    return article


def dismiss(article_id: int, proposal: int) -> None:
    """Let a proposal go, because it was refused or taken over by hand."""
    with write() as session:
        session.delete(editions.find_proposal(_get(session, article_id), proposal))


def publish(article_id: int) -> Article:
    """Let it be found and offered."""
    return move(article_id, State.PUBLISHED)


def withdraw(article_id: int) -> Article:
    """Stop finding and offering it; what was already offered can still be read of by support."""
    return move(article_id, State.WITHDRAWN)


def move(article_id: int, to: State, *, hand: Hand = Hand.REVIEWER) -> Article:
    """Lead the article to another state, as the table in `states` allows."""
    with write() as session:
        article = _get(session, article_id)
        lead(session, article, to, hand=hand)
    nudge(INDEX_JOB, article_id)
    return article


def lead(session: Session, article: Article, to: State, *, hand: Hand = Hand.REVIEWER) -> None:
    """As `move`, inside the caller's `write()`; the caller nudges INDEX_JOB afterwards."""
    states.require(article, to, hand)
    article.state = to
    article.updated_at = clock.now()
    article.change = next_change(session)


def get(reference: int | str, *, audience: Audience) -> Article:
    """A published article by id or slug; raises UnknownArticle if this reader may not see it.

    By an address it had before, too: then its `slug` is not the one asked for, and a page answers
    with the way there. One that is no longer offered raises Withdrawn.
    """
    article = find(reference)
    if article is not None and may_read(article, audience):
        if article.is_published:
            return article
        if article.state == State.WITHDRAWN:
            raise Withdrawn(_("“%(title)s” is no longer offered.", title=article.title), article=article)
    raise UnknownArticle(_("This article does not exist or is no longer available."))


def find(reference: int | str) -> Article | None:
    """Any article in any state by id, slug or old address, for authors."""
    if isinstance(reference, int) or reference.isdecimal():
        return db.session.get(Article, int(reference)) if int(reference) < 2**31 else None
    return addresses.at(db.session(), reference)


def known(article_id: int) -> Article:
    """As `find` by id; raises UnknownArticle."""
    article = find(article_id)
    if article is None:
        raise UnknownArticle(_("This article does not exist."))
    return article


def may_read(article: Article, audience: Audience) -> bool:
    """Whether a reader of that audience may see it, once it is published."""
    return audience == Audience.SUPPORT or article.audience == Audience.EVERYONE


def popular(*, audience: Audience, limit: int = 6, category: str | None = None) -> Sequence[Article]:
    """Published articles, those that helped most first."""
    query = select(Article).where(Article.state == State.PUBLISHED)
    if audience != Audience.SUPPORT:
        query = query.where(Article.audience == Audience.EVERYONE)
    if category:
        query = query.where(Article.category_slug.in_(_family(category)))
    order = (Article.helped_count.desc(), Article.offered_count.desc(), Article.id)
    return db.session.scalars(query.order_by(*order).limit(limit)).all()


def _family(category: str) -> Select[str]:
    """The category and what is below it."""
    return select(Category.slug).where(or_(Category.slug == category, Category.parent_slug == category))


def categories() -> Sequence[Category]:
    """All categories in their order."""
    return db.session.scalars(select(Category).order_by(Category.position, Category.name)).all()


def next_change(session: Session) -> int:
    """The number of this change; holds other writers off until the caller commits."""
    counted = session.execute(update(KnowledgeRevision).values(number=KnowledgeRevision.number + 1))
    if counted.rowcount == 0:  # type: ignore[attr-defined]
        session.add(KnowledgeRevision(id=1, number=1))
        session.flush()
    return session.scalars(select(KnowledgeRevision.number)).one()


def fill(session: Session, article: Article, draft: Draft) -> Article:
    """Give the article this content; the caller numbers the change. The old content is kept."""
    if article.id is not None:
        editions.keep_current(session, article)
    article.title = draft.title.strip()
    article.body = draft.body
    article.summary = draft.summary.strip() or text.summarise(draft.body)
    article.symptoms, article.cause = draft.symptoms.strip(), draft.cause.strip()
    article.is_workaround = draft.is_workaround
    article.category_slug = _known_category(session, draft.category)
    article.service = draft.service or None
    article.keywords = draft.keywords.strip()
    article.audience = draft.audience
    article.owner_id = draft.owner_id
    article.review_at = draft.review_at or article.review_at or clock.now() + REVIEW_AFTER
    article.updated_at = clock.now()
    return article


def _known_category(session: Session, name: str | None) -> str | None:
    """The slug of that category, made when it is new."""
    if not name or not name.strip():
        return None
    slug = slugify(name)[:60]
    if session.get(Category, slug) is None:
        session.add(Category(slug=slug, name=name.strip()[:120]))
        session.flush()
    return slug


def _seen(session: Session, article_id: int, revision: int) -> Article:
    """The article as the author saw it."""
    article = _get(session, article_id)
    if article.revision != revision:
        raise StaleArticle(
            _("Somebody else saved this article meanwhile; look at their version and save again.")
        )
    return article


def _get(session: Session, article_id: int) -> Article:
    article = session.get(Article, article_id, with_for_update=True)
    if article is None:
        raise UnknownArticle(_("This article does not exist."))
    return article
