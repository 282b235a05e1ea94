"""Signing in (Flask-Security: /login, /logout, /profile/password) and one's own settings."""

from flask import Blueprint

from portal.access import sign_in_first
from portal.auth import notices, profile

blueprint = Blueprint("auth", __name__)
blueprint.before_request(sign_in_first)

blueprint.add_url_rule("/profile", "profile", profile.show)
blueprint.add_url_rule("/profile", "save", profile.save, methods=["POST"])
blueprint.add_url_rule("/profile/notices", "notices", notices.show)
blueprint.add_url_rule("/profile/notices", "save_notices", notices.save, methods=["POST"])
