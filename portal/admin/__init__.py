"""Set-up in the browser: people, teams, services, tokens, mail, the hold-out and the health of every part."""

from flask import Blueprint

from incidents.policy import Action
from portal.access import only_who_may
from portal.admin import (
    closing,
    health,
    holdout,
    importing,
    ladder,
    mail,
    mailboxes,
    monitoring,
    people,
    routing,
    sections,
    services,
    teams,
    tokens,
)

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
blueprint.before_request(only_who_may(Action.ADMINISTER))
blueprint.context_processor(lambda: {"sections": sections.SECTIONS, "here": sections.here()})

GET, POST = ["GET"], ["POST"]
for rule, endpoint, view, methods in (
    ("", "index", health.show, GET),
    ("/people", "people", people.index, GET),
    ("/people", "add_person", people.add, POST),
    ("/people/<int:person_id>", "person", people.show, GET),
    ("/people/<int:person_id>", "change_person", people.change, POST),
    ("/teams", "teams", teams.index, GET),
    ("/teams", "add_team", teams.save, POST),
    ("/teams/<int:team_id>", "team", teams.index, GET),
    ("/teams/<int:team_id>", "change_team", teams.save, POST),
    ("/teams/<int:team_id>/remove", "remove_team", teams.remove, POST),
    ("/services", "services", services.index, GET),
    ("/services", "add_service", services.save, POST),
    ("/services/<int:service_id>", "service", services.index, GET),
    ("/services/<int:service_id>", "change_service", services.save, POST),
    ("/services/import", "importing", importing.index, GET),
    ("/services/import", "import_services", importing.take_in, POST),
    ("/routing", "rules", routing.index, GET),
    ("/routing", "add_rule", routing.save, POST),
    ("/routing/try", "try_rules", routing.show_trial, GET),
    ("/routing/try", "try_words", routing.try_words, POST),
    ("/routing/<int:rule_id>", "rule", routing.index, GET),
    ("/routing/<int:rule_id>", "change_rule", routing.save, POST),
    ("/routing/<int:rule_id>/move", "move_rule", routing.move, POST),
    ("/routing/<int:rule_id>/switch", "switch_rule", routing.switch, POST),
    ("/routing/<int:rule_id>/remove", "remove_rule", routing.remove, POST),
    ("/escalation", "steps", ladder.index, GET),
    ("/escalation", "add_step", ladder.save, POST),
    ("/escalation/<int:rule_id>", "step", ladder.index, GET),
    ("/escalation/<int:rule_id>", "change_step", ladder.save, POST),
    ("/escalation/<int:rule_id>/remove", "remove_step", ladder.remove, POST),
    ("/alerts", "alerts", monitoring.index, GET),
    ("/maintenance", "maintenance", monitoring.windows, GET),
    ("/maintenance", "plan_maintenance", monitoring.plan, POST),
    ("/maintenance/<int:window_id>/end", "end_maintenance", monitoring.end_window, POST),
    ("/sources", "sources", monitoring.show_sources, GET),
    ("/sources", "add_source", monitoring.save_source, POST),
    ("/sources/<int:source_id>", "source", monitoring.show_sources, GET),
    ("/sources/<int:source_id>", "change_source", monitoring.save_source, POST),
    ("/tokens", "tokens", tokens.index, GET),
    ("/tokens/<int:token_id>/revoke", "revoke_token", tokens.revoke, POST),
    ("/closing", "closing", closing.show, GET),
    ("/closing", "choose_closing", closing.choose, POST),
    ("/causes", "add_cause", closing.save_cause, POST),
    ("/causes/<slug>", "change_cause", closing.save_cause, POST),
    ("/hold-out", "holdout", holdout.show, GET),
    ("/hold-out", "choose_holdout", holdout.choose, POST),
    ("/mail", "mail", mail.index, GET),
    ("/mailboxes", "mailboxes", mailboxes.index, GET),
    ("/mailboxes", "add_mailbox", mailboxes.save, POST),
    ("/mailboxes/<int:mailbox_id>", "mailbox", mailboxes.index, GET),
    ("/mailboxes/<int:mailbox_id>", "change_mailbox", mailboxes.save, POST),
    ("/mailboxes/<int:mailbox_id>/pause", "pause_mailbox", mailboxes.pause, POST),
    ("/mailboxes/<int:mailbox_id>/try", "try_mailbox", mailboxes.connect, POST),
    ("/mail/<int:raw_id>", "message", mail.show, GET),
    ("/mail/<int:raw_id>/again", "judge_again", mail.judge_again, POST),
    ("/notices/<int:notice_id>", "settle_notice", mail.settle, POST),
):
    blueprint.add_url_rule(rule, endpoint, view, methods=methods)
