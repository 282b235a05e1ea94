"""As at support's pages, with somebody who leads."""

import pytest

from incidents.people import Role
from tests.portal.support.conftest import app, browser_of

__all__ = ["app", "browser_of"]


@pytest.fixture
def lena(browser_of, person, desk):
    """The lead's browser."""
    return browser_of(person("lena", Role.LEAD))


@pytest.fixture
def ada(browser_of, person, desk):
    """The administrator's browser."""
    return browser_of(person("ada", Role.ADMIN))
