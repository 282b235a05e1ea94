"""As at support's pages."""

from tests.portal.support.conftest import app, browser_of  # noqa: F401
