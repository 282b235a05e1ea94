"""The chat window and its page, the same conversation in both. The whole list of its URLs."""

from flask import Blueprint

from portal.access import sign_in_first
from portal.chat import views
from portal.limits import limiter

blueprint = Blueprint("chat", __name__, url_prefix="/chat")
blueprint.before_request(sign_in_first)
blueprint.add_url_rule("/", "page", views.page, strict_slashes=False)
blueprint.add_url_rule("/window", "window", views.window)
blueprint.add_url_rule("/transcript", "transcript", views.transcript)
blueprint.add_url_rule("/look", "look", views.look, methods=["POST"])
blueprint.add_url_rule("/say", "say", limiter.limit("90 per minute")(views.say), methods=["POST"])
