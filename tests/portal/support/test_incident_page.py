import re
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from email_intake.models import Flood
from firstline import clock
from firstline.db import db, write
from incidents import conversation, lifecycle, notices
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Event, Incident, Resolution, State, Visibility
from incidents.people import Role
from incidents.services import Device
from incidents.writing import held
from knowledge_base.articles import Draft, create
from knowledge_base.models import Offer
from knowledge_base.outcomes import record_attempt
from knowledge_base.suggest import Suggestion


@pytest.fixture
def incident(told) -> Incident:
    return told("vpn keeps disconnecting")


@pytest.fixture
def post(at_desk, incident):
    """Send one of the page's forms: `post("take")`."""

    def send(doing: str, **fields: object):
        return at_desk.post(f"/desk/{incident.number}/{doing}", data=fields)

    return send


def page_of(client, incident, **query: str) -> str:
    answer = client.get(f"/desk/{incident.number}", query_string=query)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def text_of(response) -> str:
    return response.get_data(as_text=True)


def test_a_flood_of_mail_shows_how_much_was_counted_here(at_desk, incident):
    with write() as session:
        session.add(Flood(sender="robot@example.com", incident_id=incident.id, count=731))
    page = page_of(at_desk, incident)
    assert "<b>731</b> from robot@example.com" in page


def test_the_page_tells_all_of_it(at_desk, incident, tess, erin):
    with write() as session:
        session.add(Device(tag="LT-0042", name="ThinkPad T14", kind="laptop", owner_id=erin.id))
    conversation.say(incident.id, by=erin, text="It is worse at noon", channel=Channel.MAIL)
    conversation.say(
        incident.id, by=tess, text="Gateway again?", channel=Channel.PORTAL, visibility=Visibility.INTERNAL
    )
    page = page_of(at_desk, incident)
    for words in (
        incident.number,
        "vpn keeps disconnecting",
        "It is worse at noon",
        "Gateway again?",
        "Support only",
        "LT-0042",
        "erin@example.com",
        "Respond by",
        "Why here?" if incident.routed_because else "Facts",
    ):
        assert words in page


def test_words_of_people_are_shown_as_words(at_desk, told):
    page = page_of(at_desk, told("<script>alert(1)</script> & more"))
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page


def test_what_was_tried_stands_beside(at_desk, incident):
    fix = create(Draft(title="Steady the network", body="1. Use a cable."), publish=True)
    shown = [Suggestion(article_id=fix.id, slug=fix.slug, title=fix.title, summary="", score=0.9)]
    with write() as session:
        record_attempt(session, shown, words="x", channel="portal", incident_id=incident.id)
        session.scalars(select(Offer)).one().helped = False
    page = page_of(at_desk, incident)
    assert "Steady the network" in page and "did not help" in page
    assert "1 fix tried" in text_of(at_desk.get("/desk"))


def test_taking_answering_escalating_and_resolving(post, at_desk, incident, person, desk, browser_of):
    assert post("take").status_code == 303
    assert post("reply", text="Which network are you in?").status_code == 303
    assert post("escalate", note="Client is current, still drops").status_code == 303
    nina = browser_of(person("nina", Role.AGENT, desk["second"]))
    nina.post(f"/desk/{incident.number}/take")
    done = {"resolution": "higher_tier", "cause": "gateway overloaded", "note": "Moved you", "minutes": "25"}
    assert nina.post(f"/desk/{incident.number}/resolve", data=done).status_code == 303
    assert (incident.state, incident.resolution, incident.cause, incident.minutes_spent) == (
        State.RESOLVED,
        Resolution.HIGHER_TIER,
        "gateway overloaded",
        25,
    )
    topics = [notice.topic for notice in db.session.scalars(select(notices.Notice))]
    assert topics == ["answered", "resolved"]
    events = [entry.event for entry in incident.entries]
    for event in (Event.TAKEN, Event.ANSWERED, Event.ESCALATED, Event.RESOLVED):
        assert event in events
    assert "Cause: gateway overloaded" in page_of(at_desk, incident)


def test_a_reply_reaches_the_requester_and_a_note_does_not(post, incident):
    post("note", text="He always does this")
    post("reply", text="Please restart it")
    entries = {entry.text: entry.visibility for entry in incident.entries}
    assert entries["He always does this"] == Visibility.INTERNAL
    assert entries["Please restart it"] == Visibility.PUBLIC


