"""Incident reviews: the list, one review to write and to meet about, and its copies as files."""

from flask import Blueprint

from incidents.policy import Action
from portal.access import only_who_may
from portal.reviews import changes, copies, pages

blueprint = Blueprint("reviews", __name__, url_prefix="/reviews")
blueprint.before_request(only_who_may(Action.SEE_QUEUE))

GET, POST = ["GET"], ["POST"]
ONE = "/<number>"
for rule, endpoint, view, methods in (
    ("", "index", pages.index, GET),
    ("", "begin", changes.begin, POST),
    (ONE, "review", pages.show, GET),
    (ONE, "save", changes.save, POST),
    (f"{ONE}/meeting", "meeting", pages.meeting, GET),
    (f"{ONE}/publish", "publish", changes.publish, POST),
    (f"{ONE}/close", "close", changes.close, POST),
    (f"{ONE}/moments", "add_moment", changes.add_moment, POST),
    (f"{ONE}/moments/<int:moment_id>/remove", "remove_moment", changes.remove_moment, POST),
    (f"{ONE}/actions", "promise", changes.promise, POST),
    (f"{ONE}/actions/<int:action_id>/done", "finish", changes.finish, POST),
    (f"{ONE}/actions/<int:action_id>/drop", "drop", changes.drop, POST),
    (f"{ONE}/review.md", "markdown", copies.markdown, GET),
    (f"{ONE}/review.pdf", "pdf", copies.pdf, GET),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)
