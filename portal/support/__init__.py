"""Support's workspace: one queue over all channels, the incident page, calls and outages."""

from flask import Blueprint

from incidents.policy import Action
from portal.access import only_who_may
from portal.support import (
    actions,
    articles,
    calls,
    chat,
    handing_over,
    incident,
    live,
    mail,
    outages,
    people,
    queue,
    swarm,
    writing,
)

blueprint = Blueprint("support", __name__, url_prefix="/desk")
blueprint.before_request(only_who_may(Action.SEE_QUEUE))

GET, POST = ["GET"], ["POST"]
ONE = "/<number>"
for rule, endpoint, view, methods in (
    ("", "queue", queue.show, GET),
    ("/rows", "queue_rows", queue.rows, GET),
    ("/views", "save_view", queue.save_view, POST),
    ("/views/<int:view_id>/drop", "drop_view", queue.drop_view, POST),
    ("/live", "live", live.stream, GET),
    ("/live/poll", "live_poll", live.poll, GET),
    ("/new", "call", calls.show, GET),
    ("/new", "log_call", calls.log, POST),
    ("/new/callers", "callers", calls.callers, GET),
    ("/new/fixes", "call_fixes", calls.fixes, GET),
    ("/fixes", "find_fixes", articles.options, GET),
    ("/articles", "find_articles", articles.find_articles, GET),
    ("/texts", "texts", writing.texts, GET),
    ("/texts", "save_text", writing.save_text, POST),
    ("/texts/<int:reply_id>/drop", "drop_text", writing.drop_text, POST),
    ("/outages", "outages", outages.index, GET),
    ("/outages", "declare_outage", outages.declare, POST),
    ("/outages/<int:outage_id>", "outage", outages.show, GET),
    ("/outages/<int:outage_id>", "correct_outage", outages.correct, POST),
    ("/outages/<int:outage_id>/end", "end_outage", outages.end, POST),
    ("/people", "people", people.show, GET),
    ("/people/absences", "announce_absence", people.announce, POST),
    ("/people/absences/<int:absence_id>/off", "call_off_absence", people.call_off, POST),
    (ONE, "incident", incident.show, GET),
    (f"{ONE}/news", "news", incident.news, GET),
    (f"{ONE}/panel/<doing>", "panel", incident.panel, GET),
    (f"{ONE}/fixes", "suggestions", articles.suggestions, GET),
    (f"{ONE}/reply", "reply", writing.reply, POST),
    (f"{ONE}/held/<int:held_id>/undo", "undo_reply", writing.undo, POST),
    (f"{ONE}/draft", "draft", writing.draft, POST),
    (f"{ONE}/here", "here", writing.look, POST),
    (f"{ONE}/latest", "latest", writing.latest, GET),
    (f"{ONE}/texts/<int:reply_id>", "canned_text", writing.canned_text, GET),
    (f"{ONE}/note", "note", actions.note, POST),
    (f"{ONE}/take", "take", actions.take, POST),
    (f"{ONE}/escalate", "escalate", handing_over.escalate, POST),
    (f"{ONE}/swarm", "start_swarm", swarm.start, POST),
    (f"{ONE}/swarm/invite", "invite_to_swarm", swarm.invite, POST),
    (f"{ONE}/swarm/answer", "answer_swarm", swarm.answer, POST),
    (f"{ONE}/swarm/note", "swarm_note", swarm.note, POST),
    (f"{ONE}/swarm/findings", "write_findings", swarm.write_findings, POST),
    (f"{ONE}/swarm/end", "end_swarm", swarm.end, POST),
    (f"{ONE}/vendor", "ask_vendor", handing_over.ask_vendor, POST),
    (f"{ONE}/wait", "wait", actions.wait, POST),
    (f"{ONE}/resolve", "resolve", actions.resolve, POST),
    (f"{ONE}/facts", "correct_facts", actions.correct_facts, POST),
    (f"{ONE}/chat/look", "chat_look", chat.look, POST),
    (f"{ONE}/chat/say", "chat_say", chat.say, POST),
    (f"{ONE}/chat/back", "chat_back", chat.back, POST),
    (f"{ONE}/mail/<int:entry_id>", "mail", mail.show, GET),
    (f"{ONE}/mail/<int:entry_id>/html", "mail_html", mail.html, GET),
    (f"{ONE}/mail/<int:entry_id>/picture/<int:position>", "mail_picture", mail.picture, GET),
    (f"{ONE}/mail/<int:entry_id>/raw", "mail_raw", mail.raw, GET),
    (f"{ONE}/mail/<int:entry_id>/split", "split", mail.split, POST),
    (f"{ONE}/<doing>", "move", actions.move, POST),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)
