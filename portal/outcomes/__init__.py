"""What self-help came to: for those who write the fixes and those who answer for the desk."""

from flask import Blueprint

from incidents.policy import Action
from portal.access import only_who_may
from portal.outcomes import page

blueprint = Blueprint("outcomes", __name__, url_prefix="/outcomes")
blueprint.before_request(only_who_may(Action.WRITE_ARTICLES))

for rule, endpoint, view in (
    ("", "index", page.show),
    ("/figures.csv", "figures", page.download),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=["GET"])
