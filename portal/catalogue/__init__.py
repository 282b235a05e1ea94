"""The catalogue as support reads it: services, what they need, their items, and what happened to each."""

from flask import Blueprint

from incidents.policy import Action
from portal.access import only_who_may
from portal.catalogue import pages

blueprint = Blueprint("catalogue", __name__, url_prefix="/services")
blueprint.before_request(only_who_may(Action.SEE_QUEUE))

for rule, endpoint, view in (
    ("", "index", pages.index),
    ("/<slug>", "service", pages.service),
    ("/items/<tag>", "item", pages.item),
):
    blueprint.add_url_rule(rule, endpoint, view)
