"""Shared ground of the tests: an app on a database of its own, and people to act."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser

from firstline import catalogues
from firstline.app import create_core
from firstline.db import db, write
from firstline.settings import Settings
from incidents import MODELS
from incidents.people import Membership, Person, Role, Team
from incidents.services import Service
from knowledge_base.models import Category
from tests import ground, servers

SECRET = "a secret only the tests know"

catalogues.compile_stale()

# How fast examples are made says how busy the machine is, nothing of us.
hypothesis_settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("house")


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Where the app of this test keeps its data; folders whose tests run on both override it."""
    return f"sqlite:///{tmp_path / 'firstline.db'}"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings.from_environ(
        {
            "FIRSTLINE_DATA_DIR": str(tmp_path / "var"),
            "FIRSTLINE_DATABASE_URL": database_url,
            "FIRSTLINE_SECRET_KEY": SECRET,
            "FIRSTLINE_DEMO": "1",
        }
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """A core app with an empty database and nudges that wait for the test (`jobs.run_waiting`)."""
    app = create_core(settings, models=MODELS, TESTING=True, JOBS_INLINE=True)
    with app.app_context():
        ground.lay()
        yield app
        db.session.remove()
        ground.empty_again()
        db.engine.dispose()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """One real PostgreSQL for this test process."""
    with servers.postgresql() as url:
        yield url


@pytest.fixture
def person(app: Flask) -> Callable[..., Person]:
    """Make a person: `person("erin")`, `person("tess", Role.AGENT)`."""

    def make(name: str, role: Role = Role.EMPLOYEE, team: Team | None = None) -> Person:
        with write() as session:
            made = Person(email=f"{name}@example.com", name=name.title(), role=role)
            session.add(made)
            session.flush()
            if team is not None:
                session.add(Membership(person_id=made.id, team_id=team.id))
        return made

    return make


@pytest.fixture
def desk(app: Flask) -> dict[str, Team]:
    """Three teams on tiers 1 to 3 and a vendor, with two services and a few categories."""
    with write() as session:
        teams = {
            "first": Team(slug="service-desk", name="Service Desk", tier=1),
            "second": Team(slug="network", name="Workplace & Network", tier=2),
            "third": Team(slug="platform", name="Platform Engineering", tier=3),
            "vendor": Team(
                slug="printwell", name="Printwell", tier=3, is_vendor=True, email="support@printwell.example"
            ),
        }
        session.add_all(teams.values())
        session.flush()
        session.add_all(
            [
                Service(slug="vpn", name="VPN", keywords=["vpn", "tunnel"], team_id=teams["second"].id),
                Service(
                    slug="printing", name="Printing", keywords=["printer", "print"], team_id=teams["first"].id
                ),
                Category(slug="network", name="Network", keywords="vpn, wifi, wi-fi, network"),
                Category(slug="printing", name="Printing", keywords="printer, print, toner"),
                Category(slug="other", name="Other", keywords=""),
            ]
        )
    return teams


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for this test process: Playwright runs once in a thread."""
    with servers.chromium() as browser:
        yield browser
