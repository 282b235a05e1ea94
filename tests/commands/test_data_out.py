"""What BI tools and Prometheus see is what docs/data-out.md says, on both databases."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from commands import bi_views
from commands.context import create_context
from firstline.db import db
from incidents import lifecycle
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Resolution, State
from incidents.people import Role
from incidents.reports import facts
from portal import create_app
from tests import ground

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "data-out.md").read_text()


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request, settings, tmp_path, monkeypatch):
    """Every table there is, and the views."""
    if request.param == "postgresql":
        monkeypatch.setenv("FIRSTLINE_DATABASE_URL", request.getfixturevalue("postgresql_url"))
        settings = type(settings).from_environ()
    app = create_context(settings, TESTING=True, JOBS_INLINE=True)
    with app.app_context():
        ground.lay()
        with db.engine.begin() as connection:
            bi_views.drop(connection)
            bi_views.create(connection)
        yield app
        db.session.remove()
        with db.engine.begin() as connection:
            bi_views.drop(connection)
        ground.empty_again()
        db.engine.dispose()


def documented() -> dict[str, list[str]]:
    rows = re.findall(r"^\| `(bi_\w+)` \| [^|]+ \| (.+) \|$", PAGE, re.MULTILINE)
    return {
        name: re.findall(r"`(\w+)`(?! or)", columns.replace("(`person` or `desk`)", ""))
        for name, columns in rows
    }


def test_views_hold_what_the_page_says_and_their_numbers_lead_back(app, person, desk):
    incident = report(Report(requester_id=person("erin").id, description="vpn drops", channel=Channel.MAIL))
    tess = person("tess", Role.AGENT, desk["first"])
    lifecycle.take(incident.id, by=tess)
    lifecycle.change(incident.id, Change(to=State.RESOLVED, resolution=Resolution.SUPPORT), by=tess)
    facts.keep_all()
    found = {name: db.session.execute(text(f"SELECT * FROM {name}")).mappings() for name in bi_views.VIEWS}
    assert {name: list(rows.keys()) for name, rows in found.items()} == documented()
    (row,) = found["bi_incidents"].all()
    assert (row["number"], row["channel"], row["state"]) == (incident.number, "mail", "resolved")
    assert row["joined_with"] is None and row["resolve_s"] == 0
    assert {event["number"] for event in found["bi_events"]} == {incident.number}


def test_no_view_holds_a_name_an_address_a_secret_or_a_word_somebody_wrote():
    forbidden = (
        r"\b(title|description|text|words|note|name|email|secret|password|token|url|body|subject|sender)\b"
    )
    for name, query in bi_views.VIEWS.items():
        assert re.findall(forbidden, query.replace("v.vendor_name", "")) == [], name


@pytest.mark.parametrize("app", ["postgresql"], indirect=True)
def test_a_reader_on_postgresql_sees_the_views_and_no_table(app):
    with db.engine.begin() as connection:
        connection.execute(text("CREATE ROLE firstline_bi"))
        bi_views.drop(connection)
        bi_views.create(connection)
    try:
        may = text("SELECT has_table_privilege(:role, :name, 'SELECT')")
        seen = {
            name: db.session.scalar(may, {"role": bi_views.READER, "name": name})
            for name in ("bi_incidents", "bi_mails", "person", "incident")
        }
        assert seen == {"bi_incidents": True, "bi_mails": True, "person": False, "incident": False}
        db.session.rollback()
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("DROP OWNED BY firstline_bi"))
            connection.execute(text("DROP ROLE firstline_bi"))


def test_the_dashboard_and_the_page_name_the_figures_there_are(settings):
    app = create_app(settings, TESTING=True, JOBS_INLINE=True)
    with app.app_context():
        ground.lay()
        told = app.test_client().get("/metrics").get_data(as_text=True)
        known = {family.name for family in text_string_to_metric_families(told)}
        db.session.remove()
        db.engine.dispose()
    dashboard = json.loads((DOCS / "grafana-firstline.json").read_text())
    asked = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    assert set(re.findall(r"\b(?:firstline|process)_\w+", asked)) <= known
    ours = {name for name in known if name.startswith("firstline_")}
    assert set(re.findall(r"`(firstline_(?!bi)\w+)[{`]", PAGE)) == ours
