"""Every address of the portal, walked as every role and as a stranger."""

import io
from contextvars import Context
from dataclasses import dataclass

import pytest
from werkzeug.routing import Rule

from firstline.db import db, write
from incidents.attachments import Upload
from incidents.intake import Report, report
from incidents.models import Attachment, Channel
from incidents.people import Role, create_token
from incidents.services import Outage
from knowledge_base import articles
from knowledge_base.articles import Draft
from portal import create_app
from tests import ground

STRANGER = "stranger"
ROLES = [STRANGER, *(role for role in Role if role != Role.CONTACT)]
SUPPORT = {Role.AGENT, Role.LEAD, Role.ADMIN}
SIGNED_IN = set(ROLES) - {STRANGER}
AT_THE_PORTAL = SIGNED_IN - {Role.MONITOR}
"""Machines have tokens; to the sign-in page they do not exist."""
EVERYBODY = set(ROLES)
AUTHORS = {Role.AUTHOR, Role.LEAD, Role.ADMIN}
DRAFTERS = AUTHORS | {Role.AGENT}

DOORS = {
    # blueprint: who may pass
    "employee": AT_THE_PORTAL,
    "auth": AT_THE_PORTAL,
    "chat": AT_THE_PORTAL,
    "bell": AT_THE_PORTAL,
    "support": SUPPORT,
    "problems": SUPPORT,
    "reviews": SUPPORT,
    "catalogue": SUPPORT,
    "reports": SUPPORT,
    "majors": SUPPORT,
    "outcomes": AUTHORS,
    "knowledge": DRAFTERS,
    "admin": {Role.ADMIN},
    "api": SIGNED_IN,
    "answer": EVERYBODY,
    "hooks": set(),
    "wake": EVERYBODY,
    "demo": EVERYBODY,
    "health": EVERYBODY,
    "security": EVERYBODY,
    "": EVERYBODY,
}
NARROWER = {
    "wake.mine": SUPPORT,
    "wake.acknowledge": SUPPORT,
    "security.change_password": AT_THE_PORTAL,
    "security.verify": AT_THE_PORTAL,
    "api.openapi_description": EVERYBODY,
    "api.create_articles": DRAFTERS,
    "api.edit_articles": DRAFTERS,
    "knowledge.publish": AUTHORS,
    "reviews.publish": {Role.LEAD, Role.ADMIN},
    "knowledge.withdraw": AUTHORS,
    "knowledge.accept": AUTHORS,
    "knowledge.dismiss": AUTHORS,
    "knowledge.exchange": AUTHORS,
    "knowledge.look_at": AUTHORS,
    "knowledge.take_in": AUTHORS,
    "knowledge.export_markdown": AUTHORS,
    "knowledge.export_lines": AUTHORS,
    "knowledge.review": AUTHORS,
    "knowledge.leave": AUTHORS,
    "knowledge.bring_back": AUTHORS,
    "knowledge.start": AUTHORS,
    "knowledge.compare": AUTHORS,
    "knowledge.forget": AUTHORS,
    "knowledge.sayings": AUTHORS,
    "knowledge.decide": AUTHORS,
    "knowledge.take_back": AUTHORS,
    "api.rules_routing": {Role.ADMIN},
    "api.add_rule_routing": {Role.ADMIN},
    "api.change_rule_routing": {Role.ADMIN},
    "api.remove_rule_routing": {Role.ADMIN},
    "api.try_rules_routing": {Role.ADMIN},
    "api.steps_routing": {Role.ADMIN},
    "api.add_step_routing": {Role.ADMIN},
    "api.remove_step_routing": {Role.ADMIN},
    "api.list_absences_routing": SUPPORT,
    "api.announce_absence_routing": SUPPORT,
    "api.call_off_absence_routing": SUPPORT,
    "api.take_alerts": {Role.MONITOR, Role.ADMIN},
    "api.take_events_cloudevents": {Role.MONITOR, Role.ADMIN},
    "api.log_calls": SUPPORT,
    "support.decide_remediation": {Role.LEAD, Role.ADMIN},
    "support.satisfaction": {Role.LEAD, Role.ADMIN},
    "support.board": {Role.LEAD, Role.ADMIN},
    "support.give": {Role.LEAD, Role.ADMIN},
}
OWN_ONLY = {"number", "attachment_id"}
"""Arguments that name an incident or a file of somebody else: hidden from all but support."""

