"""Many reports, one cause: merged, joined, parted, and everybody answered."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from firstline.db import db
from incidents import lifecycle, queue, selfhelp, views
from incidents.conversation import say
from incidents.errors import Conflict, NotFound, Refused
from incidents.intake import Report, report
from incidents.kinship import joining, lookalikes
from incidents.kinship.models import Lookalike, Verdict
from incidents.lifecycle import Change
from incidents.models import Channel, Entry, Event, Incident, Kind, Level, Resolution, State, Visibility
from incidents.notices import Notice, Topic
from incidents.people import Person, Role
from incidents.search.language import parse


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def told(person, tess):
    """Report these words as this person: `told("erin", "vpn drops")`."""
    known = {}

    def tell(name="erin", words="vpn drops every few minutes", channel=Channel.PORTAL):
        if name not in known:
            known[name] = person(name).id
        return report(Report(requester_id=known[name], description=words, channel=channel))

    return tell


def resolve(incident, by, **more):
    wanted = Change(
        to=State.RESOLVED, resolution=Resolution.SUPPORT, note="New gateway.", cause="dns", **more
    )
    lifecycle.change(incident.id, wanted, by=by)


def again(incident):
    db.session.rollback()
    return db.session.get(Incident, incident.id)


def entries(incident, event):
    db.session.rollback()
    found = select(Entry).where(Entry.incident_id == incident.id, Entry.event == event).order_by(Entry.id)
    return db.session.scalars(found).all()


def notices_of(incident, topic):
    db.session.rollback()
    found = select(Notice).where(Notice.incident_id == incident.id, Notice.topic == topic)
    return [notice.recipient.name for notice in db.session.scalars(found)]


def test_words_about_a_merged_incident_go_to_the_survivor(told, tess):
    lost, survivor = told(), told()
    joining.merge(lost.id, survivor.id, by=tess)
    assert again(lost).state == State.MERGED
    say(lost.id, by=lost.requester, text="it got worse", channel=Channel.CHAT)
    assert [entry.text for entry in entries(survivor, Event.COMMENTED)] == ["it got worse"]


def test_another_persons_words_reach_the_agent_and_not_the_survivors_requester(told, tess):
    lost, survivor = told("bob"), told("erin")
    joining.merge(lost.id, survivor.id, by=tess)
    say(lost.id, by=lost.requester, text="my number is 42", channel=Channel.PORTAL)
    (seen,) = entries(survivor, Event.COMMENTED)
    assert (seen.visibility, seen.facts["from"]) == (Visibility.INTERNAL, lost.number)
    assert "my number" not in str([e.text for e in queue.timeline(survivor.requester, again(survivor))])
    assert [entry.text for entry in entries(lost, Event.COMMENTED)] == ["my number is 42"]


def test_whose_report_was_merged_is_told_when_it_is_solved_and_may_object(told, tess):
    lost, survivor = told("bob"), told("erin")
    joining.merge(lost.id, survivor.id, by=tess)
    resolve(survivor, tess)
    assert notices_of(lost, Topic.RESOLVED) == ["Bob"]
    say(lost.id, by=lost.requester, text="thanks!", channel=Channel.MAIL)
    assert again(lost).state == State.MERGED
    say(lost.id, by=lost.requester, text="still broken for me", channel=Channel.MAIL)
    assert (again(lost).state, again(survivor).state) == (State.QUEUED, State.RESOLVED)


def test_a_merge_can_be_taken_back(told, tess):
    lost, survivor = told("bob"), told("erin")
    lifecycle.take(lost.id, by=tess)
    joining.merge(lost.id, survivor.id, by=tess)
    assert again(survivor).affected_count == 2
    joining.split(lost.id, by=tess, note="another cause")
    assert (again(lost).state, again(lost).assignee_id, again(lost).merged_into_id) == (
        State.IN_PROGRESS,
        tess.id,
        None,
    )
    assert again(survivor).affected_count == 1
    assert [entry.facts for entry in entries(survivor, Event.SPLIT)] == [{"off": lost.number}]


def test_children_of_what_is_merged_go_along_and_come_back(told, tess):
    parent, child, survivor = told("erin"), told("bob"), told("ann")
    joining.adopt(child.id, parent.id, by=tess)
    joining.merge(parent.id, survivor.id, by=tess)
    assert (again(child).parent_id, again(survivor).affected_count) == (survivor.id, 3)
    joining.split(parent.id, by=tess)
    assert again(child).parent_id == parent.id


@pytest.mark.parametrize("deed", [joining.merge, joining.adopt, joining.join, joining.tell_apart])
def test_nothing_is_joined_with_itself(told, tess, deed):
    incident = told()
    with pytest.raises(Conflict, match="itself"):
        deed(incident.id, incident.id, by=tess)


def test_no_circle_of_merges(told, tess):
    one, two, three = told(), told(), told()
    joining.merge(one.id, two.id, by=tess)
    joining.merge(two.id, three.id, by=tess)
    with pytest.raises(Conflict, match="Join with that one"):
        joining.merge(three.id, one.id, by=tess)
    assert again(three).state == State.OFFERED
    say(one.id, by=one.requester, text="and now this", channel=Channel.PORTAL)
    assert [entry.text for entry in entries(three, Event.COMMENTED)] == ["and now this"]


def test_no_circle_of_parents(told, tess):
    grandparent, parent, child = told(), told(), told()
    joining.adopt(child.id, parent.id, by=tess)
    with pytest.raises(Conflict, match="child itself"):
        joining.adopt(parent.id, child.id, by=tess)
    with pytest.raises(Conflict, match="children of its own"):
        joining.adopt(parent.id, grandparent.id, by=tess)
    with pytest.raises(Conflict, match="parent and child"):
        joining.merge(child.id, parent.id, by=tess)


def test_what_is_over_is_joined_with_nothing(told, tess):
    over, running = told(), told()
    resolve(over, tess)
    for one, other in ((over, running), (running, over)):
        with pytest.raises(Conflict):
            joining.merge(one.id, other.id, by=tess)
        with pytest.raises(Conflict):
            joining.adopt(one.id, other.id, by=tess)


def test_children_that_follow_are_resolved_with_their_parent_and_others_are_not(told, tess):
    parent, follower, other = told("erin"), told("bob"), told("ann")
    joining.adopt(follower.id, parent.id, by=tess)
    joining.adopt(other.id, parent.id, by=tess, follows=False)
    resolve(parent, tess)
    assert (again(follower).state, again(follower).cause) == (State.RESOLVED, "dns")
    assert again(other).is_open
    assert notices_of(follower, Topic.RESOLVED) == ["Bob"]


def test_who_found_a_way_alone_does_not_end_it_for_the_others(told, tess):
    parent, follower, merged = told("erin"), told("bob"), told("ann")
    joining.adopt(follower.id, parent.id, by=tess)
    joining.merge(merged.id, parent.id, by=tess)
    selfhelp.tell_outcome(parent.id, by=parent.requester, solved=True)
    assert again(parent).state == State.RESOLVED
    assert again(follower).is_open
    assert not again(follower).follows_parent
    assert again(merged).is_open


def test_a_child_can_be_parted(told, tess):
    parent, child = told("erin"), told("bob")
    joining.adopt(child.id, parent.id, by=tess)
    joining.part(child.id, by=child.requester)
    assert (again(child).parent_id, again(parent).affected_count) == (None, 1)
    with pytest.raises(Conflict):
        joining.part(child.id, by=tess)


def test_when_bars_are_passed_the_impact_rises_and_falls_back_when_people_leave(told, tess):
    parent = told("erin")
    assert (parent.impact, parent.priority) == (Level.LOW, 4)
    children = [told(f"person{n}") for n in range(9)]
    for child in children[:2]:
        joining.adopt(child.id, parent.id, by=tess)
    assert (again(parent).impact, again(parent).priority) == (Level.MEDIUM, 3)
    for child in children[2:]:
        joining.adopt(child.id, parent.id, by=tess)
    assert (again(parent).impact, again(parent).priority, again(parent).kind) == (Level.HIGH, 2, Kind.MAJOR)
    assert "10 people have it." in [entry.text for entry in entries(parent, Event.CLASSIFIED)]
    for child in children:
        joining.part(child.id, by=tess)
    assert (again(parent).impact, again(parent).priority, again(parent).kind) == (Level.LOW, 4, Kind.INCIDENT)


def test_one_person_who_reports_twice_is_counted_once(told, tess):
    parent = told("erin")
    joining.adopt(told("bob").id, parent.id, by=tess)
    joining.adopt(told("bob").id, parent.id, by=tess)
    assert again(parent).affected_count == 2


def test_alike_reports_of_two_people_are_proposed_and_me_too_keeps_both_conversations(told):
    running, mine = told("erin"), told("bob", "the VPN drops every few minutes")
    lookalikes.compare(mine.id)
    pair = lookalikes.for_requester(again(mine))
    assert (pair.earlier_id, "vpn" in pair.because) == (running.id, True)
    joining.join(mine.id, running.id, by=mine.requester)
    assert (again(mine).parent_id, again(mine).follows_parent, again(mine).state) == (
        running.id,
        True,
        State.QUEUED,
    )
    assert again(running).affected_count == 2
    assert lookalikes.for_requester(again(mine)) is None


def test_ones_own_is_asked_first_and_merged_into_the_earlier(told):
    told("ann")
    mine, twice = told("bob"), told("bob")
    lookalikes.compare(twice.id)
    pair = lookalikes.for_requester(again(twice))
    assert pair.earlier_id == mine.id
    joining.join(twice.id, mine.id, by=mine.requester)
    assert (again(twice).state, again(twice).merged_into_id) == (State.MERGED, mine.id)


def test_a_requester_joins_nothing_that_was_not_proposed_to_them(told):
    running, mine = told("erin", "printer jams on floor 3"), told("bob")
    lookalikes.compare(mine.id)
    for deed in (joining.join, joining.tell_apart, joining.merge):
        with pytest.raises(NotFound):
            deed(mine.id, running.id, by=mine.requester)


def test_what_was_told_apart_is_never_proposed_again(told, tess):
    running, mine = told("erin"), told("bob")
    lookalikes.compare(mine.id)
    joining.tell_apart(mine.id, running.id, by=tess)
    lookalikes.compare(mine.id)
    lookalikes.compare(running.id)
    assert not lookalikes.proposed(again(mine))
    (pair,) = db.session.scalars(select(Lookalike)).all()
    assert (pair.verdict, pair.decided_by_id) == (Verdict.OTHER, tess.id)


def test_ones_own_open_report_is_found_from_the_words_alone(told):
    mine = told("bob")
    told("ann")
    assert lookalikes.own_open(mine.requester, "vpn drops every few minutes again").id == mine.id
    assert lookalikes.own_open(mine.requester, "my badge does not open the door") is None


def numbers_in(tess, **wanted):
    return {one.number for one in queue.work(tess, queue.Filter(**wanted)).incidents}


def test_what_follows_another_leaves_the_list_of_what_is_open_and_stays_findable(told, tess):
    running, mine = told("erin"), told("bob")
    joining.adopt(mine.id, running.id, by=tess)
    assert numbers_in(tess, state="open", leads_only=True) == {running.number}
    assert numbers_in(tess, q="is:following") == {mine.number}
    counts = {view.slug: view.count for view in views.standard(tess)}
    assert (counts["all"], counts["following"]) == (1, 1)
    for text, leads_only in {
        "": True,
        "state:open team:first": True,
        "state:resolved": False,
        "is:following": False,
        "vpn": False,
        "requester:bob": False,
        mine.number: False,
    }.items():
        assert views.leads_only(parse(text)) is leads_only, text


def test_it_is_back_in_the_list_when_somebody_takes_it_or_the_other_is_over(told, tess):
    running, mine, taken = told("erin"), told("bob"), told("ann")
    for one in (mine, taken):
        joining.adopt(one.id, running.id, by=tess)
    lifecycle.change(taken.id, Change(to=State.IN_PROGRESS), by=tess)
    assert numbers_in(tess, state="open", leads_only=True) == {running.number, taken.number}
    resolve(running, tess)
    say(mine.id, by=again(mine).requester, text="it still drops", channel=Channel.PORTAL)
    assert again(mine).state == State.QUEUED
    assert numbers_in(tess, state="open", leads_only=True) == {mine.number}


def test_what_a_follower_says_is_put_before_who_works_on_the_running_one(told, tess):
    running, mine = told("erin"), told("bob")
    joining.adopt(mine.id, running.id, by=tess)
    lifecycle.change(running.id, Change(to=State.IN_PROGRESS), by=tess)
    say(mine.id, by=mine.requester, text="it drops at noon", channel=Channel.PORTAL)
    (told_leader,) = entries(running, Event.COMMENTED)
    assert (told_leader.text, told_leader.visibility) == ("it drops at noon", Visibility.INTERNAL)
    assert notices_of(running, Topic.COMMENTED) == ["Tess"]


CROWD = 8


def test_two_agents_who_merge_crosswise_lose_neither(app, told, tess, person):
    one, other = told("erin").id, told("bob").id
    agents = [tess.id, person("tom", Role.AGENT).id]

    def merge(place):
        with app.app_context():
            by = db.session.get(Person, agents[place % 2])
            ids = (one, other) if place % 2 else (other, one)
            try:
                joining.merge(*ids, by=by)
            except Refused as refusal:
                return refusal

    with ThreadPoolExecutor(CROWD) as crowd:
        results = list(crowd.map(merge, range(CROWD)))
    db.session.rollback()
    states = [db.session.get(Incident, number).is_open for number in (one, other)]
    assert sorted(states) == [False, True]
    assert results.count(None) == 1


def test_a_merge_and_a_resolution_at_once_leave_nobody_without_an_answer(app, told, tess):
    lost, survivor = told("bob").id, told("erin").id

    def act(place):
        with app.app_context():
            by = db.session.get(Person, tess.id)
            try:
                if place:
                    resolve(db.session.get(Incident, survivor), by)
                else:
                    joining.merge(lost, survivor, by=by)
            except Refused as refusal:
                return refusal

    with ThreadPoolExecutor(2) as crowd:
        list(crowd.map(act, range(2)))
    db.session.rollback()
    theirs = db.session.get(Incident, lost)
    told_them = notices_of(theirs, Topic.RESOLVED)
    assert theirs.is_open or told_them == ["Bob"]
