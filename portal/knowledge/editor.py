"""Writing one article. Whatever is refused, what was typed stays in the form."""

from collections.abc import Collection

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from firstline import clock
from firstline.i18n import gettext as _
from incidents import authors, services
from incidents.errors import Refused
from knowledge_base import articles, catalogue, editions, learning, related, states, text
from knowledge_base.catalogue import Wanted
from knowledge_base.contents import draft_of
from knowledge_base.errors import ArticleError, StaleArticle
from knowledge_base.models import Article, State
from knowledge_base.states import Hand
from portal.access import person
from portal.errors import status_of
from portal.knowledge import fields, pictures
from portal.knowledge.hands import hand
from portal.knowledge.shelf import STATES, moved

SKELETON = "## Fix\n\n1. \n\n## If that does not help\n\n"
MOST_FORM = 12 * 1024 * 1024
"""An article that is far too long comes back with a sentence, and with its words."""
HITS = 6
MOST_SHOWN = 200_000
"""Characters of which a preview is made."""
LOOKING = {"preview", "find"}
"""Buttons that only show something: nothing is saved."""
REFUSALS = (ArticleError, Refused)


def take_long_texts(endpoint: str | None, values: dict[str, object] | None) -> None:
    """Before anything reads the form."""
    request.max_form_memory_size = MOST_FORM


def new() -> str:
    begun = {"body": SKELETON, "owner": person().email, "review_at": fields.next_review()}
    return _page(None, {**begun, **request.args})


def create() -> ResponseReturnValue:
    form = fields.typed()
    if form.keys() & LOOKING:
        return _page(None, form)
    try:
        form["body"] = pictures.with_chosen(form.get("body", ""))
        article = articles.create(fields.read(form), author_id=person().id)
        _finish(article, form)
    except REFUSALS as refusal:
        return _page(None, form, refusal), status_of(refusal)
    return redirect(url_for("knowledge.edit", article_id=article.id), 303)


def edit(article_id: int) -> str:
    """`?from=` opens an older version or a proposal for editing."""
    article = articles.known(article_id)
    source = request.args.get("from", 0, type=int)
    draft = draft_of(article)
    if source:
        draft = editions.restored(editions.find(article, source), article)
    form = fields.shown(draft)
    if article.review_at and article.review_at < clock.now():
        form["review_at"] = fields.next_review()
    if source < 0:
        form["proposal"] = str(-source)
    return _page(article, form)


def save(article_id: int) -> ResponseReturnValue:
    article, form = articles.known(article_id), fields.typed()
    if form.keys() & LOOKING:
        return _page(article, form)
    try:
        form["body"] = pictures.with_chosen(form.get("body", ""))
        _store(article, form)
    except REFUSALS as refusal:
        return _page(articles.known(article_id), form, refusal), status_of(refusal)
    return redirect(url_for("knowledge.edit", article_id=article_id), 303)


def preview() -> str:
    """The words as readers will see them, while one types."""
    return render_template("knowledge/_preview.html", **_rendered(fields.typed()))


def choices() -> str:
    """Articles to choose as related ones, those chosen first."""
    return render_template("knowledge/_choices.html", **_related(request.args.get("article", 0, type=int)))


def _store(article: Article, form: dict[str, str]) -> None:
    draft, seen = fields.read(form, article), request.form.get("revision", 0, type=int)
    note = form.get("note", "")
    if proposes(article):
        articles.propose(article.id, draft, revision=seen, editor_id=person().id, note=note)
        flash(_("Thank you. A reviewer looks at your change; until then people read the article as it was."))
        return
    address = form.get("address", "")
    articles.edit(
        article.id, draft, revision=seen, editor_id=person().id, note=note, address=address, hand=hand()
    )
    _finish(article, form)
    if proposal := request.form.get("proposal", 0, type=int):
        articles.dismiss(article.id, -proposal)


def _finish(article: Article, form: fields.Form) -> None:
    """What else the form says; the words are safe already, so a refusal is only told."""
    try:
        if "related_shown" in form:
            related.choose(article.id, _ids())
        if then := form.get("then"):
            moved_on = articles.move(article.id, State(then), hand=hand())
            flash(moved(moved_on.state, moved_on.title), "success")
        else:
            flash(_("Saved."), "success")
    except ArticleError as refusal:
        flash(_("Your words are saved. But: %(refusal)s", refusal=refusal), "warning")


def proposes(article: Article) -> bool:
    """Whether what this person saves waits for a reviewer."""
    return article.is_published and hand() == Hand.DRAFTER


def _page(article: Article | None, form: fields.Form, refusal: Exception | None = None) -> str:
    is_stale = article is not None and isinstance(refusal, StaleArticle)
    return render_template(
        "knowledge/editor.html",
        article=article,
        typed=form,
        errors={getattr(refusal, "field", None) or "": str(refusal)} if refusal else {},
        theirs=_theirs(article, form) if is_stale else None,
        categories=articles.categories(),
        services=services.list_services(),
        owners=authors.list_authors(),
        states=STATES,
        waiting=_waiting(article),
        proposes=article is not None and proposes(article),
        ways=states.ways(article or Article(state=State.DRAFT), hand()),
        learned=learning.count(article.id) if article and hand() == Hand.REVIEWER else 0,
        **_related(article.id if article else 0),
        **_rendered(form),
    )


def _theirs(article: Article, form: fields.Form) -> dict[str, object]:
    """What somebody saved meanwhile, beside what was typed."""
    edition = editions.history(article)[0]
    saved = fields.shown(draft_of(article))
    return {
        "edition": edition,
        "who": authors.names({edition.editor_id}).get(edition.editor_id or 0),
        "differences": fields.differences(saved, form),
        **_rendered(saved),
    }


def _waiting(article: Article | None) -> list[dict[str, object]]:
    """Changes proposed for this article, and by whom."""
    found = editions.proposals(article.id) if article else []
    names = authors.names({proposal.editor_id for proposal in found})
    return [
        {
            "number": -one.revision,
            "who": names.get(one.editor_id or 0),
            "at": one.created_at,
            "note": one.note,
        }
        for one in found
    ]


def _rendered(form: fields.Form) -> dict[str, object]:
    parts = {name: form.get(name, "") for name in ("symptoms", "body", "cause")}
    is_long = sum(map(len, parts.values())) > MOST_SHOWN
    # S704 - render() cleans it.
    html = {} if is_long else {name: Markup(text.render(words)) for name, words in parts.items()}  # noqa: S704
    return {"html": html, "is_long": is_long}


def _related(article_id: int) -> dict[str, object]:
    """The articles chosen in the form, else those of the article, and what a search for more finds."""
    asked = request.values
    if "related_shown" in asked:
        found = [article for number in _ids() if (article := articles.find(number))]
    else:
        found = list(related.all_of(article_id)) if article_id else []
    words = asked.get("related_q", "").strip()
    known = {article_id, *(article.id for article in found)}
    hits = catalogue.browse(Wanted(words=words), size=HITS + len(known)).articles if words else []
    more = [hit for hit in hits if hit.id not in known and hit.state != State.WITHDRAWN][:HITS]
    return {"chosen": found, "hits": more, "related_q": words, "article_id": article_id}


def _ids() -> Collection[int]:
    """The related articles that are ticked, each once."""
    return dict.fromkeys(request.values.getlist("related", type=int))
