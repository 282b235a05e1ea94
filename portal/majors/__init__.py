"""Major incidents: those that run and were, declaring one, telling news, ending it."""

from flask import Blueprint

from incidents.policy import Action
from portal.access import only_who_may
from portal.majors import pages

blueprint = Blueprint("majors", __name__, url_prefix="/majors")
blueprint.before_request(only_who_may(Action.SEE_QUEUE))

GET, POST = ["GET"], ["POST"]
ONE = "/<int:major_id>"
for rule, endpoint, view, methods in (
    ("", "index", pages.index, GET),
    ("/of/<number>", "new", pages.new, GET),
    ("/of/<number>", "declare", pages.declare, POST),
    ("/of/<number>/propose", "propose", pages.propose, POST),
    (ONE, "major", pages.show, GET),
    (f"{ONE}/news", "tell", pages.tell, POST),
    (f"{ONE}/reports", "hang_on", pages.hang_on, POST),
    (f"{ONE}/decline", "decline", pages.decline, POST),
    (f"{ONE}/end", "end", pages.end, POST),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)
