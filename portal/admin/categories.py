"""What troubles are about, and the words by which triage knows it."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import categories
from incidents.errors import NotFound, Refused
from knowledge_base.models import Category
from portal.access import person
from portal.admin import overtaken
from portal.errors import status_of


def index(slug: str = "") -> str:
    return _page(slug)


def save(slug: str = "") -> ResponseReturnValue:
    name, keywords, parent = (request.form.get(field, "") for field in ("name", "keywords", "parent"))
    try:
        kept = categories.save(
            name, keywords=keywords, parent=parent, by=person(), slug=slug or None, seen=overtaken.seen()
        )
    except Refused as refusal:
        return _page(slug, refusal), status_of(refusal)
    flash(_("%(name)s is saved.", name=kept.name), "success")
    return redirect(url_for("admin.categories"), 303)


def remove(slug: str) -> ResponseReturnValue:
    try:
        categories.remove(slug, by=person())
    except Refused as refusal:
        return _page(slug, refusal), status_of(refusal)
    flash(_("The category is gone."), "success")
    return redirect(url_for("admin.categories"), 303)


def _page(slug: str, refusal: Refused | None = None) -> str:
    tree = categories.tree()
    every = [one for root, below in tree for one in (root, *below)]
    chosen = next((one for one in every if one.slug == slug), None)
    if slug and chosen is None:
        raise NotFound(_("There is no such category."))
    known = _form_of(chosen)
    return render_template(
        "admin/categories.html",
        tree=tree,
        chosen=chosen,
        typed=request.form if refusal else known,
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        **overtaken.state(chosen, known, refusal),
    )


def _form_of(chosen: Category | None) -> dict[str, str]:
    if chosen is None:
        return {}
    return {"name": chosen.name, "keywords": chosen.keywords, "parent": chosen.parent_slug or ""}
