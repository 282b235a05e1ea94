"""Journey 3: an employee who only mails."""

import re

import pytest
from playwright.sync_api import FrameLocator, expect

from tests import servers
from tests.browser.visitor import Visitor

ARRIVES_WITHIN_S = 60


@pytest.fixture
def mailed(send_mail, found):
    """Mail the desk; returns the incident that came of it."""

    def mail(subject: str, words: str) -> dict:
        before = {incident["number"] for incident in found(subject)}
        new = lambda: [one for one in found(subject) if one["number"] not in before]  # noqa: E731
        send_mail(subject, words)
        servers.wait_until(lambda: bool(new()), "an incident of that mail", seconds=ARRIVES_WITHIN_S)
        (incident,) = new()
        return incident

    return mail


def open_letter(person: Visitor, number: str, words: str = "") -> FrameLocator:
    """The newest mail about this incident (with these words), once it is there; leaves the page on it."""
    letter = person.page.get_by_role("link", name=re.compile(number))

    def is_there() -> bool:
        person.open("/demo/mail?to=erin@example.com")
        if letter.count():
            letter.first.click()
            person.page.get_by_text("As plain text").click()
            return words in person.page.locator("pre").first.inner_text()
        return False

    servers.wait_until(is_there, f"a mail about {number} with “{words}”", seconds=ARRIVES_WITHIN_S)
    person.page.get_by_text("As plain text").click()
    return person.page.frame_locator("iframe")


def header(person: Visitor, name: str) -> str:
    headers = person.page.locator("pre").last.text_content() or ""
    match = re.search(rf"^{name}: (.+)$", headers, re.MULTILINE)
    assert match, headers
    return match[1]


def test_the_acknowledgement_solves_it_by_a_link_whose_button_does_it(visit, mailed, stored):
    erin = visit("Erin")
    incident = mailed("My VPN keeps disconnecting", "Every few minutes, since I changed my password.")
    number = incident["number"]
    assert incident["channel"] == "mail"
    letter = open_letter(erin, number)
    expect(letter.get_by_text(f"{number} · ")).to_be_visible()
    assert 1 <= letter.get_by_role("link", name="All steps").count() <= 3
    erin.page.locator("iframe.letter").evaluate("(frame) => { frame.style.height = '860px'; }")
    erin.picture("mail", height=1120)
    erin.look("letter")

    letter.get_by_role("link", name="This solved it").click()
    expect(erin.button("Yes, it is solved")).to_be_visible()
    assert stored(number)["state"] == "offered", "opening a link changes nothing"
    erin.look("answer-link")
    erin.button("Yes, it is solved").click()
    erin.told("Good to hear. It is solved.")
    erin.look("answered")
    solved = stored(number)
    assert (solved["state"], solved["resolution"]) == ("resolved", "self_service")
    erin.open("/demo/mail").look("mailbox")


def test_a_reply_joins_the_incident(visit, mailed, stored, found, send_mail):
    erin = visit("Erin")
    subject = f"Scanner {erin.width} sends nothing"
    number = mailed(subject, "It says sent, but nothing arrives.")["number"]
    open_letter(erin, number)
    send_mail(
        f"Re: {header(erin, 'Subject')}",
        "It is the one beside the kitchen.",
        to=header(erin, "Reply-To"),
        In_Reply_To=header(erin, "Message-ID"),
    )
    replied = lambda: "beside the kitchen" in str(stored(number)["timeline"])  # noqa: E731
    servers.wait_until(replied, "the reply in the timeline", seconds=ARRIVES_WITHIN_S)
    assert [one["number"] for one in found(subject)] == [number]
    erin.open(f"/incidents/{number}")
    erin.told("It is the one beside the kitchen.")


def test_i_still_need_help_needs_no_sign_in(visit, mailed, stored):
    erin, stranger = visit("Erin"), visit()
    number = mailed("Forgot my VPN password", "The VPN does not take my new password.")["number"]
    letter = open_letter(erin, number)
    address = letter.get_by_role("link", name="I still need help").get_attribute("href")
    assert address
    stranger.page.goto(address)
    stranger.button("Yes, I still need help").click()
    stranger.told("It is with the service desk.")
    assert stored(number)["state"] == "queued"
