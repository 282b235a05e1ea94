from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select

from firstline import clock
from firstline.db import db, write
from incidents import lifecycle
from incidents.conversation import say
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from incidents.intake import Report, report
from incidents.lifecycle import TABLE, Actor, Change
from incidents.models import Channel, Event, Incident, Resolution, State, Visibility
from incidents.notices import Notice, Topic
from incidents.people import Role
from incidents.plain_words import is_thanks
from incidents.selfhelp import offer_fixes, route_expired, tell_outcome


@pytest.fixture
def people(person, desk):
    return {
        Actor.REQUESTER: person("erin"),
        Actor.SUPPORT: person("tess", Role.AGENT, desk["first"]),
        Actor.DESK: None,
        "stranger": person("bob"),
        "other agent": person("tom", Role.AGENT, desk["second"]),
    }


@pytest.fixture
def incident(people):
    return report(
        Report(
            requester_id=people[Actor.REQUESTER].id,
            description="vpn keeps disconnecting",
            channel=Channel.PORTAL,
        )
    )


@pytest.fixture
def another(people):
    """One of the same person, with which it can be joined."""
    requester = people[Actor.REQUESTER].id
    return report(Report(requester_id=requester, description="printer jams", channel=Channel.PORTAL))


def put_into(incident: Incident, state: State) -> None:
    with write() as session:
        session.get(Incident, incident.id).state = state


def events(incident: Incident) -> list[str]:
    return [entry.event for entry in incident.entries]


COMPLETE = {"note": "Because the test says so", "resolution": Resolution.SUPPORT, "cause": "cable"}


@pytest.mark.parametrize(("source", "to", "actor"), list(product(State, State, Actor)))
def test_every_pair_of_states_does_what_the_table_says(incident, another, people, source, to, actor):
    put_into(incident, source)
    way = TABLE.get((source, to))
    resolution = Resolution.SELF_SERVICE if actor == Actor.REQUESTER else Resolution.SUPPORT
    wanted = Change(to=to, note="why", resolution=resolution, into_id=another.id)
    if way is None or actor not in way.who:
        with pytest.raises(Refused):
            lifecycle.change(incident.id, wanted, by=people[actor])
        assert db.session.get(Incident, incident.id).state == source
    else:
        lifecycle.change(incident.id, wanted, by=people[actor])
        assert db.session.get(Incident, incident.id).state in {to, State.QUEUED}
        assert len(events(incident)) > 2


@pytest.mark.parametrize("to", list(State))
def test_a_stranger_cannot_change_it_and_does_not_learn_that_it_exists(incident, people, to):
    with pytest.raises((NotFound, Conflict)):
        lifecycle.change(incident.id, Change(to=to, **COMPLETE), by=people["stranger"])


def test_taking_gives_it_a_team_and_an_owner(incident, people):
    lifecycle.take(incident.id, by=people[Actor.SUPPORT])
    assert (incident.state, incident.assignee.name, incident.team.slug) == (
        "in_progress",
        "Tess",
        "service-desk",
    )


def test_what_somebody_works_on_is_not_taken_silently(incident, people):
    lifecycle.take(incident.id, by=people[Actor.SUPPORT])
    with pytest.raises(Conflict, match="Tess has taken it"):
        lifecycle.take(incident.id, by=people["other agent"])


def test_what_stands_there_already_is_said_in_plain_words(incident, people):
    def refusal(to, name, **more):
        with pytest.raises(Conflict) as refused:
            lifecycle.change(incident.id, Change(to=to, **more), by=people[name])
        return refused.value.sentence

    lifecycle.take(incident.id, by=people[Actor.SUPPORT])
    assert "has taken it already" in refusal(State.IN_PROGRESS, "other agent")
    lifecycle.change(incident.id, Change(to=State.WAITING, note="Which one?"), by=people[Actor.SUPPORT])
    assert "waits already" in refusal(State.WAITING, "other agent", waiting_on="vendor")
    lifecycle.change(incident.id, Change(to=State.RESOLVED, **COMPLETE), by=people[Actor.SUPPORT])
    assert refusal(State.RESOLVED, Actor.SUPPORT, **COMPLETE) == "It is resolved already."


