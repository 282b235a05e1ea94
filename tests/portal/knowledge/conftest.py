"""As at support's pages, with an author."""

import pytest

from incidents.people import Role
from tests.portal.support.conftest import app, browser_of

__all__ = ["app", "browser_of"]


@pytest.fixture
def ines(browser_of, person, desk):
    """The author's browser."""
    return browser_of(person("ines", Role.AUTHOR))