def test_a_file_goes_along_with_the_reply(post, incident):
    post("reply", text="See the picture", attachments=(BytesIO(b"\x89PNG\r\n\x1a\n"), "steps.png"))
    assert [file.name for file in incident.entries[-1].attachments] == ["steps.png"]


def test_waiting_says_on_whom_and_goes_on_again(post, incident):
    post("take")
    assert post("wait", waiting_on="vendor", note="").status_code == 422
    post("wait", waiting_on="vendor", note="Asked Printwell for rollers")
    assert (incident.state, incident.waiting_on) == (State.WAITING, "vendor")
    post("resume")
    assert incident.state == State.IN_PROGRESS


def test_put_back_close_and_reopen(post, incident):
    post("take")
    post("put-back", note="My shift ends")
    assert (incident.state, incident.assignee_id) == (State.QUEUED, None)
    post("resolve", resolution="support", cause="cable")
    assert post("close", note="").status_code == 422
    post("close", note="She said so on the phone")
    assert incident.state == State.CLOSED
    post("reopen", note="It is back")
    assert incident.state == State.QUEUED


def test_an_unknown_deed_is_not_found(post, at_desk, incident):
    assert post("explode").status_code == 404
    assert at_desk.get(f"/desk/{incident.number}/panel/explode").status_code == 404
    assert at_desk.get("/desk/INC-009999").status_code == 404


class TestRefusals:
    """Each shows its sentence and keeps what was typed."""

    @pytest.mark.parametrize(
        ("doing", "fields", "sentence"),
        [
            ("escalate", {"note": "", "team": "printwell"}, "the next tier starts from it"),
            ("escalate", {"note": "Kept words", "team": "moon"}, "no such team"),
            ("resolve", {"note": "Kept words", "resolution": "support"}, "what the cause was"),
            ("resolve", {"note": "Kept words", "resolution": "luck", "cause": "c"}, "who resolved it"),
            (
                "resolve",
                {"note": "Kept words", "resolution": "support", "cause": "c", "minutes": "x"},
                "minutes",
            ),
            (
                "resolve",
                {"note": "Kept words", "resolution": "support", "cause": "c", "article": "moon"},
                "no such article",
            ),
            ("wait", {"note": "Kept words", "waiting_on": "moon"}, "whom it waits for"),
            ("facts", {"impact": "vast"}, "none of"),
            ("reply", {"text": " "}, "Write something"),
            ("close", {"note": "Kept words"}, "cannot become closed"),
        ],
    )
    def test_a_refusal_is_a_sentence_beside_the_words(self, post, doing, fields, sentence):
        post("take")
        answer = post(doing, **fields)
        assert answer.status_code in {404, 409, 422}
        assert sentence in text_of(answer)
        assert all(words in text_of(answer) for words in fields.values() if words == "Kept words")

    def test_too_large_a_file_is_refused_and_the_words_stay(self, app, post):
        with_file = {"text": "Kept words", "attachments": (BytesIO(b"x" * (26 * 1024 * 1024)), "big.bin")}
        answer = post("reply", **with_file)
        # Werkzeug's test client leaves the temporary file of a large form to the collector.
        answer.request.input_stream.close()
        assert answer.status_code == 422
        assert "larger than 25 MB" in text_of(answer) and "Kept words" in text_of(answer)

    def test_who_took_it_first_keeps_it(self, post, incident, person, desk):
        lifecycle.take(incident.id, by=person("nina", Role.AGENT, desk["second"]))
        answer = post("take")
        assert answer.status_code == 409 and "Nina has taken it already." in text_of(answer)


