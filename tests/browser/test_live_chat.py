"""Journey 2, the part with a person: an employee and an agent in one conversation, in two browsers."""

from playwright.sync_api import Locator, expect

from tests.browser.conftest import number_in
from tests.browser.test_chat import begin, press, say
from tests.browser.visitor import Visitor

WITHIN_MS = 10_000
"""An answer is there within 2 s of being stored; half a second is for storing it."""
TROUBLES = {
    1280: "the label printer in goods-in prints every label twice",
    375: "the plotter in the design studio smears every second drawing",
}
"""Told twice by the same person, a trouble goes on where it was told first."""


def write_reply(tess: Visitor, words: str) -> None:
    field = tess.page.get_by_label("Reply to Erin")
    field.fill(words)
    field.press("Enter")
    expect(field).to_have_value("")


def type_slowly(erin: Visitor, window: Locator, words: str) -> None:
    window.get_by_label("Your message").focus()
    erin.page.keyboard.type(words, delay=60)


def test_an_agent_answers_live_in_the_same_window_and_gives_it_back(visit):
    erin, tess = visit("Erin"), visit("Tess")
    window = begin(erin)
    number = number_in(say(erin, window, TROUBLES[erin.width]))
    assert number in press(window, "Talk to a person")
    presence = window.locator("[data-chat-live]")
    expect(presence).to_contain_text("Nobody is here yet.")
    erin.look("asked-for-a-person")

    tess.open(f"/desk/{number}")
    tess.told("Erin Walsh is in the chat now.")
    tess.told("Handed over from the chat.")
    expect(presence).to_contain_text("is here")
    write_reply(tess, "Hello Erin, which queue do you print to?")
    expect(window.get_by_text("Hello Erin, which queue do you print to?")).to_be_visible(timeout=WITHIN_MS)
    tess.look("agent-in-the-chat")

    type_slowly(erin, window, "it says goods-in two")
    expect(tess.page.locator("[data-desk-strip]")).to_contain_text("is writing")
    erin.page.keyboard.press("Enter")
    expect(tess.page.locator(".timeline").get_by_text("it says goods-in two")).to_be_visible(timeout=5_000)
    expect(window.get_by_text("it says goods-in two")).to_have_count(1)
    tess.page.get_by_label("Reply to Erin").press_sequentially("One mom", delay=60)
    expect(presence).to_contain_text("is writing")
    erin.look("an-agent-answers")

    # A reload, and a second window: the same conversation.
    erin.page.reload()
    window = erin.page.get_by_role("dialog", name="Chat with us")
    expect(window.get_by_text("Hello Erin, which queue do you print to?")).to_be_visible()
    other = erin.context.new_page()
    other.goto(f"{erin.url}/chat")
    expect(other.get_by_text("it says goods-in two")).to_be_visible()
    write_reply(tess, "One moment please.")
    for place in (window, other.locator(".chat-page")):
        expect(place.get_by_text("One moment please.")).to_have_count(1, timeout=5_000)
    erin.page.bring_to_front()

    tess.button("Back to the assistant", within=tess.page.locator("[data-desk-chat]")).click()
    expect(window.get_by_text("has given our conversation back to me")).to_be_visible(timeout=5_000)
    expect(window.locator("[data-chat-live]")).to_be_hidden()
    assert number in say_in(erin, window, f"what is the status of {number}?")
    erin.look("back-to-the-assistant")


def say_in(person: Visitor, window: Locator, words: str) -> str:
    window.get_by_label("Your message").focus()
    return say(person, window, words)


def test_solving_it_ends_the_talk_with_a_sentence(visit):
    erin, tess = visit("Erin"), visit("Tess")
    window = begin(erin)
    number = number_in(say(erin, window, "the display in the reception shows only stripes"))
    press(window, "Talk to a person")
    tess.open(f"/desk/{number}?do=resolve")
    panel = tess.page.locator("#panel")
    panel.get_by_label("Cause", exact=True).fill("loose cable")
    panel.get_by_label("What solved it").fill("The cable was loose.")
    panel.get_by_role("button", name="Resolve").click()
    expect(window.get_by_text("is solved.")).to_be_visible(timeout=8_000)
    expect(window.get_by_role("button", name="It is not solved")).to_be_visible()


def test_a_fix_is_followed_step_by_step_across_a_reload(visit, stored):
    erin = visit("Erin")
    window = begin(erin)
    number = number_in(say(erin, window, "outlook asks for the password again and again"))
    step = press(window, "Show me step by step")
    assert "Step 1 of" in step
    erin.look("first-step")
    press(window, "Done, next step")
    erin.page.reload()
    window = erin.page.get_by_role("dialog", name="Chat with us")
    expect(window.get_by_text("Step 2 of")).to_be_visible()
    assert f"{number} is solved" in press(window, "It works now")
    assert stored(number)["state"] == "resolved"
