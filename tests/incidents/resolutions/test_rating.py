import pytest

from incidents import lifecycle
from incidents.errors import Conflict, Invalid, NotAllowed, NotFound
from incidents.lifecycle import Change
from incidents.models import Channel, Event, State
from incidents.resolutions import rating
from incidents.resolutions.models import Score


def rate(incident, by, score=Score.GREAT, **more):
    return rating.rate(incident.id, score, by=by, channel=Channel.MAIL, **more)


def rated(incident):
    return [entry.facts["score"] for entry in incident.entries if entry.event == Event.RATED]


def test_one_click_is_kept_once_and_words_may_follow(incident, resolve, erin):
    resolve()
    for _click in "12":
        rate(incident, erin)
    assert rated(incident) == ["great"]
    rate(incident, erin, words="So quick!")
    rate(incident, erin, words="Other words")
    assert [one.words for one in rating.of_incident(incident)] == ["So quick!"]


def test_another_click_does_not_turn_it_round(incident, resolve, erin):
    resolve()
    rate(incident, erin)
    with pytest.raises(Conflict, match="already"):
        rate(incident, erin, Score.NOT_GOOD)


def test_each_resolution_is_asked_about_anew_and_an_old_link_is_refused(incident, resolve, erin):
    resolve()
    first = rate(incident, erin, Score.NOT_GOOD).resolution_id
    lifecycle.change(incident.id, Change(to=State.QUEUED, note="no"), by=erin)
    with pytest.raises(Conflict, match="not solved yet"):
        rate(incident, erin)
    resolve()
    assert rating.of_present(incident) is None
    with pytest.raises(Conflict, match="earlier solution"):
        rate(incident, erin, resolution_id=first)
    rate(incident, erin)
    assert [one.score for one in rating.of_incident(incident)] == ["great", "not_good"]
    assert rating.counts(days=1) == {Score.GREAT: 1, Score.OKAY: 0, Score.NOT_GOOD: 1}


def test_only_the_requester_says_how_it_went(incident, resolve, tess, person):
    resolve()
    with pytest.raises(NotAllowed):
        rate(incident, tess)
    with pytest.raises(NotFound):
        rate(incident, person("bob"))


def test_too_many_words_are_refused(incident, resolve, erin):
    resolve()
    with pytest.raises(Invalid):
        rate(incident, erin, words="x" * 2001)
