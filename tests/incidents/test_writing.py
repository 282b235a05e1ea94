"""Drafts, replies held back, presence and canned texts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from firstline import clock
from firstline.db import db
from incidents import conversation, feed
from incidents.attachments import Upload
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.feed import About
from incidents.intake import Report, report
from incidents.models import Channel, Event
from incidents.notices import Notice
from incidents.people import Role
from incidents.writing import canned, drafts, held, presence

DAY = timedelta(days=1)


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def omar(person, desk):
    return person("omar", Role.AGENT, desk["first"])


@pytest.fixture
def incident(erin):
    return report(Report(requester_id=erin.id, description="vpn drops", channel=Channel.PORTAL))


def answers(incident):
    db.session.refresh(incident)
    return [entry.text for entry in incident.entries if entry.event == Event.ANSWERED]


def later(**span):
    return clock.freeze(clock.now() + timedelta(**span))


class TestDrafts:
    def test_words_stay_with_whom_they_are_of_until_they_are_taken_away(self, incident, tess, omar):
        drafts.keep(incident, by=tess, kind=drafts.REPLY, text="Dear Er")
        drafts.keep(incident, by=tess, kind=drafts.REPLY, text="Dear Erin")
        drafts.keep(incident, by=tess, kind=drafts.NOTE, text="odd")
        assert drafts.of(tess, incident) == {"reply": "Dear Erin", "note": "odd"}
        assert drafts.of(omar, incident) == {}
        drafts.keep(incident, by=tess, kind=drafts.NOTE, text=" ")
        assert drafts.of(tess, incident) == {"reply": "Dear Erin"}

    def test_they_are_not_kept_for_ever_nor_for_everybody(self, incident, tess, erin):
        drafts.keep(incident, by=tess, kind=drafts.REPLY, text="Dear Erin")
        with pytest.raises(NotAllowed):
            drafts.keep(incident, by=erin, kind=drafts.NOTE, text="x")
        with clock.freeze(clock.now() + drafts.KEPT_FOR + DAY):
            drafts.forget_old()
        assert drafts.of(tess, incident) == {}


class TestHeldReplies:
    def test_nothing_has_happened_until_it_goes_and_then_all_of_it(self, incident, tess):
        drafts.keep(incident, by=tess, kind=drafts.REPLY, text="Which netw")
        held.hold(incident.id, by=tess, text="Which network?", uploads=[Upload("a.txt", b"x")])
        held.send_due()
        assert answers(incident) == [] and incident.responded_at is None
        assert db.session.scalars(select(Notice).where(Notice.topic == "answered")).all() == []
        assert drafts.of(tess, incident) == {}
        with later(seconds=11):
            held.send_due()
            held.send_due()
        assert answers(incident) == ["Which network?"] and incident.responded_at
        assert [file.name for file in incident.entries[-1].attachments] == ["a.txt"]
        assert len(db.session.scalars(select(Notice).where(Notice.topic == "answered")).all()) == 1

    def test_undone_in_time_it_is_a_draft_again(self, incident, tess, omar):
        reply = held.hold(incident.id, by=tess, text="Oops")
        with pytest.raises(NotFound):
            held.withdraw(reply, by=omar)
        assert held.withdraw(reply, by=tess) == "Oops"
        assert drafts.of(tess, incident) == {"reply": "Oops"}
        with later(seconds=11):
            held.send_due()
        assert answers(incident) == []

    def test_undone_too_late_says_so(self, incident, tess):
        reply = held.hold(incident.id, by=tess, text="Gone")
        with later(seconds=11):
            held.send_due()
        with pytest.raises(Conflict, match="went out"):
            held.withdraw(reply, by=tess)
        assert answers(incident) == ["Gone"]

    def test_two_agents_never_answer_at_once_and_one_never_twice(self, incident, tess, omar):
        first = held.hold(incident.id, by=tess, text="Restart it")
        assert held.hold(incident.id, by=tess, text="Restart it") == first
        with pytest.raises(Conflict, match="Tess is just sending"):
            held.hold(incident.id, by=omar, text="Reset it")

    def test_an_old_page_is_refused(self, incident, tess, omar):
        seen = incident.version
        conversation.say(incident.id, by=omar, text="Hello", channel=Channel.PORTAL)
        with pytest.raises(Conflict):
            held.hold(incident.id, by=tess, text="Hello", seen=seen)

    def test_a_reply_for_later_goes_at_its_time(self, incident, tess, omar):
        held.hold(incident.id, by=tess, text="Good morning", send_at=clock.now() + DAY)
        held.hold(incident.id, by=omar, text="Meanwhile")
        with later(hours=23):
            held.send_due()
        assert answers(incident) == ["Meanwhile"]
        with later(hours=25):
            held.send_due()
        assert answers(incident) == ["Meanwhile", "Good morning"]

    def test_it_is_stopped_and_kept_when_the_requester_wrote_meanwhile(self, incident, tess, erin):
        held.hold(incident.id, by=tess, text="Any news?", send_at=clock.now() + DAY)
        conversation.say(incident.id, by=erin, text="It works now", channel=Channel.MAIL)
        with later(hours=25):
            held.send_due()
        assert answers(incident) == [] and drafts.of(tess, incident) == {"reply": "Any news?"}

    @pytest.mark.parametrize("at", [-DAY, held.LATEST + DAY])
    def test_a_time_that_makes_no_sense_is_a_sentence(self, incident, tess, at):
        with pytest.raises(Invalid, match="time ahead"):
            held.hold(incident.id, by=tess, text="x", send_at=clock.now() + at)


class TestPresence:
    def told(self, after):
        found = feed.read(db.session(), after)
        return [item.id for item in found if item.id > after and item.about == About.PRESENCE]

    def test_others_see_who_looks_and_who_writes(self, incident, tess, omar):
        presence.look(incident, by=tess, is_writing=False)
        presence.look(incident, by=omar, is_writing=True)
        assert [(one.person.name, one.is_writing) for one in presence.others(incident, tess)] == [
            ("Omar", True)
        ]
        presence.leave(incident, by=omar)
        assert presence.others(incident, tess) == []

    def test_who_says_nothing_more_is_gone_and_is_forgotten(self, incident, tess, omar):
        presence.look(incident, by=tess, is_writing=False)
        with later(minutes=2):
            assert presence.others(incident, omar) == []
            presence.forget_old()
        assert db.session.scalars(select(presence.Presence)).all() == []

    def test_only_what_is_new_is_told(self, incident, tess):
        before = feed.head(db.session())
        for is_writing in (False, False, True, True):
            presence.look(incident, by=tess, is_writing=is_writing)
        assert len(self.told(before)) == 2


class TestCannedReplies:
    def test_places_are_filled_with_what_is_known(self, incident, tess):
        reply = canned.save(
            tess,
            name="Hello",
            text="Dear {{ first_name }}, {{number}} {{service}}{{device}}. {{me}}",
            is_shared=True,
        )
        assert canned.filled(reply, incident, tess) == f"Dear Erin, {incident.number} VPN. Tess"

    @pytest.mark.parametrize("place", ["{{password}}", "{{ }}", "{{}}"])
    def test_a_place_nobody_knows_is_refused_by_name(self, tess, place):
        with pytest.raises(Invalid, match="is no place"):
            canned.save(tess, name="x", text=f"Dear {place}", is_shared=True)

    def test_own_texts_are_ones_own_and_shared_ones_are_the_owners_to_change(self, tess, omar, person):
        own = canned.save(tess, name="B", text="Mine", is_shared=False)
        shared = canned.save(tess, name="A", text="Ours", is_shared=True)
        assert [reply.name for reply in canned.list_replies(omar)] == ["A"]
        with pytest.raises(NotFound):
            canned.find(omar, own.id)
        with pytest.raises(NotAllowed):
            canned.save(omar, name="A", text="Changed", is_shared=True, reply_id=shared.id)
        canned.drop(person("lea", Role.LEAD), shared.id)
        assert [reply.name for reply in canned.list_replies(tess)] == ["B"]
