"""Hundreds of requests made from the description: whatever comes, the answers are as described."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig

from incidents.people import Role
from knowledge_base.models import Article
from tests.portal.api.conftest import Program

EXAMPLES = 12
CHECKED = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
]


@pytest.fixture
def described(app: Flask, program: Callable[..., Program], vpn_fix: Article) -> Any:
    admin = program("ada", Role.ADMIN)
    admin.post("/incidents", {"title": "VPN drops"})
    config = SchemathesisConfig.from_dict({"headers": {"Authorization": f"Bearer {admin.token}"}})
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=config)


schema = schemathesis.pytest.from_fixture("described")


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_as_described(case: Any) -> None:
    checks = [getattr(schemathesis.checks, name, None) for name in CHECKED]
    case.call_and_validate(checks=[check for check in checks if check])
