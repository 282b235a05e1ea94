"""Categories in set-up: added, renamed, placed, and taken away only while nothing is filed under them."""

from firstline.db import db
from incidents import triage
from incidents.intake import Report, report
from incidents.models import Channel
from knowledge_base.models import Category


def save(browser, slug="", **form):
    given = {"name": "Robots", "keywords": "robot, cobot arm", "parent": ""} | form
    return browser.post(f"/admin/categories/{slug}" if slug else "/admin/categories", data=given)


def test_a_new_category_is_known_to_triage_at_once(ada):
    assert save(ada).status_code == 303
    assert triage.classify(title="cobot arm stands", text="").category == "robots"
    assert save(ada, "robots", name="Machines", keywords="cobot arm").status_code == 303
    assert db.session.get(Category, "robots").name == "Machines"
    assert save(ada).status_code == 409 or save(ada, name="Machines").status_code == 303


def test_there_are_two_levels(ada):
    save(ada)
    assert save(ada, name="Arms", parent="robots").status_code == 303
    for slug, form in (
        ("", {"name": "Hands", "parent": "arms"}),
        ("robots", {"parent": "network"}),
        ("robots", {"parent": "robots"}),
    ):
        assert save(ada, slug, **form).status_code == 422, form


def test_what_is_used_stays(ada, person):
    save(ada)
    report(
        Report(requester_id=person("erin").id, description="cobot arm stands still", channel=Channel.PORTAL)
    )
    assert ada.post("/admin/categories/robots/remove").status_code == 409
    assert ada.post("/admin/categories/other/remove").status_code == 409
    assert ada.post("/admin/categories/printing/remove").status_code == 303
    db.session.rollback()
    assert db.session.get(Category, "printing") is None
