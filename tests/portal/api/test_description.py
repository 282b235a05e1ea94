"""Requests made from the description: whatever comes, the answers are as described."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode, checks

from incidents.people import Role
from knowledge_base.models import Article
from portal.api import URLS
from tests.portal.api.conftest import Program

EXAMPLES = 15
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture
def ada(program: Callable[..., Program], vpn_fix: Article) -> Program:
    """An administrator, with an incident and an article to be found."""
    ada = program("ada", Role.ADMIN)
    ada.post("/incidents", {"title": "VPN drops"})
    return ada


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(
    ("method", "path"), [(method, path) for method, path, _ in URLS if path != "/openapi.json"]
)
def test_every_answer_is_as_described(
    app: Flask, ada: Program, method: str, path: str, mode: GenerationMode
) -> None:
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    operation = described["/api/v1" + re.sub(r"<(?:int:)?(\w+)>", r"{\1}", path)][method]

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=operation.as_strategy(generation_mode=mode))
    def calls(case: Any) -> None:
        # Every request with a token: what comes without one is another test's.
        case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {ada.token}"})

    calls()