REFUSED = {302, 401, 403, 404}


@dataclass
class World:
    app: object
    arguments: dict[str, object]
    people: dict[str, object]
    tokens: dict[str, str]


@pytest.fixture
def app(settings):
    app = create_app(
        settings, TESTING=True, JOBS_INLINE=True, WTF_CSRF_CHECK_DEFAULT=False, RATELIMIT_ENABLED=False
    )
    with app.app_context():
        ground.lay()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def world(app, person, desk):
    people = {role: person(f"some-{role}", role) for role in ROLES if role != STRANGER}
    owner = person("erin")
    incident = report(
        Report(
            requester_id=owner.id,
            description="vpn drops",
            channel=Channel.PORTAL,
            attachments=[Upload("a.txt", b"words")],
        )
    )
    with write() as session:
        session.add(Outage(title="VPN is slow", since=incident.created_at))
    article = articles.create(Draft(title="VPN drops", body="## Fix\n\n1. Restart it."), publish=True)
    attachment = db.session.query(Attachment).one()
    arguments = {
        "number": incident.number,
        "attachment_id": attachment.id,
        "slug": article.slug,
        "reference": article.slug,
        "article_id": article.id,
        "outage_id": 1,
        "person_id": owner.id,
        "rule_id": 1,
        "absence_id": 1,
        "token": "forged",
        "doing": "cancel",
        "hypothesis_id": 1,
        "hypothesis": "1",
        "entry_id": 1,
        "position": 0,
        "name": "nothing",
        "filename": "nothing",
    }
    tokens = {role: create_token(one.email, Role(role)) for role, one in people.items()}
    return World(app, arguments, people, tokens)


def client_of(world, role, *, by_token):
    client = world.app.test_client()
    if role == STRANGER:
        return client, {}
    if by_token:
        return client, {"Authorization": f"Bearer {world.tokens[role]}"}
    with client.session_transaction() as session:
        session["_user_id"] = world.people[role].fs_uniquifier
        session["_fresh"] = True
    return client, {}


def may_pass(rule: Rule, role: str) -> bool:
    blueprint = rule.endpoint.rpartition(".")[0]
    if role not in NARROWER.get(rule.endpoint, DOORS[blueprint]):
        return False
    return not (rule.arguments & OWN_ONLY and role not in SUPPORT)


def ask(client, rule, world, method, headers):
    path = rule.build({name: world.arguments.get(name, 1) for name in rule.arguments}, append_unknown=False)
    assert path is not None, rule
    if rule.endpoint.startswith("api.") and method != "GET":
        return Context().run(client.open, path[1], method=method, json={}, headers=headers).status_code
    data = {"file": (io.BytesIO(b"x"), "x.txt")} if method != "GET" else None
    # Each request in a context of its own: who signed out in one would be a stranger in the next.
    with Context().run(client.open, path[1], method=method, data=data, headers=headers) as answer:
        return answer.status_code


@pytest.mark.parametrize("role", ROLES)
def test_every_address_lets_in_exactly_whom_the_table_names(world, role):
    wrong = []
    for rule in world.app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            by_token = rule.endpoint.startswith("api.")
            client, headers = client_of(world, role, by_token=by_token)
            status = ask(client, rule, world, method, headers)
            if status >= 500 and rule.endpoint != "health.readyz":
                wrong.append(f"{role} {method} {rule.rule} broke: {status}")
            elif not may_pass(rule, role) and status not in REFUSED:
                wrong.append(f"{role} {method} {rule.rule} was let in: {status}")
            elif may_pass(rule, role) and status in {401, 403}:
                wrong.append(f"{role} {method} {rule.rule} was shut out: {status}")
    assert wrong == []


def test_every_blueprint_has_a_door_in_the_table(app):
    assert {rule.endpoint.rpartition(".")[0] for rule in app.url_map.iter_rules()} <= set(DOORS)
