"""The doors of a demo: one-click sign-in and the local mailbox. On a real desk they do not exist."""

from flask import Blueprint

from portal.demo import doors, mail, people

blueprint = Blueprint("demo", __name__, url_prefix="/demo")
blueprint.before_request(doors.only_when_open)
blueprint.app_context_processor(lambda: {"demo_people": people.on_offer, "demo_is_open": doors.are_open})

blueprint.add_url_rule("/people", "people", people.show)
blueprint.add_url_rule("/people/<int:person_id>", "sign_in", people.sign_in, methods=["POST"])
blueprint.add_url_rule("/mail", "mail", mail.show)
blueprint.add_url_rule("/mail/<int:letter_id>", "message", mail.message)
blueprint.add_url_rule("/mail/<int:letter_id>/html", "message_html", mail.html)
