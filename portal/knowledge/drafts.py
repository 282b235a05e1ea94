"""An article out of a resolved incident, by one click."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from firstline.i18n import gettext as _
from incidents import drafting
from portal.access import person


def from_incident(number: str) -> ResponseReturnValue:
    article = drafting.draft_article(person(), number)
    flash(_("Drafted from %(number)s. Read it for names and details before you submit it.", number=number))
    return redirect(url_for("knowledge.edit", article_id=article.id), 303)
