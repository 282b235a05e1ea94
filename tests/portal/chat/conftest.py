"""The chat with the bot away: the portal itself answers."""

from collections.abc import Callable, Iterator
from dataclasses import replace

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
from tests.servers import free_port


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    away = f"http://127.0.0.1:{free_port()}"
    app = create_app(replace(settings, rasa_url=away), TESTING=True, JOBS_INLINE=True)
    with app.app_context():
        ground.lay()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def signed_in(app: Flask, person: Callable[..., Person], desk: dict[str, Team]) -> Callable[[str], Browser]:
    """The browser of a new employee: `signed_in("erin")`."""

    def make(name: str) -> Browser:
        made, browser = person(name), Browser(app)
        with browser.client.session_transaction() as session:
            session.update(_user_id=made.fs_uniquifier, _fresh=True)
        return browser

    return make


@pytest.fixture
def erin(signed_in: Callable[[str], Browser]) -> Browser:
    return signed_in("erin")


@pytest.fixture
def vpn_fix(app: Flask) -> Article:
    body = "The tunnel drops.\n\n## Fix\n\n1. Restart the router.\n2. Choose the nearest gateway.\n"
    return articles.create(
        Draft(title="VPN keeps disconnecting", body=body, keywords="vpn, drops"), publish=True
    )