def test_escalation_needs_a_note_and_goes_to_the_owner_of_the_service_on_the_next_tier(incident, people):
    lifecycle.take(incident.id, by=people[Actor.SUPPORT])
    with pytest.raises(Invalid, match="next tier"):
        lifecycle.escalate(incident.id, by=people[Actor.SUPPORT], note=" ")
    team = lifecycle.escalate(incident.id, by=people[Actor.SUPPORT], note="Client reinstalled, still drops")
    assert (team.slug, incident.state, incident.assignee_id) == ("network", State.QUEUED, None)


def test_beyond_the_top_tier_a_sentence_says_whom_to_choose(incident, people):
    for _tier in range(3):
        lifecycle.escalate(incident.id, by=people[Actor.SUPPORT], note="further")
    with pytest.raises(Conflict, match="no higher tier"):
        lifecycle.escalate(incident.id, by=people[Actor.SUPPORT], note="further")


def test_resolving_says_how_and_tells_the_requester(incident, people):
    with pytest.raises(Invalid, match="how it was resolved"):
        lifecycle.change(incident.id, Change(to=State.RESOLVED), by=people[Actor.SUPPORT])
    lifecycle.change(incident.id, Change(to=State.RESOLVED, **COMPLETE), by=people[Actor.SUPPORT])
    assert (incident.resolution, incident.cause) == ("support", "cable")
    assert [notice.topic for notice in db.session.scalars(select(Notice))] == [Topic.RESOLVED]


def test_the_requester_confirms_and_it_is_closed(incident, people):
    lifecycle.change(incident.id, Change(to=State.RESOLVED, **COMPLETE), by=people[Actor.SUPPORT])
    lifecycle.change(incident.id, Change(to=State.CLOSED), by=people[Actor.REQUESTER])
    assert incident.state == State.CLOSED
    assert events(incident)[-1] == Event.CONFIRMED


def test_support_closes_only_with_a_note(incident, people):
    lifecycle.change(incident.id, Change(to=State.RESOLVED, **COMPLETE), by=people[Actor.SUPPORT])
    with pytest.raises(Invalid, match="why"):
        lifecycle.change(incident.id, Change(to=State.CLOSED), by=people[Actor.SUPPORT])


def test_reopening_starts_new_clocks_and_counts(incident, people):
    lifecycle.change(incident.id, Change(to=State.RESOLVED, **COMPLETE), by=people[Actor.SUPPORT])
    lifecycle.change(incident.id, Change(to=State.QUEUED, note="no"), by=people[Actor.REQUESTER])
    assert (incident.state, incident.reopened_count, incident.resolution) == (State.QUEUED, 1, None)


def test_the_requester_opens_again_with_a_reason_only(incident, people):
    lifecycle.change(incident.id, Change(to=State.RESOLVED, **COMPLETE), by=people[Actor.SUPPORT])
    with pytest.raises(Invalid, match="still wrong"):
        lifecycle.change(incident.id, Change(to=State.QUEUED, note=" "), by=people[Actor.REQUESTER])
    assert incident.state == State.RESOLVED
    lifecycle.change(incident.id, Change(to=State.QUEUED), by=people[Actor.SUPPORT])
    assert incident.state == State.QUEUED


def test_long_after_closing_the_requester_reports_again_instead(incident, people):
    lifecycle.change(incident.id, Change(to=State.RESOLVED, **COMPLETE), by=people[Actor.SUPPORT])
    lifecycle.change(incident.id, Change(to=State.CLOSED), by=people[Actor.REQUESTER])
    with clock.freeze(clock.now() + timedelta(days=10)), pytest.raises(Conflict, match="report it again"):
        lifecycle.change(incident.id, Change(to=State.QUEUED, note="no"), by=people[Actor.REQUESTER])


def test_without_a_fitting_fix_it_is_routed_at_once(incident):
    assert offer_fixes(incident.id) == []
    assert (incident.state, incident.routed_because) == (State.QUEUED, "No known fix fits")


