"""Authors at a real browser: a picture is pasted, two save at once, an agent proposes, a draft is one click."""

import re

from playwright.sync_api import Page, expect

from tests.browser.visitor import PHONE, Visitor, give


def unfold(page: Page, part: str) -> None:
    page.locator("summary", has_text=part).click()


def save(visitor: Visitor, button: str = "Save") -> None:
    with visitor.page.expect_navigation():
        visitor.button(button).click()


def begin(visitor: Visitor, title: str) -> str:
    """A new draft; its path."""
    visitor.open("/articles/new").page.get_by_label("Title").fill(title)
    save(visitor, "Save as draft")
    return re.sub(r".*(/articles/\d+).*", r"\1", visitor.page.url)


def test_an_author_writes_with_pictures_and_sees_what_readers_will_see(visit):
    ines = visit("Inês")
    page = ines.open("/articles/new").page
    page.get_by_label("Title").fill("The door badge is not read")
    page.get_by_label("Symptoms", exact=True).fill("The reader *blinks red*.")
    expect(page.locator("#preview em")).to_have_text("blinks red")
    page.locator("#body").press("Control+End")
    give(page, "#body", "paste", "reader.png")
    expect(page.locator("#body")).to_have_value(re.compile(r"!\[reader\]\(/pictures/\d+\)"))
    expect(page.locator("#preview img")).to_have_attribute("alt", "reader")
    ines.expected = {422}
    give(page, "#body", "drop", "notes.png", content="bm8gcGljdHVyZQ==")
    ines.told("“notes.png” is no picture we can show.")
    unfold(page, "Upkeep")
    page.get_by_label("Find an article to relate").press_sequentially("password")
    page.locator("#related input").first.check()
    unfold(page, "Where it belongs")
    ines.look("editor")
    save(ines, "Save and publish")
    ines.told("is published: people find it now")
    unfold(page, "Upkeep")
    expect(page.locator("#related input")).to_be_checked()
    ines.look("published")
    ines.open("/articles?q=badge").look("list")


def test_two_authors_who_save_at_once_lose_no_word(visit):
    ines, lena = visit("Inês"), visit("Lena")
    path = begin(ines, "The lift does not come")
    lena.open(path).page.get_by_label("Symptoms", exact=True).fill("It stays on the third floor.")
    save(lena)
    ines.page.get_by_label("Symptoms", exact=True).fill("It stays on the ground floor.")
    ines.expected = {409}
    save(ines)
    ines.told("Lena Brandt saved version 2")
    expect(ines.page.locator("del")).to_contain_text("third")
    expect(ines.page.locator("ins")).to_contain_text("ground")
    ines.look("two-at-once")
    save(ines)
    expect(ines.page.get_by_label("Symptoms", exact=True)).to_have_value("It stays on the ground floor.")
    ines.link("Versions").click()
    ines.told("From version 2 to version 3")
    ines.look("versions")
    with ines.page.expect_navigation():
        ines.button("Go back to version 2").click()
    ines.told("The article says again what it said in version 2.")


def test_an_agent_proposes_and_an_author_accepts(visit):
    ines, tess = visit("Inês"), visit("Tess")
    path = begin(ines, "The coffee machine blinks")
    save(ines, "Save and publish")
    tess.open(path).page.get_by_label("Cause").fill("No water in the tank.")
    tess.look("proposing")
    save(tess, "Propose this change")
    tess.told("A reviewer looks at your change")
    ines.open(path).link("Look at it").click()
    expect(ines.page.locator("ins")).to_contain_text("No water in the tank.")
    ines.look("proposal")
    save(ines, "Accept")
    expect(ines.page.get_by_label("Cause")).to_have_value("No water in the tank.")


def test_one_click_drafts_an_article_from_a_resolved_incident(visit, desk, width):
    tess = visit("Tess")
    said = {
        "title": f"Scanner is silent at {width}",
        "description": "Hello,\nit does not scan. Tess knows.\n\nThanks",
    }
    number = desk.post("/api/v1/incidents", json=said).raise_for_status().json()["number"]
    done = {"to": "resolved", "resolution": "support", "cause": "Wrong cable", "note": "Changed the cable."}
    desk.post(f"/api/v1/incidents/{number}/transitions", json=done).raise_for_status()
    tess.open(f"/desk/{number}")
    save(tess, "Draft an article")
    expect(tess.page.get_by_label("Symptoms", exact=True)).to_have_value("It does not scan. [name] knows.")
    expect(tess.page.locator("#body")).to_have_value(re.compile(r"1\. Changed the cable\."))
    tess.look("drafted")
    save(tess, "Save and submit for review")
    tess.told("waits for a reviewer")


def test_without_scripts_everything_is_written_all_the_same(visit, width):
    if width == PHONE:
        return
    ines = visit("Inês", scripted=False)
    page = ines.open("/articles/new").page
    page.get_by_label("Title").fill("The blind does not go down")
    page.get_by_label("Add a picture").set_input_files(
        {"name": "a.txt", "mimeType": "image/png", "buffer": b"no"}
    )
    ines.expected = {422}
    save(ines, "Save as draft")
    ines.told("is no picture we can show")
    expect(page.get_by_label("Title")).to_have_value("The blind does not go down")
    unfold(page, "Upkeep")
    page.get_by_label("Find an article to relate").fill("password")
    save(ines, "Find")
    expect(page.locator("#related input").first).to_be_visible()
    save(ines, "Save as draft")
    ines.told("Saved.")
