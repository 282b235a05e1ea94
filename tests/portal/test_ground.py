"""What every page stands on: headers, static files, errors by the asker's manners, the demo's doors."""

import gzip
from contextvars import Context
from dataclasses import replace

import pytest

from firstline.db import db
from firstline.settings import Address
from incidents.people import Role
from portal import create_app
from portal.headers import POLICY


@pytest.fixture
def app(settings):
    app = create_app(settings, TESTING=True, JOBS_INLINE=True)
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def ask(app):
    client = app.test_client()
    return lambda path, **more: Context().run(client.get, path, **more)


def test_pages_allow_no_script_but_our_own_files(ask):
    answer = ask("/login")
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert "'unsafe" not in POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script>" not in answer.text and " style=" not in answer.text and " onclick" not in answer.text


def test_session_cookies_are_kept_from_scripts_and_other_sites(ask):
    cookie = ask("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie


def test_behind_https_cookies_travel_only_there(settings):
    app = create_app(replace(settings, base_url="https://desk.example.com"), JOBS_INLINE=True)
    assert app.config["SESSION_COOKIE_SECURE"]


def test_static_files_are_kept_for_a_year_by_their_content_and_sent_small(app, ask):
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("firstline.css")
    answer = ask(address, headers={"Accept-Encoding": "gzip"})
    assert "Set-Cookie" not in answer.headers
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.data) < len(gzip.decompress(answer.data))
    assert "immutable" not in ask("/static/firstline.css?v=older").headers["Cache-Control"]
    assert ask(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize(
    "path", ["/static/../pyproject.toml", "/static/%2e%2e/pyproject.toml", "/static/vendor/.setup.stamp"]
)
def test_only_static_files_are_served(ask, path):
    assert ask(path).status_code == 404


def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_programs(ask):
    assert "There is nothing at this address." in ask("/nothing").text
    answer = ask("/nothing", headers={"HX-Request": "true", "HX-Request-Type": "partial"})
    assert answer.status_code == 404 and "<html" not in answer.text
    answer = ask("/api/v1/nothing")
    assert answer.mimetype == "application/problem+json" and answer.json["status"] == 404


def test_a_broken_page_stands_without_the_database(app, ask, monkeypatch):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setitem(app.view_functions, "security.login", lambda: 1 / 0)
    answer = ask("/login")
    assert answer.status_code == 500 and "Something broke on our side." in answer.text


def test_one_click_signs_in_as_a_demo_person(app, person):
    person("erin")
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    assert "Erin" in Context().run(client.get, "/login").text
    answer = Context().run(client.post, "/demo/people/1?next=//evil.example")
    assert answer.status_code == 303 and answer.headers["Location"] == "/"
    assert Context().run(client.get, "/").status_code == 200


@pytest.mark.parametrize("role", [Role.CONTACT, Role.MONITOR])
def test_nobody_can_be_a_contact_or_a_machine(app, person, role):
    person("robot", role)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    assert "Robot" not in Context().run(client.get, "/login").text
    assert Context().run(client.post, "/demo/people/1").status_code == 404


DOORS = ["/demo/people", "/demo/mail"]


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "desk.example.com"},
        {"X-Forwarded-For": "10.0.0.1"},
        {"X-Forwarded-Host": "127.0.0.1"},
        {"Forwarded": "for=10.0.0.1"},
    ],
)
def test_the_demos_doors_are_shut_to_whoever_comes_from_elsewhere(ask, person, path, headers):
    person("erin")
    assert ask(path).status_code == 200
    assert ask(path, headers=headers).status_code == 404
    assert "Erin" not in ask("/login", headers=headers).text


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("change", [{"demo": False}, {"listen": Address("0.0.0.0", 8000)}])
def test_outside_a_demo_on_loopback_there_are_no_doors(settings, app, path, change):
    real = create_app(replace(settings, **change), TESTING=True, JOBS_INLINE=True)
    assert Context().run(real.test_client().get, path).status_code == 404
