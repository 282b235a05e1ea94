"""The employee's side with everything switched on: forms are proved, limits count."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from firstline.db import db
from firstline.settings import Settings
from incidents.people import Person, Team
from knowledge_base import articles
from knowledge_base.articles import Draft
from knowledge_base.models import Article
from portal import create_app
from tests import ground
from tests.portal.employee.browser import Browser


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings, TESTING=True, JOBS_INLINE=True)
    with app.app_context():
        ground.lay()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def stranger(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def erin(person: Callable[..., Person], desk: dict[str, Team]) -> Person:
    return person("erin")


@pytest.fixture
def browser(app: Flask, erin: Person) -> Browser:
    """Erin's, signed in."""
    browser = Browser(app)
    with browser.client.session_transaction() as session:
        session.update(_user_id=erin.fs_uniquifier, _fresh=True)
    return browser


@pytest.fixture
def vpn_article(app: Flask) -> Article:
    body = "The tunnel drops.\n\n## Fix\n\n1. Restart the router.\n2. Choose the nearest gateway.\n"
    draft = Draft(title="VPN keeps disconnecting", body=body, keywords="vpn, drops", category="Network")
    return articles.create(draft, publish=True)
