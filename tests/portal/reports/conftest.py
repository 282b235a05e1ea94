"""The pages of the reports on support's desk."""

from tests.portal.support.conftest import app, browser_of  # noqa: F401
