"""Debian's real Alertmanager raises and clears what it is told, by its own webhook."""

import threading
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from werkzeug.serving import make_server

from firstline.db import db
from incidents import alerts
from incidents.models import OPEN, Incident
from incidents.people import Role, create_token
from portal import create_app
from tests import ground, servers


@pytest.fixture
def app(settings):
    app = create_app(settings, TESTING=True, JOBS_INLINE=True)
    with app.app_context():
        ground.lay()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def desk_url(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    running.join()
    server.server_close()


def test_what_alertmanager_raises_and_clears_is_one_incident_a_cause(app, desk_url):
    token = create_token("prometheus@example.com", Role.MONITOR)
    hook = f"{desk_url}/api/v1/alerts/alertmanager"
    began = datetime.now(UTC) - timedelta(minutes=1)
    told = [
        {
            "labels": {
                "alertname": name,
                "service": "shop",
                "instance": f"web{host}",
                "severity": "critical",
            },
            "annotations": {"summary": f"{name} on web{host}"},
            "startsAt": began.isoformat(),
        }
        for name in ("DiskFull", "HighLoad")
        for host in range(20)
    ]
    with servers.alertmanager(hook, token) as url, httpx.Client(base_url=url) as alertmanager:
        alertmanager.post("/api/v2/alerts", json=told).raise_for_status()
        servers.wait_until(lambda: _states() == [True, True], "two incidents")
        over = {"endsAt": (datetime.now(UTC) - timedelta(seconds=1)).isoformat()}
        alertmanager.post("/api/v2/alerts", json=[{**one, **over} for one in told]).raise_for_status()
        servers.wait_until(lambda: _states() == [False, False], "both resolved")


def _states():
    alerts.sort_due()
    db.session.rollback()
    return [one.state in OPEN for one in db.session.query(Incident)]