class TestTwoAtOnce:
    def test_the_second_is_told_and_keeps_their_words_and_may_send_them_then(
        self, post, incident, person, desk
    ):
        seen = incident.version
        nina = person("nina", Role.AGENT, desk["second"])
        conversation.say(incident.id, by=nina, text="I am on it", channel=Channel.PORTAL)
        answer = post("reply", text="I have it, too", seen=seen)
        assert answer.status_code == 409
        assert "what is new" in text_of(answer)
        assert "I have it, too" in text_of(answer) and "I am on it" in text_of(answer)
        assert post("reply", text="I have it, too", seen=incident.version).status_code == 303

    def test_a_resolution_on_an_old_state_changes_nothing(self, post, incident, erin):
        seen = incident.version
        conversation.say(incident.id, by=erin, text="Now it smokes", channel=Channel.MAIL)
        answer = post("resolve", resolution="support", cause="cable", note="Kept words", seen=seen)
        assert answer.status_code == 409 and "Kept words" in text_of(answer)
        assert incident.is_open

    def test_news_come_once_something_happened(self, at_desk, incident, erin):
        news = f"/desk/{incident.number}/news"
        assert at_desk.get(news, query_string={"seen": incident.version}).status_code == 204
        seen = incident.version
        conversation.say(incident.id, by=erin, text="Now it smokes", channel=Channel.MAIL)
        assert "Erin wrote" in text_of(at_desk.get(news, query_string={"seen": seen}))


def test_only_what_the_state_allows_is_offered(at_desk, incident, tess):
    assert "Close" not in page_of(at_desk, incident).split('id="panel"')[0]
    lifecycle.change(
        incident.id, Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, cause="c"), by=tess
    )
    head = page_of(at_desk, incident).split('id="panel"')[0]
    assert "Reopen" in head and "Escalate" not in head and ">Take<" not in head


@pytest.mark.parametrize("doing", ["escalate", "wait", "resolve", "facts", "cancel", "put-back"])
def test_each_form_opens_without_scripts_and_in_place(at_desk, post, incident, doing):
    post("take")
    assert 'class="panel"' in page_of(at_desk, incident, do=doing)
    assert 'class="panel"' in text_of(at_desk.get(f"/desk/{incident.number}/panel/{doing}"))


def test_correcting_the_facts_changes_the_priority(post, incident, at_desk):
    post("facts", category="network", kind="incident", impact="high", urgency="high", service="vpn")
    assert incident.priority == 1
    assert "Tess corrected the" in page_of(at_desk, incident)


def test_fixes_for_support_come_when_asked_for(at_desk, incident):
    assert "known fix" in text_of(at_desk.get(f"/desk/{incident.number}/fixes"))


def test_the_used_article_is_kept(post, incident):
    fix = create(Draft(title="Steady the network", body="1. Use a cable."), publish=True)
    post("resolve", resolution="support", cause="wifi", article=fix.slug)
    assert incident.article_id == fix.id


def test_articles_can_be_looked_up_for_the_field(at_desk):
    create(Draft(title="Steady the network", body="1. Use a cable."), publish=True)
    assert 'value="steady-the-network"' in text_of(at_desk.get("/desk/fixes?article=net"))


@pytest.mark.parametrize("doing", ["take", "reply", "note", "escalate", "wait", "resolve", "facts", "close"])
def test_employees_do_none_of_it_even_to_their_own(browser_of, erin, incident, doing):
    data = {"text": "x", "note": "x"}
    assert browser_of(erin).post(f"/desk/{incident.number}/{doing}", data=data).status_code == 403


