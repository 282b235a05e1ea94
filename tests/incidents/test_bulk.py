"""One change, or one reply, for many."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from firstline import clock
from firstline.db import db, write
from incidents import bulk, lifecycle
from incidents.bulk import Deed, Wanted
from incidents.errors import Conflict, Invalid, NotFound
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Event, Incident, Level, State, Visibility
from incidents.notices import Delivery, Notice, Topic
from incidents.people import Role
from incidents.writing import held

TAKE = Wanted(deed=Deed.TAKE)
HAND_OVER = Wanted(deed=Deed.HAND_OVER, team="network", text="The gateway is theirs")
REPLY = Wanted(deed=Deed.REPLY, text="Dear {{first_name}}, {{number}} is known. {{unknown}}")

NOTE = Wanted(deed=Deed.NOTE, text="{{number}}: see the gateway")
RESOLVE = Wanted(
    deed=Deed.RESOLVE, resolution="support", cause="gateway", text="{{first_name}}, it was the gateway."
)


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def omar(person, desk):
    return person("omar", Role.AGENT, desk["first"])


@pytest.fixture
def told(person, desk):
    erin = person("erin")

    def tell(words="vpn drops", **more):
        return report(Report(requester_id=erin.id, description=words, channel=Channel.PORTAL, **more))

    return tell


def ids(*incidents):
    return [incident.id for incident in incidents]


def again(incident) -> Incident:
    return db.session.get_one(Incident, incident.id, populate_existing=True)


def test_the_preview_says_for_each_what_would_happen_and_changes_nothing(told, tess, omar):
    free, taken, over = told(), told(), told()
    lifecycle.take(taken.id, by=omar)
    lifecycle.change(over.id, Change(to=State.CANCELLED), by=tess)
    version = again(free).version
    rows = bulk.preview(bulk.chosen(ids(free, taken, over), tess), TAKE, by=tess)
    assert [(row.words, row.why_not) for row in rows] == [
        ("It is yours.", ""),
        ("It is yours.", "Omar has it."),
        ("It is yours.", "It is over."),
    ]
    assert again(free).version == version


def test_each_has_its_result_and_one_refusal_stops_no_other(told, tess, omar):
    taken, free = told(), told()
    lifecycle.take(taken.id, by=omar)
    made = bulk.run(ids(taken, free), TAKE, by=tess)
    assert [(row["done"], row["words"]) for row in made.rows] == [
        (False, "Omar has it."),
        (True, "It is yours."),
    ]
    assert (again(taken).assignee_id, again(free).assignee_id) == (omar.id, tess.id)


@pytest.mark.parametrize("wanted", [TAKE, HAND_OVER, Wanted(deed=Deed.URGENCY, urgency=Level.HIGH), RESOLVE])
def test_undone_all_is_as_it_was(told, tess, wanted):
    incident, other = told(impact=Level.HIGH, urgency=Level.HIGH), told(impact=Level.HIGH, urgency=Level.LOW)
    lifecycle.change(other.id, Change(to=State.QUEUED), by=tess)

    def standing():
        return [
            (one.state, one.team_id, one.assignee_id, one.urgency, one.priority)
            for one in (again(incident), again(other))
        ]

    before = standing()
    made = bulk.run(ids(incident, other), wanted, by=tess)
    assert standing() != before
    made = bulk.undo(made.id, by=tess)
    assert standing() == before
    assert not made.can_be_undone
    with pytest.raises(Conflict):
        bulk.undo(made.id, by=tess)


def test_what_has_moved_on_stays_as_it_is(told, tess, omar):
    moved, still = told(), told()
    made = bulk.run(ids(moved, still), TAKE, by=tess)
    lifecycle.change(moved.id, Change(to=State.WAITING, note="Which one?"), by=omar)
    made = bulk.undo(made.id, by=tess)
    assert [row["undone"] for row in made.rows] == [False, True]
    assert again(moved).state == State.WAITING and again(still).assignee_id is None


class TestReplies:
    def answers(self, incident):
        return [entry.text for entry in again(incident).entries if entry.event == Event.ANSWERED]

    def test_each_gets_its_own_words_after_a_minute(self, told, tess):
        first, second = told(), told()
        bulk.run(ids(first, second), REPLY, by=tess)
        assert self.answers(first) == []
        with clock.freeze(clock.now() + bulk.TOLD_AFTER + timedelta(seconds=1)):
            held.send_due()
        for one in (first, second):
            assert self.answers(one) == [f"Dear Erin, {one.number} is known. {{{{unknown}}}}"]

    def test_undone_none_goes_out(self, told, tess):
        incident = told()
        made = bulk.run(ids(incident), REPLY, by=tess)
        bulk.undo(made.id, by=tess)
        with clock.freeze(clock.now() + timedelta(minutes=2)):
            held.send_due()
        assert self.answers(incident) == []


class TestResolving:
    def notices(self, incident, topic):
        found = select(Notice).where(Notice.incident_id == incident.id, Notice.topic == topic)
        return db.session.scalars(found).all()

    def test_each_is_solved_in_its_own_words_and_nobody_is_told_for_a_minute(self, told, tess):
        first, second = told(), told()
        bulk.run(ids(first, second), RESOLVE, by=tess)
        for one in (first, second):
            solved = again(one)
            assert (solved.state, solved.resolution, solved.cause) == (State.RESOLVED, "support", "gateway")
            assert solved.solution == "Erin, it was the gateway."
            (owed,) = self.notices(one, Topic.RESOLVED)
            assert owed.not_before > owed.created_at + bulk.TOLD_AFTER / 2

    def test_undone_nobody_hears_of_it_and_it_does_not_count_as_reopened(self, told, tess):
        incident = told()
        lifecycle.take(incident.id, by=tess)
        lifecycle.change(incident.id, Change(to=State.WAITING, note="Which one?"), by=tess)
        bulk.undo(bulk.run(ids(incident), RESOLVE, by=tess).id, by=tess)
        after = again(incident)
        assert (after.state, after.waiting_on, after.assignee_id) == (State.WAITING, "requester", tess.id)
        assert after.reopened_count == 0
        assert {one.state for one in self.notices(incident, Topic.RESOLVED)} == {Delivery.SUPPRESSED}

    def test_what_is_over_and_what_others_are_joined_with_is_left(self, told, tess):
        over, joined = told(), told()
        lifecycle.change(over.id, Change(to=State.CANCELLED), by=tess)
        with write() as session:
            session.get_one(Incident, joined.id).affected_count = 3
        made = bulk.run(ids(over, joined), RESOLVE, by=tess)
        assert [row["words"] for row in made.rows] == [
            "It is over.",
            "Others are joined with it: open it to decide.",
        ]


def test_a_note_on_many_is_for_support_and_stays(told, tess):
    incident = told()
    made = bulk.run(ids(incident), NOTE, by=tess)
    noted = [entry for entry in again(incident).entries if entry.event == Event.NOTED]
    assert [(one.text, one.visibility) for one in noted] == [
        (f"{incident.number}: see the gateway", Visibility.INTERNAL)
    ]
    with pytest.raises(Conflict):
        bulk.undo(made.id, by=tess)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted(deed=Deed.HAND_OVER, text="x"), "team"),
        (Wanted(deed=Deed.HAND_OVER, team="printwell", text="x"), "team"),
        (Wanted(deed=Deed.HAND_OVER, team="network"), "text"),
        (Wanted(deed=Deed.URGENCY, urgency="very"), "urgency"),
        (Wanted(deed=Deed.REPLY), "text"),
        (Wanted(deed=Deed.NOTE), "text"),
        (Wanted(deed=Deed.RESOLVE, resolution="self_service", cause="x"), "resolution"),
        (Wanted(deed=Deed.RESOLVE, resolution="support"), "cause"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_done(told, tess, wanted, field):
    incident = told()
    with pytest.raises(Invalid) as refused:
        bulk.run(ids(incident), wanted, by=tess)
    assert refused.value.field == field


def test_none_and_too_many_are_refused_and_ones_changes_are_ones_own(told, tess, omar):
    for wrong in ([], list(range(1, bulk.MOST + 2))):
        with pytest.raises(Invalid):
            bulk.run(wrong, TAKE, by=tess)
    made = bulk.run(ids(told()), TAKE, by=tess)
    with pytest.raises(NotFound):
        bulk.undo(made.id, by=omar)
