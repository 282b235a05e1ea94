"""Where known fixes are written: list, edit with preview, publish, withdraw."""

from flask import Blueprint

from incidents.policy import Action
from portal.access import only_who_may
from portal.knowledge import editor, shelf

blueprint = Blueprint("knowledge", __name__, url_prefix="/articles")
blueprint.before_request(only_who_may(Action.WRITE_ARTICLES))

GET, POST = ["GET"], ["POST"]
ONE = "/<int:article_id>"
for rule, endpoint, view, methods in (
    ("", "index", shelf.index, GET),
    ("/new", "new", editor.new, GET),
    ("/new", "create", editor.create, POST),
    ("/preview", "preview", editor.preview, POST),
    (ONE, "edit", editor.edit, GET),
    (ONE, "save", editor.save, POST),
    (f"{ONE}/publish", "publish", shelf.publish, POST),
    (f"{ONE}/withdraw", "withdraw", shelf.withdraw, POST),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)
