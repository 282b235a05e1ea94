"""Journey 4: support works one queue over all channels."""

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests import servers
from tests.browser.conftest import number_in
from tests.browser.test_chat import open_chat
from tests.browser.test_mail import open_letter
from tests.browser.test_portal import report
from tests.browser.visitor import Visitor

ARRIVES_WITHIN_S = 60


@pytest.fixture
def reported(erin, found, send_mail) -> Callable[..., dict[str, dict]]:
    """The same words by each of these ways; returns the incidents by channel."""

    def by_portal(person: Visitor, words: str) -> None:
        report(person, words)
        if (help_me := person.button("I still need help")).count():
            help_me.first.click()

    def by_chat(person: Visitor, words: str) -> None:
        said = erin.post("/api/v1/chat", json={"message": words}).raise_for_status().json()
        if '"/log_apart"' in json.dumps(said):  # It was taken for what the same person told before.
            apart = {"conversation": said["conversation"], "message": "/log_apart"}
            erin.post("/api/v1/chat", json=apart).raise_for_status()

    def by_mail(person: Visitor, words: str) -> None:
        send_mail(words, "Since this morning.")

    means = {"portal": by_portal, "chat": by_chat, "mail": by_mail}

    def tell(person: Visitor, words: str, *ways: str) -> dict[str, dict]:
        before = {incident["number"] for incident in found(words)}
        new = lambda: [one for one in found(words) if one["number"] not in before]  # noqa: E731
        for way in ways:
            means[way](person, words)
        servers.wait_until(
            lambda: len(new()) == len(ways), f"all {len(ways)} in the queue", seconds=ARRIVES_WITHIN_S
        )
        return {incident["channel"]: incident for incident in new()}

    return tell


def row(agent: Visitor, number: str) -> Locator:
    return agent.page.locator("tr", has_text=number)


def open_incident(agent: Visitor, number: str) -> None:
    agent.open(f"/desk/{number}")
    expect(agent.page.get_by_role("heading", level=1)).to_contain_text(number)


def act(agent: Visitor, name: str) -> Locator:
    """Open the form of an action, in place."""
    agent.link(name, within=agent.page.get_by_role("group", name="What to do")).click()
    panel = agent.page.locator("form.panel")
    expect(panel).to_be_visible()
    return panel


def resolve(agent: Visitor, number: str, *, cause: str) -> None:
    open_incident(agent, number)
    panel = act(agent, "Resolve")
    panel.get_by_label("Cause", exact=True).fill(cause)
    panel.get_by_label("What solved it").fill("It works again.")
    agent.button("Resolve", within=panel).click()
    expect(agent.page.locator(".incident-facts")).to_contain_text("Resolved")


def test_one_queue_holds_what_came_by_portal_chat_and_mail(visit, reported):
    person, tess = visit("Erin"), visit("Tess")
    words = f"vpn keeps disconnecting at desk {person.width}"
    incidents = reported(person, words, "portal", "chat", "mail")
    assert set(incidents) == {"portal", "chat", "mail"}
    tess.open("/desk").look("queue")
    tess.picture("queue", height=720)
    tess.open(f"/desk?state=open&q=desk+{person.width}")
    for channel, incident in incidents.items():
        line = row(tess, incident["number"])
        expect(line).to_be_visible()
        expect(line.get_by_role("img", name=channel.title())).to_be_visible()
        expect(line).to_contain_text(incident["priority"])
        expect(line.locator("time")).to_be_visible()
    expect(row(tess, incidents["portal"]["number"])).to_contain_text(re.compile(r"\d( fix(es)?)? tried"))
    tess.look("queue-found")


def test_an_answer_reaches_people_where_they_asked(visit, reported):
    person, tess = visit("Erin"), visit("Tess")
    incidents = reported(person, f"my headset at booth {person.width} is not working", "chat", "mail")
    for channel in ("mail", "chat"):
        open_incident(tess, incidents[channel]["number"])
        tess.button("Take").click()
        expect(tess.page.locator(".incident-facts")).to_contain_text("Tess")
        tess.page.locator("#reply-text").fill(f"Which headset is it? Asked by {channel}.")
        tess.button("Send reply").click()
        tess.told(f"Which headset is it? Asked by {channel}.")
    tess.look("support-incident")
    open_letter(person, incidents["mail"]["number"], "Asked by mail.")
    person.look("letter-of-support")
    window = open_chat(person.open("/"))
    expect(window.get_by_text("Which headset is it? Asked by chat.").first).to_be_visible()
    expect(window.get_by_text("Tess Lindqvist").first).to_be_visible()
    person.look("chat-with-tess")


def test_up_a_tier_solved_and_confirmed_or_opened_again(visit, reported, stored):
    person, tess = visit("Erin"), visit("Tess")
    incidents = reported(person, f"badge reader at door {person.width} is dead", "portal", "mail")
    number, other = incidents["portal"]["number"], incidents["mail"]["number"]
    open_incident(tess, number)
    tess.button("Take").click()
    panel = act(tess, "Escalate")
    tess.look("escalate")
    panel.get_by_label("Hand-over note").fill("The reader has power, the controller does not see it.")
    tess.button("Hand over", within=panel).click()
    tess.told(re.compile(r"has it now\."))
    team = stored(number)["team"]
    assert team not in {"service-desk", None}

    resolve(tess, number, cause="worn cable")
    resolve(tess, other, cause="worn cable")
    tess.look("support-resolved")
    resolved = stored(number)
    assert resolved["state"] == "resolved" and resolved["cause"] == "worn cable"
    person.open(f"/incidents/{number}")
    person.look("is-it-solved")
    person.button("Yes, it is solved").click()
    person.told("It is closed.")
    assert stored(number)["state"] == "closed"
    person.open(f"/incidents/{other}")
    person.page.get_by_text("No, open it again").click()
    person.page.get_by_label("What is still wrong?").fill("It hums still")
    person.button("Open it again").click()
    person.told("It is open again.")
    assert stored(other)["state"] == "queued"


def test_the_second_of_two_agents_is_told_and_keeps_the_words(visit, reported):
    person, tess, omar = visit("Erin"), visit("Tess"), visit("Omar")
    number = reported(person, f"lamp of beamer {person.width} flickers", "portal")["portal"]["number"]
    open_incident(tess, number)
    open_incident(omar, number)
    tess.page.locator("#reply-text").fill("I bring a new lamp.")
    tess.button("Send reply").click()
    tess.told("I bring a new lamp.")
    omar.expected.add(409)
    omar.page.locator("#reply-text").fill("Please turn it off and on.")
    omar.button("Send reply").click()
    expect(omar.page.get_by_role("alert")).to_be_visible()
    expect(omar.page.locator("#reply-text")).to_have_value("Please turn it off and on.")
    omar.look("second-agent")


def test_the_other_pages_of_support_suit_everybody(visit):
    tess = visit("Tess")
    tess.open("/desk/new").look("call")
    tess.page.get_by_label("Who calls").fill("Erin")
    tess.page.get_by_role("button", name=re.compile("Erin Walsh")).click()
    tess.page.get_by_label("What they say").fill("The VPN keeps disconnecting.")
    expect(tess.page.locator("#read-out details").first).to_be_visible()
    tess.look("call-with-fixes")
    tess.button("Log the call").click()
    expect(tess.page.get_by_role("heading", level=1)).to_contain_text("INC-")
    number_in(tess.page.get_by_role("heading", level=1).inner_text())
    tess.open("/desk/outages").look("outages")
