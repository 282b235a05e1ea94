"""The HTTP interface, version 1: bearer tokens, JSON, problem documents. The whole list of its URLs."""

from flask import Blueprint

from portal import monitors
from portal.api import (
    alerts,
    articles,
    bodies,
    callers,
    calls,
    chat,
    cloudevents,
    description,
    diagnosis,
    helping,
    incidents,
    joins,
    oncall,
    routing,
)

PREFIX = "/api/v1"

blueprint = Blueprint("api", __name__, url_prefix=PREFIX)
blueprint.before_request(callers.authenticate)

URLS = (
    ("GET", "/openapi.json", description.openapi),
    ("POST", "/incidents", incidents.report),
    ("GET", "/incidents", incidents.index),
    ("GET", "/incidents/<number>", incidents.show),
    ("POST", "/incidents/<number>/entries", incidents.add_entry),
    ("POST", "/incidents/<number>/outcome", incidents.tell_outcome),
    ("POST", "/incidents/<number>/transitions", incidents.change_state),
    ("POST", "/incidents/<number>/escalations", helping.escalate),
    ("POST", "/incidents/<number>/vendors", helping.ask_vendor),
    ("GET", "/incidents/<number>/swarm", helping.show_swarm),
    ("POST", "/incidents/<number>/swarm", helping.start_swarm),
    ("PATCH", "/incidents/<number>/swarm", helping.change_swarm),
    ("GET", "/routing/rules", routing.rules),
    ("POST", "/routing/rules", routing.add_rule),
    ("PATCH", "/routing/rules/<int:rule_id>", routing.change_rule),
    ("DELETE", "/routing/rules/<int:rule_id>", routing.remove_rule),
    ("POST", "/routing/trial", routing.try_rules),
    ("GET", "/routing/steps", routing.steps),
    ("POST", "/routing/steps", routing.add_step),
    ("DELETE", "/routing/steps/<int:rule_id>", routing.remove_step),
    ("GET", "/absences", routing.list_absences),
    ("POST", "/absences", routing.announce_absence),
    ("DELETE", "/absences/<int:absence_id>", routing.call_off_absence),
    ("GET", "/incidents/<number>/diagnosis", diagnosis.show),
    ("POST", "/incidents/<number>/hypotheses", diagnosis.suppose),
    ("POST", "/incidents/<number>/hypotheses/<hypothesis>", diagnosis.decide),
    ("POST", "/incidents/<number>/proposals", diagnosis.propose),
    ("POST", "/incidents/<number>/time", diagnosis.time),
    ("POST", "/incidents/<number>/rating", diagnosis.rate),
    ("POST", "/calls", calls.log),
    ("POST", "/incidents/<number>/acknowledge", oncall.acknowledge),
    ("POST", "/incidents/<number>/join", joins.join),
    ("POST", "/incidents/<number>/apart", joins.apart),
    ("POST", "/incidents/<number>/split", joins.split_off),
    ("GET", "/articles", articles.index),
    ("POST", "/articles", articles.create),
    ("GET", "/articles/<reference>", articles.show),
    ("PATCH", "/articles/<reference>", articles.edit),
    ("POST", "/chat", chat.say),
    ("POST", "/alerts/alertmanager", alerts.take),
    ("POST", "/alerts/cloudevents", cloudevents.take_events),
)

for _method, _path, _view in URLS:
    blueprint.add_url_rule(
        _path,
        endpoint=_view.__name__ + "_" + _view.__module__.rpartition(".")[2],
        view_func=_view,
        methods=[_method],
    )

callers.prepare(blueprint)
bodies.prepare(blueprint)
monitors.prepare(blueprint)
