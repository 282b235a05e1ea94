"""Journey 5: whatever goes wrong, there is a sentence, a way on, and nothing given is lost."""

import re

from playwright.sync_api import expect

from tests.browser.visitor import Visitor

MEGABYTE = 1024 * 1024
TYPING_PAUSE_MS = 1_500


def report_page(person: Visitor, words: str) -> None:
    person.open("/").page.get_by_role("textbox", name="What is going wrong?").fill(words)
    person.button("Report it").click()
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Report a problem")


def test_an_empty_report_keeps_the_other_answers(visit):
    erin = visit("Erin")
    erin.expected.add(422)
    report_page(erin, "   ")
    erin.page.get_by_label("My team").check()
    erin.button("Send it").click()
    expect(erin.page.get_by_role("alert")).to_be_focused()
    expect(erin.page.get_by_label("My team")).to_be_checked()
    erin.look("empty-report")


def test_a_report_of_100_kilobytes_is_taken(visit, found):
    erin = visit("Erin")
    report_page(erin, "the ticker fills the screen")
    words = f"the ticker {erin.width} fills the screen\n" + "all work and no play\n" * 5_000
    # Typing or pasting so much by the browser's own editing takes it half a minute.
    erin.page.get_by_role("textbox", name="What is going wrong?").evaluate(
        "(field, words) => { field.value = words; field.dispatchEvent(new Event('input', {bubbles: true})); }",
        words,
    )
    erin.page.wait_for_timeout(TYPING_PAUSE_MS)
    erin.look("long-report")
    erin.button("Send it").click()
    expect(erin.page.get_by_role("heading", level=1)).to_contain_text("is logged.")
    assert len(found(f"ticker {erin.width}")) == 1


def test_wrong_credentials_have_a_sentence_and_keep_the_address(visit):
    stranger = visit().open("/login")
    stranger.page.get_by_label("E-mail address").fill("erin@example.com")
    stranger.page.get_by_label("Password").fill("not hers")
    stranger.button("Sign in").click()
    expect(stranger.page.get_by_role("alert")).to_be_visible()
    expect(stranger.page.get_by_label("E-mail address")).to_have_value("erin@example.com")
    stranger.look("wrong-password")


def test_foreign_and_unknown_things_are_not_found_alike_and_there_is_a_way_on(visit, desk):
    bob = visit("Bob")
    bob.expected.add(404)
    hers = desk.post(
        "/api/v1/incidents",
        json={"title": "Theirs alone", "description": "Private.", "requester": "carla@example.com"},
    ).json()["number"]
    bob.open(f"/incidents/{hers}")
    bob.told(f"There is no incident {hers} among yours.")
    bob.look("foreign-incident")
    foreign = bob.page.locator("main").inner_text().replace(hers, "")
    bob.open("/incidents/INC-999999")
    assert bob.page.locator("main").inner_text().replace("INC-999999", "") == foreign
    bob.open("/fixes/there-is-no-such-fix")
    bob.look("unknown-article")
    bob.link("Go to the home page").click()
    expect(bob.page.get_by_role("textbox", name="What is going wrong?")).to_be_visible()


def test_a_double_click_is_one_incident_with_scripts_and_without(visit, found):
    for scripted in (True, False):
        erin = visit("Erin", scripted=scripted)
        words = f"the door {erin.width} squeaks {'loudly' if scripted else 'softly'}"
        report_page(erin, words)
        erin.button("Send it").dblclick()
        expect(erin.page.get_by_role("heading", level=1)).to_contain_text("is logged.")
        assert len(found(words)) == 1


def test_a_file_too_large_is_refused_with_a_sentence_and_the_words_stay(visit, tmp_path):
    erin = visit("Erin")
    erin.expected.update({413, 422})
    large = tmp_path / "film.mov"
    large.write_bytes(b"\0" * (26 * MEGABYTE))
    report_page(erin, "the film of the trouble")
    erin.page.get_by_label("Pictures or files").set_input_files(large)
    erin.told(re.compile("film.mov” is too large"))
    erin.look("large-file-chosen")
    erin.button("Send it").click()
    expect(erin.page.get_by_role("alert")).to_contain_text("film.mov")
    expect(erin.page.get_by_role("textbox", name="What is going wrong?")).to_have_value(
        "the film of the trouble"
    )
    erin.look("large-file-refused")


def test_a_cut_or_forged_link_of_a_mail_says_what_to_do(visit):
    stranger = visit()
    stranger.expected.add(404)
    stranger.open("/answer/eyJpbmNpZGVudCI6MX0.forged")
    stranger.told("This link is too old or was cut short.")
    stranger.look("forged-link")
