"""Journeys of a lead: from a figure to the incidents behind it, and a review from its start to the PDF."""

import re

import pytest
from playwright.sync_api import expect

from tests import servers
from tests.browser.visitor import PHONE

FIGURES_WITHIN_S = 120


@pytest.fixture
def resolved(stack, desk, erin, width):
    """Erin reported something, Tess solved it; the number."""
    words = f"The badge reader of gate {width} blinks and opens nothing"
    reported = erin.post("/api/v1/incidents", json={"title": words, "description": words})
    number = reported.raise_for_status().json()["number"]
    for step in (
        {"to": "queued"},
        {"to": "in_progress"},
        {"to": "resolved", "resolution": "support", "cause": "A loose cable", "note": "The cable is fixed."},
    ):
        there = desk.get(f"/api/v1/incidents/{number}").raise_for_status().json()
        if there["state"] != step["to"]:
            desk.post(f"/api/v1/incidents/{number}/transitions", json=step).raise_for_status()
    return number


def test_a_lead_goes_from_a_figure_to_the_incidents_behind_it(visit, resolved):
    lena = visit("Lena")
    page = lena.page

    def is_counted() -> bool:
        lena.open("/reports/resolved/incidents")
        return page.get_by_text(resolved).count() > 0

    servers.wait_until(is_counted, "the figures with what was just resolved", seconds=FIGURES_WITHIN_S)
    lena.open("/reports").look("reports")
    lena.picture("reports", height=1000)
    page.get_by_text("What this is").first.click()
    lena.told("Left out:")
    lena.link("Resolved").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Resolved")
    chart = page.get_by_role("img", name=re.compile("Week by week"))
    expect(chart.locator("text").first).to_be_visible()
    page.get_by_text("The numbers").click()
    expect(page.get_by_role("columnheader", name="Week from")).to_be_visible()
    lena.look("figure")
    by_priority = page.get_by_role("region", name="By priority")
    by_priority.get_by_role("link").first.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Resolved: the incidents")
    lena.look("behind")

    lena.open("/reports").link("Promises missed, and why").click()
    lena.look("board")
    lena.open("/reports").button("Each week").click()
    lena.told("You get these figures by mail from now on.")
    page.get_by_role("button", name=re.compile("^Stop")).first.click()
    lena.told("That report comes no more.")


def test_a_review_from_its_start_to_the_pdf(visit, resolved, width):
    lena = visit("Lena")
    page = lena.page
    lena.open(f"/desk/{resolved}")
    lena.button("Begin a review").click()
    expect(page.get_by_role("group", name="What we learn")).to_be_visible()
    page.get_by_label("What happened, in three sentences").fill("The reader of a gate lost its cable.")
    page.get_by_label("Causes", exact=True).fill("The cable was held by its plug alone.")
    page.get_by_label("What did not").fill("It was Bob's fault.")
    lena.button("Save").click()
    lena.told("Look again: this may read as blame")
    page.get_by_label("What did not").fill("Nothing told us before people stood outside.")
    lena.button("Save").click()
    page.get_by_label("What will be done").fill("Screw the cables of all gates")
    page.get_by_label("By when").fill("2030-01-31")
    lena.button("Promise").click()
    lena.told("Screw the cables of all gates")
    lena.look("review")
    lena.link("Meeting").click()
    lena.told("Everybody did what made sense with what they knew then.")
    lena.look("meeting")
    lena.open(f"/reviews/{resolved}").button("Publish for support").click()
    expect(page.get_by_role("heading", name="Article")).to_be_visible()
    lena.expected.add(409)
    lena.button("Close the review").click()
    lena.told("Not everything is done (open: 1).")
    page.get_by_role("button", name=re.compile("^Done.*Screw the cables")).click()
    lena.button("Close the review").click()
    expect(page.get_by_label("Causes", exact=True)).to_be_disabled()
    with page.expect_download() as awaited:
        lena.link("PDF").click()
    assert awaited.value.path().read_bytes().startswith(b"%PDF")
    if width != PHONE:
        lena.picture("review", height=1100)
