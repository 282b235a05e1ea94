"""Problems: the list, one problem with its known error, and what may have one cause."""

from flask import Blueprint

from incidents.policy import Action
from portal.access import only_who_may
from portal.problems import changes, pages

blueprint = Blueprint("problems", __name__, url_prefix="/problems")
blueprint.before_request(only_who_may(Action.SEE_QUEUE))

GET, POST = ["GET"], ["POST"]
ONE = "/<number>"
for rule, endpoint, view, methods in (
    ("", "index", pages.index, GET),
    ("/new", "new", pages.new, GET),
    ("/new", "open", changes.open_problem, POST),
    ("/proposals/<int:proposal_id>", "accept", changes.accept, POST),
    ("/proposals/<int:proposal_id>/dismiss", "dismiss", changes.dismiss, POST),
    ("/proposals/<int:proposal_id>/bring-back", "bring_back", changes.bring_back, POST),
    (ONE, "problem", pages.show, GET),
    (ONE, "save", changes.save, POST),
    (f"{ONE}/steps", "lead_on", changes.lead_on, POST),
    (f"{ONE}/incidents", "link", changes.link, POST),
    (f"{ONE}/incidents/<int:incident_id>/unlink", "unlink", changes.unlink, POST),
    (f"{ONE}/merge", "merge", changes.merge, POST),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)
