"""The interface as a program sees it: tokens, JSON, nothing of the browser."""

from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from firstline.db import db
from firstline.settings import Settings
from incidents.people import Person, Role, Team, create_token
from knowledge_base import articles
from knowledge_base.articles import Draft
from knowledge_base.models import Article
from portal import create_app
from tests import ground
from tests.servers import free_port


@dataclass(frozen=True)
class Program:
    """One program with a token; each call is one of its own, as if from outside."""

    app: Flask
    token: str | None

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.call("GET", path, **more)

    def post(self, path: str, body: object = None, **more: Any) -> TestResponse:
        return self.call("POST", path, **({} if body is None else {"json": body}), **more)

    def call(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> TestResponse:
        known = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        client = self.app.test_client()
        answer: TestResponse = Context().run(
            client.open, f"/api/v1{path}", method=method, headers={**known, **(headers or {})}, **more
        )
        return answer


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    away = f"http://127.0.0.1:{free_port()}"
    app = create_app(
        replace(settings, rasa_url=away), TESTING=True, JOBS_INLINE=True, RATELIMIT_ENABLED=False
    )
    with app.app_context():
        ground.lay()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def program(app: Flask, person: Callable[..., Person], desk: dict[str, Team]) -> Callable[..., Program]:
    """A program that acts for this person: `program("tess", Role.AGENT)`."""

    def make(name: str, role: Role = Role.EMPLOYEE) -> Program:
        person(name, role)
        return Program(app, create_token(f"{name}@example.com", role))

    return make


@pytest.fixture
def erin(program: Callable[..., Program]) -> Program:
    return program("erin")


@pytest.fixture
def tess(program: Callable[..., Program]) -> Program:
    return program("tess", Role.AGENT)


@pytest.fixture
def stranger(app: Flask) -> Program:
    return Program(app, None)


@pytest.fixture
def vpn_fix(app: Flask) -> Article:
    body = "The tunnel drops.\n\n## Fix\n\n1. Restart the router.\n2. Choose the nearest gateway.\n"
    return articles.create(
        Draft(title="VPN keeps disconnecting", body=body, keywords="vpn, drops"), publish=True
    )
