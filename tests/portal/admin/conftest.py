"""As at support's pages, with an administrator."""

import pytest

from incidents.people import Role
from tests.portal.support.conftest import app, browser_of

__all__ = ["app", "browser_of"]


@pytest.fixture
def ada_herself(person, desk):
    return person("ada", Role.ADMIN, desk["third"])


@pytest.fixture
def ada(browser_of, ada_herself):
    """The administrator's browser."""
    return browser_of(ada_herself)
