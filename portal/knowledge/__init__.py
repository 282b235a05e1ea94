"""Where known fixes are written: list, edit with preview, versions, proposals, review, publish."""

from flask import Blueprint

from incidents.policy import Action
from portal.access import only_who_may
from portal.knowledge import drafts, editor, exchange, pictures, review, sayings, shelf, versions

blueprint = Blueprint("knowledge", __name__, url_prefix="/articles")
blueprint.url_value_preprocessor(editor.take_long_texts)
blueprint.before_request(only_who_may(Action.DRAFT_ARTICLES))

GET, POST = ["GET"], ["POST"]
ONE = "/<int:article_id>"
PROPOSAL = f"{ONE}/proposals/<int:proposal>"
for rule, endpoint, view, methods in (
    ("", "index", shelf.index, GET),
    ("/new", "new", editor.new, GET),
    ("/new", "create", editor.create, POST),
    ("/preview", "preview", editor.preview, POST),
    ("/choices", "choices", editor.choices, GET),
    ("/review", "review", review.index, GET),
    ("/review/aside", "leave", review.leave, POST),
    ("/review/back", "bring_back", review.bring_back, POST),
    ("/review/gaps/<int:gap_id>", "start", review.start, POST),
    ("/review/twins/<int:article_id>/<int:other_id>", "compare", review.compare, GET),
    ("/sayings", "sayings", sayings.index, GET),
    ("/sayings/<int:turn_id>", "decide", sayings.decide, POST),
    ("/sayings/<int:turn_id>/back", "take_back", sayings.take_back, POST),
    ("/exchange", "exchange", exchange.page, GET),
    ("/exchange", "look_at", exchange.look, POST),
    ("/exchange/run", "take_in", exchange.run, POST),
    ("/exchange/articles.zip", "export_markdown", exchange.as_markdown, GET),
    ("/exchange/articles.jsonl", "export_lines", exchange.as_lines, GET),
    ("/indexing", "indexing", exchange.progress, GET),
    ("/pictures", "upload", pictures.upload, POST),
    ("/from/<number>", "from_incident", drafts.from_incident, POST),
    (ONE, "edit", editor.edit, GET),
    (ONE, "save", editor.save, POST),
    (f"{ONE}/publish", "publish", shelf.publish, POST),
    (f"{ONE}/withdraw", "withdraw", shelf.withdraw, POST),
    (f"{ONE}/submit", "submit", shelf.submit, POST),
    (f"{ONE}/redraft", "redraft", shelf.redraft, POST),
    (f"{ONE}/forget", "forget", review.forget, POST),
    (f"{ONE}/versions", "versions", versions.index, GET),
    (f"{ONE}/versions/<int:revision>/restore", "restore", versions.restore, POST),
    (PROPOSAL, "proposal", versions.proposal, GET),
    (f"{PROPOSAL}/accept", "accept", versions.accept, POST),
    (f"{PROPOSAL}/dismiss", "dismiss", versions.dismiss, POST),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)
