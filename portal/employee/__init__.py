"""What an employee sees: one question, known fixes, their own incidents."""

from flask import Blueprint, render_template

from portal.access import sign_in_first

blueprint = Blueprint("employee", __name__)
blueprint.before_request(sign_in_first)

blueprint.add_url_rule(
    "/", "home", lambda: render_template("errors/page.html", title="Home", sentence="Soon.")
)
