"""Support's pages on a desk with people, and a browser without scripts for each of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from firstline.db import db
from firstline.settings import Settings
from incidents.intake import Report, report
from incidents.models import Channel, Incident
from incidents.people import Person, Role, Team
from portal import create_app
from tests import ground


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(
        settings,
        TESTING=True,
        JOBS_INLINE=True,
        WTF_CSRF_ENABLED=False,
        RATELIMIT_ENABLED=False,
        UNDO_SEND_S=0,
    )
    with app.app_context():
        ground.lay()
        yield app
        db.session.remove()
        db.engine.dispose()


class Browser(FlaskClient):
    """Each request in a context of its own, as a server does it: the test's would keep its person."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        # What the test holds is read again.
        db.session.rollback()
        return answer


@pytest.fixture
def browser_of(app: Flask) -> Callable[[Person], FlaskClient]:
    """A signed-in browser of this person."""

    def sign_in(person: Person) -> FlaskClient:
        client = Browser(app, app.response_class, use_cookies=True)
        with client.session_transaction() as session:
            session.update(_user_id=person.fs_uniquifier, _fresh=True)
        return client

    return sign_in


@pytest.fixture
def erin(person: Callable[..., Person], desk: dict[str, Team]) -> Person:
    return person("erin")


@pytest.fixture
def tess(person: Callable[..., Person], desk: dict[str, Team]) -> Person:
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def at_desk(browser_of: Callable[[Person], FlaskClient], tess: Person) -> FlaskClient:
    """Tess's browser."""
    return browser_of(tess)


@pytest.fixture
def told(erin: Person) -> Callable[..., Incident]:
    """Erin reports something: `told("vpn drops", Channel.MAIL)`."""

    def tell(words: str = "The printer jams", channel: Channel = Channel.PORTAL, **more: object) -> Incident:
        return report(Report(requester_id=erin.id, description=words, channel=channel, **more))  # type: ignore[arg-type]

    return tell
