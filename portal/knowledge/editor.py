"""Writing one article. Whatever is refused, what was typed stays in the form."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from firstline.i18n import gettext as _
from incidents import services
from knowledge_base import articles, text
from knowledge_base.articles import ArticleError, Draft, StaleArticle, UnknownArticle
from knowledge_base.models import Article, Audience
from portal.access import person
from portal.errors import status_of
from portal.knowledge.shelf import STATES

SKELETON = "## Symptoms\n- \n\n## Fix\n1. \n\n## If that does not help\n"


def new() -> str:
    return _page(None, {"body": SKELETON, **request.args})


def create() -> ResponseReturnValue:
    if "preview" in request.form:
        return _page(None, request.form)
    try:
        article = articles.create(_draft(), author_id=person().id, publish="publish" in request.form)
    except ArticleError as refusal:
        return _page(None, request.form, refusal), status_of(refusal)
    flash(_("Saved."), "success")
    return redirect(url_for("knowledge.edit", article_id=article.id), 303)


def edit(article_id: int) -> str:
    article = _find(article_id)
    return _page(article, _form_of(article))


def save(article_id: int) -> ResponseReturnValue:
    article = _find(article_id)
    if "preview" in request.form:
        return _page(article, request.form)
    try:
        articles.edit(article_id, _draft(), revision=request.form.get("revision", 0, type=int))
    except ArticleError as refusal:
        return _page(_find(article_id), request.form, refusal), status_of(refusal)
    flash(_("Saved."), "success")
    return redirect(url_for("knowledge.edit", article_id=article_id), 303)


def preview() -> str:
    """The words as readers will see them, while one types."""
    return str(_rendered(request.form.get("body", "")))


def _page(article: Article | None, typed: object, refusal: ArticleError | None = None) -> str:
    theirs = article if isinstance(refusal, StaleArticle) else None
    return render_template(
        "knowledge/editor.html",
        article=article,
        typed=typed,
        revision=article.revision if article else 0,
        errors={"": str(refusal)} if refusal else {},
        theirs=_rendered(theirs.body) if theirs else None,
        preview=_rendered(dict(typed).get("body", "")),  # type: ignore[call-overload]
        categories=articles.categories(),
        services=services.list_services(),
        states=STATES,
    )


def _rendered(body: str) -> Markup:
    return Markup(text.render(body))  # noqa: S704 - render() cleans it


def _form_of(article: Article) -> dict[str, str]:
    return {
        "title": article.title,
        "summary": article.summary,
        "body": article.body,
        "category": article.category_slug or "",
        "service": article.service or "",
        "keywords": article.keywords,
        "audience": article.audience,
    }


def _draft() -> Draft:
    form = request.form
    words = {name: form.get(name, "") for name in ("title", "summary", "keywords")}
    support_only = form.get("audience") == Audience.SUPPORT
    return Draft(
        body=form.get("body", "").replace("\r\n", "\n"),
        category=form.get("category") or None,
        service=form.get("service") or None,
        audience=Audience.SUPPORT if support_only else Audience.EVERYONE,
        **words,
    )


def _find(article_id: int) -> Article:
    article = articles.find(article_id)
    if article is None:
        raise UnknownArticle(_("This article does not exist."))
    return article
