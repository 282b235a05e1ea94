"""What an employee sees: one question, known fixes, their own incidents."""

from flask import Blueprint

from portal.access import sign_in_first
from portal.employee import (
    attachments,
    decisions,
    fixes,
    home,
    incidents,
    pictures,
    remediations,
    report,
    same,
    status,
    verdicts,
)

blueprint = Blueprint("employee", __name__)
blueprint.before_request(sign_in_first)

GET, POST = ["GET"], ["POST"]
ONE = "/incidents/<number>"
for rule, endpoint, view, methods in (
    ("/", "home", home.show, GET),
    ("/suggestions", "suggestions", home.suggestions, GET),
    ("/report", "report", report.show, GET),
    ("/report", "send_report", report.send, POST),
    ("/report/words", "start_report", report.start, POST),
    ("/report/on/<number>", "go_on", report.go_on, POST),
    ("/status", "status", status.show, GET),
    ("/status/<slug>", "status_of", status.of_service, GET),
    ("/status/<slug>/follow", "follow", status.follow, POST),
    ("/outages/<int:outage_id>/seen", "read_news", status.read, POST),
    ("/outages/<int:outage_id>/me-too", "me_too", status.me_too, POST),
    ("/incidents", "incidents", incidents.index, GET),
    (ONE, "incident", incidents.show, GET),
    (f"{ONE}/logged", "logged", incidents.logged, GET),
    (f"{ONE}/reply", "reply", decisions.reply, POST),
    (f"{ONE}/outcome", "outcome", decisions.tell_outcome, POST),
    (f"{ONE}/confirm", "confirm", decisions.confirm, POST),
    (f"{ONE}/reopen", "reopen", decisions.reopen, POST),
    (f"{ONE}/rate", "rate", decisions.rate, POST),
    (f"{ONE}/cancel", "cancel", decisions.cancel, POST),
    (f"{ONE}/remediations/<slug>", "start_remediation", remediations.start, POST),
    (f"{ONE}/same", "say_same", same.say_same, POST),
    (f"{ONE}/other", "say_other", same.say_other, POST),
    ("/attachments/<int:attachment_id>", "attachment", attachments.download, GET),
    ("/pictures/<int:picture_id>", "picture", pictures.show, GET),
    ("/fixes", "fixes", fixes.index, GET),
    ("/fixes/<slug>", "fix", fixes.show, GET),
    ("/fixes/<slug>/outcome", "fix_outcome", verdicts.tell_outcome, POST),
    ("/fixes/<slug>/remediations/<remedy>", "start_from_article", remediations.start_from_article, POST),
    ("/fixes/<slug>/feedback", "fix_feedback", verdicts.tell_feedback, POST),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)
