"""What a query finds, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import delete

from firstline import clock
from firstline.db import db, write
from incidents import conversation, lifecycle, queue, views
from incidents.attachments import Upload
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.models import Channel, Level, Visibility
from incidents.people import Role
from incidents.queue import Filter
from incidents.search import words
from incidents.search.filling import fill


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def told(erin):
    def tell(words="printer jams", channel=Channel.PORTAL, by=erin, **more):
        return report(Report(requester_id=by.id, description=words, channel=channel, **more))

    return tell


@pytest.fixture
def found(tess):
    def find(text, by=tess):
        return sorted(one.title for one in queue.visible(by, Filter(q=text)).incidents)

    return find


def test_filters_narrow_and_a_minus_turns_them_round(found, told, tess, person):
    bob = person("bob")
    told("one", service="vpn")
    told("two", Channel.MAIL, by=bob, impact=Level.HIGH, urgency=Level.HIGH)
    lifecycle.take(told("three").id, by=tess)
    for text, titles in {
        "p:1": ["two"],
        "p:>1": ["one", "three"],
        "channel:mail": ["two"],
        "-channel:mail": ["one", "three"],
        "channel:mail,chat": ["two"],
        "requester:bob": ["two"],
        "requester:bob@example.com": ["two"],
        "assignee:me": ["three"],
        "assignee:tess": ["three"],
        "-assignee:me": ["one", "two"],
        "assignee:none": ["one", "two"],
        "team:mine": ["three", "two"],
        "team:service-desk": ["three", "two"],
        "-team:service": ["one"],
        "team:none": ["one"],
        "service:vpn": ["one"],
        "-service:vpn": ["three", "two"],
        "state:in_progress": ["three"],
        "state:open -state:in-progress": ["one", "two"],
        "is:unassigned p:1": ["two"],
        "requester:nobody": [],
    }.items():
        assert found(text) == titles, text


def test_times_are_lengths_from_now(found, told):
    with clock.freeze(clock.now() - timedelta(days=3)):
        told("old")
    told("new")
    assert found("age:>2d") == found("is:breached") == found("updated:>1d") == ["old"]
    assert found("age:<2d") == found("updated:<1h") == found("due:>1h") == ["new"]
    assert found("due:<1h") == ["old"]


def test_words_are_found_in_title_report_and_conversation(found, told, tess):
    incident = told("vpn drops")
    told("printer jams", attachments=[Upload("a.txt", b"x")])
    conversation.say(incident.id, by=tess, text="Is it the Gateway in Zürich?", channel=Channel.PORTAL)
    for text in (
        "VPN",
        "gateway",
        "zurich",
        "ZÜRICH",
        "gate",
        "vpn gateway",
        '"gateway in"',
        "-jams",
        "-has:file",
    ):
        assert found(text) == ["vpn drops"], text
    for text in ('"in gateway"', "vpn jams", "vpn -gateway"):
        assert found(text) == [], text
    assert found(incident.number) == found(str(incident.id)) == ["vpn drops"]


@pytest.mark.parametrize("text", ["50%", "a' OR 1=1", "NEAR(", "title:vpn*", "col:{x}", "vpn:*"])
def test_no_word_is_taken_for_an_order_to_the_database(found, told, text):
    told("printer jams")
    assert found(text) == []


def test_words_of_internal_notes_find_for_support_alone(found, told, tess, erin):
    incident = told("vpn drops")
    conversation.say(
        incident.id, by=tess, text="suspicious", channel=Channel.PORTAL, visibility=Visibility.INTERNAL
    )
    assert found("suspicious") == ["vpn drops"]
    assert found("suspicious", by=erin) == [] and found("vpn", by=erin) == ["vpn drops"]


@pytest.mark.parametrize("text", ["&|!<->", "' '", "-", ""])
def test_signs_alone_ask_for_nothing(found, told, text):
    told("printer jams")
    assert found(text) == ["printer jams"]


def test_words_go_with_a_transaction_that_fails(found, told, tess):
    incident = told("vpn drops")

    def fail_halfway() -> None:
        with lifecycle.locked(incident.id) as (session, one):
            conversation.support_answers(session, one, tess, "never said", Channel.PORTAL, ())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert found("never") == []


def test_what_was_written_past_the_timeline_can_be_made_findable(app, found, told, tess):
    incident = told("vpn drops")
    conversation.say(incident.id, by=tess, text="Which gateway?", channel=Channel.PORTAL)
    table = words.FTS if db.engine.dialect.name == "sqlite" else words.INDEXED
    with write() as session:
        session.execute(delete(table))
        assert (fill(session), fill(session)) == (1, 0)
    assert found("gateway") == ["vpn drops"]


class TestViews:
    def test_own_and_shared_views_count_what_they_hold(self, told, tess, person):
        told("vpn drops")
        lifecycle.take(told("printer jams").id, by=tess)
        views.save(tess, name="Tunnels", query="vpn", is_shared=True)
        views.save(tess, name="Mine", query="assignee:me", is_shared=False)
        views.save(tess, name="Everything", query="state:any", is_shared=False)
        nina = person("nina", Role.AGENT)
        assert {one.name: one.count for one in views.saved(tess)} == {
            "Everything": 2,
            "Mine": 1,
            "Tunnels": 1,
        }
        assert [(one.name, one.count, one.may_drop) for one in views.saved(nina)] == [("Tunnels", 1, False)]

    def test_a_count_follows_what_happens(self, told, tess):
        views.save(tess, name="Tunnels", query="vpn", is_shared=False)
        assert views.saved(tess)[0].count == 0
        told("vpn drops")
        assert views.saved(tess)[0].count == 1

    def test_the_same_name_is_written_anew_and_a_broken_query_is_refused(self, tess):
        views.save(tess, name="A", query="vpn", is_shared=False)
        views.save(tess, name="A", query="printer", is_shared=False)
        assert [one.query for one in views.saved(tess)] == ["printer"]
        with pytest.raises(Invalid, match="from 1 to 5"):
            views.save(tess, name="B", query="p:7", is_shared=False)

    def test_shared_views_are_dropped_by_their_owner_or_a_lead(self, tess, person):
        nina, lea = person("nina", Role.AGENT), person("lea", Role.LEAD)
        shared = views.save(tess, name="A", query="vpn", is_shared=True)
        own = views.save(tess, name="B", query="vpn", is_shared=False)
        with pytest.raises(NotAllowed):
            views.drop(nina, shared.id)
        with pytest.raises(NotFound):
            views.drop(lea, own.id)
        views.drop(lea, shared.id)
        assert [one.name for one in views.saved(tess)] == ["B"]