def test_silence_routes_it_after_the_self_help_time(incident):
    with clock.freeze(clock.now() + timedelta(minutes=29)):
        assert route_expired() == 0
    with clock.freeze(clock.now() + timedelta(minutes=31)):
        assert route_expired() == 1
    assert incident.state == State.QUEUED


def test_solved_resolves_as_self_service_once(incident, people):
    for _click in range(2):
        tell_outcome(incident.id, by=people[Actor.REQUESTER], solved=True)
    assert (incident.state, incident.resolution) == (State.RESOLVED, Resolution.SELF_SERVICE)
    assert events(incident).count(Event.RESOLVED) == 1


def test_still_need_help_routes_to_tier_one(incident, people):
    tell_outcome(incident.id, by=people[Actor.REQUESTER], solved=False)
    assert (incident.state, incident.team.tier) == (State.QUEUED, 1)


def test_the_outcome_of_a_strangers_incident_is_not_told(incident, people):
    with pytest.raises(NotFound):
        tell_outcome(incident.id, by=people["stranger"], solved=True)


def test_an_answer_stops_the_response_clock_and_owes_a_notice(incident, people):
    say(incident.id, by=people[Actor.SUPPORT], text="Which network?", channel=Channel.PORTAL)
    assert incident.responded_at is not None
    assert incident.due_at == incident.update_by
    assert [notice.topic for notice in db.session.scalars(select(Notice))] == [Topic.ANSWERED]


def test_a_second_click_does_not_say_it_twice(incident, people):
    said = {
        say(incident.id, by=people[Actor.REQUESTER], text="It beeps", channel=Channel.PORTAL) for _ in "12"
    }
    assert len(said) == 1
    with clock.freeze(clock.now() + timedelta(minutes=1)):
        said.add(say(incident.id, by=people[Actor.REQUESTER], text="It beeps", channel=Channel.PORTAL))
    assert len(said) == 2


def test_an_internal_note_tells_nobody(incident, people):
    say(
        incident.id,
        by=people[Actor.SUPPORT],
        text="He always does this",
        channel=Channel.PORTAL,
        visibility=Visibility.INTERNAL,
    )
    assert db.session.scalars(select(Notice)).all() == []
    assert incident.responded_at is None


def test_the_requester_cannot_write_internal_notes(incident, people):
    with pytest.raises(NotAllowed):
        say(
            incident.id,
            by=people[Actor.REQUESTER],
            text="hm",
            channel=Channel.PORTAL,
            visibility=Visibility.INTERNAL,
        )


def test_the_requesters_words_wake_what_waits_for_them(incident, people):
    lifecycle.take(incident.id, by=people[Actor.SUPPORT])
    lifecycle.change(incident.id, Change(to=State.WAITING, note="Which one?"), by=people[Actor.SUPPORT])
    say(incident.id, by=people[Actor.REQUESTER], text="The blue one", channel=Channel.MAIL)
    assert incident.state == State.IN_PROGRESS


def test_thanks_does_not_reopen_and_anything_else_does(incident, people):
    lifecycle.change(incident.id, Change(to=State.RESOLVED, **COMPLETE), by=people[Actor.SUPPORT])
    say(incident.id, by=people[Actor.REQUESTER], text="Thanks a lot!", channel=Channel.MAIL)
    assert incident.state == State.RESOLVED
    say(incident.id, by=people[Actor.REQUESTER], text="It is back again", channel=Channel.MAIL)
    assert incident.state == State.QUEUED


@pytest.mark.parametrize(
    "words", ["Thanks!", "Great, thank you Tess.", "Danke schön", "ok thx", "Many thanks, Erin"]
)
def test_thanks_is_understood(words):
    assert is_thanks(words)


@pytest.mark.parametrize(
    "words",
    [
        "Thanks, but it still does not work because the light blinks red and it beeps",
        "no thanks?",
        "It is broken",
        "Thanks, but it still fails",
    ],
)
def test_more_than_thanks_is_no_thanks(words):
    assert not is_thanks(words)