class TestWriting:
    @pytest.fixture(autouse=True)
    def _held(self, app):
        app.config["UNDO_SEND_S"] = 10

    def test_a_reply_can_be_undone_and_its_words_stand_in_the_field_again(self, post, at_desk, incident):
        post("reply", text="Please restart it")
        page = page_of(at_desk, incident)
        assert "Being sent" in page and "Please restart it" in page
        post("held/1/undo")
        page = page_of(at_desk, incident)
        assert "Being sent" not in page and re.search(r"<textarea[^>]+>Please restart it</textarea>", page)
        assert [entry.event for entry in incident.entries if entry.event == Event.ANSWERED] == []

    def test_it_goes_out_by_itself_and_then_it_is_too_late(self, post, at_desk, incident):
        post("reply", text="Please restart it")
        with clock.freeze(clock.now() + timedelta(seconds=11)):
            held.send_due()
        assert incident.entries[-1].text == "Please restart it"
        post("held/1/undo")
        assert "It went out before" in page_of(at_desk, incident)

    def test_a_wrong_time_keeps_the_words(self, post):
        answer = post("reply", text="Kept words", send_at="2020-01-01T10:00")
        assert answer.status_code == 422 and "Kept words" in text_of(answer)

    def test_drafts_are_in_the_field_on_another_computer(self, post, incident, browser_of, tess):
        assert post("draft", kind="reply", text="Dear Er").status_code == 204
        assert post("draft", kind="poem", text="x").status_code == 404
        assert ">Dear Er</textarea>" in page_of(browser_of(tess), incident)
        post("note", text="done")
        assert ">Dear Er</textarea>" in page_of(browser_of(tess), incident)

    def test_others_see_who_writes_until_they_go(self, post, at_desk, incident, person, browser_of):
        omar = browser_of(person("omar", Role.AGENT))
        post("here", writing="1")
        assert "Tess is writing here" in page_of(omar, incident)
        assert "Tess" not in text_of(post("here", writing="1"))
        post("here", gone="1")
        assert "Tess is writing here" not in page_of(omar, incident)

    def test_what_happened_since_comes_with_the_version_it_makes(self, at_desk, incident, erin, tess):
        last = incident.entries[-1].id
        conversation.say(incident.id, by=tess, text="Mine", channel=Channel.PORTAL)
        answer = text_of(at_desk.get(f"/desk/{incident.number}/latest?after={last}"))
        assert "Mine" in answer and "data-mine" in answer
        conversation.say(incident.id, by=erin, text="Hers", channel=Channel.PORTAL)
        answer = text_of(at_desk.get(f"/desk/{incident.number}/latest?after={last}"))
        assert "Hers" in answer and "data-mine" not in answer

    def test_a_text_at_hand_is_kept_filled_in_and_dropped(self, at_desk, incident):
        kept = {"name": "Hello", "text": "Dear {{first_name}}", "shared": "on"}
        at_desk.post("/desk/texts", data=kept)
        assert "Hello" in page_of(at_desk, incident)
        assert text_of(at_desk.get(f"/desk/{incident.number}/texts/1")) == "Dear Erin"
        wrong = at_desk.post("/desk/texts", data=kept | {"text": "{{moon}}"})
        assert wrong.status_code == 422 and "is no place" in text_of(wrong)
        gone = text_of(at_desk.post("/desk/texts/1/drop"))
        assert "Dear {{first_name}}</textarea>" in gone and "No text yet" in gone

    def test_articles_are_found_to_be_put_in(self, at_desk):
        create(Draft(title="Steady the network", body="1. Use a cable."), publish=True)
        answer = text_of(at_desk.get("/desk/articles?into=reply"))
        assert 'data-into="#reply-text"' in answer and "Steady the network" in answer


class TestWatching:
    def test_the_page_says_who_watches_and_whoever_wants_watches_or_stops(self, at_desk, incident, post):
        assert "nobody yet" in page_of(at_desk, incident)
        post("watch", watch="yes")
        assert "Stop watching" in page_of(at_desk, incident)
        post("watch", watch="no")
        assert "Stop watching" not in page_of(at_desk, incident)

    def test_who_is_named_in_a_note_stands_below_it_and_among_those_who_watch(
        self, at_desk, incident, post, person
    ):
        person("omar", Role.AGENT)
        assert {"handle": "omar", "name": "Omar"} in at_desk.get("/desk/handles").json
        post("note", text="Perhaps @omar knows")
        page = page_of(at_desk, incident)
        assert "Named: Omar" in page
        assert "Omar" in page.split("Watched by")[1].split("</section>")[0]


def test_what_a_machine_raised_asks_for_a_note_before_a_reply(at_desk, told, person):
    monitor = person("monitor", Role.MONITOR)
    raised = report(Report(requester_id=monitor.id, description="disk full", channel=Channel.MONITORING))
    page = page_of(at_desk, raised)
    assert "Monitor raised this" in page and "is a machine: nobody reads this" in page
    opened = re.findall(r'<details class="compose (\w+)" name="composer" open>', page)
    assert opened == ["note"]
    assert "is a machine" not in page_of(at_desk, told("vpn drops"))


def test_support_has_no_button_of_the_chat_for_employees_over_its_own(at_desk, incident):
    assert "data-chat-launcher" not in page_of(at_desk, incident)
    assert "data-chat-launcher" in at_desk.get("/").get_data(as_text=True)
