"""The bell on every page: what one is told on the web, as a list, a count, and news for the browser."""

from flask import Blueprint

from portal.access import sign_in_first
from portal.bell import pages

blueprint = Blueprint("bell", __name__, url_prefix="/notices")
blueprint.before_request(sign_in_first)
blueprint.app_context_processor(pages.for_every_page)

blueprint.add_url_rule("", "index", pages.index)
blueprint.add_url_rule("/news", "news", pages.news)
blueprint.add_url_rule("/read", "read", pages.read, methods=["POST"])
