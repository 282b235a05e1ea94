"""Journey 1: an employee at the portal."""

import re

import pytest
from playwright.sync_api import expect

from tests import servers
from tests.browser.conftest import number_in
from tests.browser.visitor import WIDE, Visitor

FIRST_VISIT_BYTES = 250_000


def type_trouble(person: Visitor, words: str) -> None:
    person.page.get_by_role("textbox", name="What is going wrong?").press_sequentially(words, delay=40)


def report(person: Visitor, words: str) -> str:
    """From the home page to the number."""
    person.open("/").page.get_by_role("textbox", name="What is going wrong?").fill(words)
    person.button("Report it").click()
    person.button("Send it").click()
    expect(person.page.get_by_role("heading", level=1)).to_contain_text("is logged.")
    return number_in(person.page.get_by_role("heading", level=1).inner_text())


def test_a_known_fix_solves_it_before_anybody_else_is_asked(visit, stored):
    erin = visit("Erin")
    erin.look("home")
    erin.page.evaluate("window.stayed = true")
    type_trouble(erin, "vpn keeps disconnecting")
    hints = erin.page.get_by_role("list", name="Known fixes").get_by_role("listitem")
    expect(hints.first).to_be_visible()
    assert 1 <= hints.count() <= 3
    assert erin.page.evaluate("window.stayed"), "suggestions must come without loading the page anew"
    erin.look("home-while-typing")

    erin.button("Report it").click()
    expect(erin.page.get_by_role("textbox", name="What is going wrong?")).to_have_value(
        "vpn keeps disconnecting"
    )
    erin.look("report")
    erin.button("Send it").click()
    expect(erin.page.get_by_role("heading", level=1)).to_contain_text("is logged.")
    number = number_in(erin.page.get_by_role("heading", level=1).inner_text())
    assert stored(number)["state"] == "offered"
    offered = erin.page.locator(".fixes details")
    assert 1 <= offered.count() <= 3
    expect(erin.button("This solved it").first).to_be_visible()
    erin.look("logged")

    erin.button("This solved it").first.click()
    erin.told(f"{number} is solved.")
    erin.look("solved")
    incident = stored(number)
    assert (incident["state"], incident["resolution"]) == ("resolved", "self_service")
    assert [fix["helped"] for fix in incident["suggestions"]].count(True) == 1


def test_without_a_fix_it_is_with_tier_1_and_the_talk_goes_on(visit, stored):
    erin = visit("Erin")
    number = report(erin, "vpn keeps disconnecting since the update")
    erin.button("I still need help").first.click()
    erin.told("It is with the service desk now")
    incident = stored(number)
    assert (incident["state"], incident["team"]) == ("queued", "service-desk")

    erin.page.get_by_label("Write to us about it").fill("It happens in every meeting, here is the log.")
    erin.page.get_by_label("Pictures or files").set_input_files(
        {"name": "vpn.log", "mimeType": "text/plain", "buffer": b"tunnel closed by peer\n"}
    )
    erin.button("Send").click()
    erin.told("It happens in every meeting, here is the log.")
    erin.look("incident-with-file")
    with erin.page.expect_download() as download:
        erin.page.get_by_role("link", name=re.compile("vpn.log")).click()
    assert download.value.path().read_bytes() == b"tunnel closed by peer\n"

    erin.open("/incidents")
    expect(erin.page.get_by_role("link", name=re.compile(number))).to_be_visible()
    erin.look("my-incidents")


@pytest.mark.parametrize("width", [WIDE], indirect=True)
def test_a_locked_account_is_opened_by_one_button(visit, stored):
    erin = visit("Erin")
    number = report(erin, "My account is locked after too many wrong passwords")
    expect(erin.button("Unlock my account now")).to_be_visible()
    erin.picture("remediation", height=900)
    erin.look("remediation-offered")
    erin.button("Unlock my account now").click()
    erin.told("It is under way.")
    servers.wait_until(lambda: stored(number)["state"] == "resolved", "the end of the run", seconds=60)
    erin.open(f"/incidents/{number}").told("The account of erin@example.com is unlocked.")
    erin.look("remediation-done")
    assert stored(number)["resolution"] == "automatic"
    expect(erin.button("Unlock my account now")).to_have_count(0)


def test_everything_works_without_scripts(visit, stored):
    erin = visit("Erin", scripted=False)
    erin.page.get_by_role("textbox", name="What is going wrong?").fill("vpn keeps disconnecting")
    erin.button("Report it").click()
    expect(erin.page.get_by_role("list", name="Known fixes").get_by_role("listitem").first).to_be_visible()
    erin.look("report-without-scripts")
    erin.button("Send it").click()
    expect(erin.page.get_by_role("heading", level=1)).to_contain_text("is logged.")
    number = number_in(erin.page.get_by_role("heading", level=1).inner_text())
    erin.button("This solved it").first.click()
    erin.told(f"{number} is solved.")
    assert stored(number)["resolution"] == "self_service"
    erin.page.get_by_text("Yes, open it again").click()
    erin.page.get_by_label("What is still wrong?").fill("It drops again")
    erin.button("Open it again").click()
    erin.told("It is open again.")

    erin.page.get_by_role("link", name="chat with us").or_(erin.link("Chat")).first.click()
    erin.page.get_by_label("Your message").fill("the label printer prints blank labels")
    erin.button("Send").click()
    erin.told(re.compile(r"INC-\d+ is logged"))


def test_the_pages_of_an_employee_suit_everybody(visit):
    erin = visit("Erin")
    type_trouble(erin, "vpn keeps disconnecting since I changed my password")
    expect(erin.page.get_by_role("list", name="Known fixes").get_by_role("listitem").first).to_be_visible()
    erin.picture("portal", height=720)
    erin.open("/fixes").look("fixes")
    erin.page.locator("main a[href^='/fixes/']").first.click()
    erin.page.wait_for_url("**/fixes/*")
    erin.look("one-fix")
    erin.open("/profile").look("settings")
    erin.open("/profile/password").look("password")


def test_a_first_visit_is_light(visit):
    stranger = visit()
    cdp, sizes = stranger.context.new_cdp_session(stranger.page), []
    cdp.send("Network.enable")
    cdp.on("Network.loadingFinished", lambda done: sizes.append(done["encodedDataLength"]))
    stranger.open("/login").page.wait_for_load_state("load")
    stranger.look("sign-in")
    stranger.page.get_by_role("button", name=re.compile("Erin")).click()
    expect(stranger.page.get_by_role("textbox", name="What is going wrong?")).to_be_visible()
    stranger.page.wait_for_load_state("load")
    assert 0 < sum(sizes) <= FIRST_VISIT_BYTES, f"sign-in and home page weigh {sum(sizes) / 1000:.0f} kB"
