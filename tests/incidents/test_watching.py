"""Who is named in a note is called, who watches hears what happens, and nobody hears anything twice."""

import pytest
from sqlalchemy import select

from firstline import clock
from firstline.db import db, write
from incidents import correspondence, lifecycle, queue, watching
from incidents.conversation import say
from incidents.errors import Invalid, NotFound
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Entry, Event, Incident, State, Visibility
from incidents.notices import Notice, Topic
from incidents.people import Role
from incidents.queue import Filter


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


@pytest.fixture
def omar(person, desk):
    return person("omar", Role.AGENT, desk["second"])


@pytest.fixture
def incident(erin):
    return report(Report(requester_id=erin.id, description="vpn drops", channel=Channel.PORTAL))


def note(incident, by, text):
    return say(incident.id, by=by, text=text, channel=Channel.PORTAL, visibility=Visibility.INTERNAL)


def told(person):
    """What somebody is told, by topic and entry's event, in the order of being told."""
    db.session.rollback()
    rows = db.session.execute(
        select(Notice.topic, Entry.event)
        .outerjoin(Entry, Entry.id == Notice.entry_id)
        .where(Notice.recipient_id == person.id)
        .order_by(Notice.id)
    )
    return [(row.topic, row.event) for row in rows]


def names(incident):
    return [one.name for one in watching.watchers_of(db.session.get_one(Incident, incident.id))]


def test_who_is_named_in_a_note_is_called_and_watches_from_then_on(incident, tess, omar):
    entry_id = note(incident, tess, "Ask @omar, he knows (or @OMAR@example.com).")
    assert told(omar) == [(Topic.MENTIONED, Event.NOTED)]
    assert db.session.get(Entry, entry_id).facts["mentioned"] == ["Omar"]
    assert names(incident) == ["Omar"]
    note(incident, tess, "It was the cable.")
    assert told(omar)[1:] == [(Topic.WATCHED, Event.NOTED)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@omar", ["Omar"]),
        ("see (@omar), please", ["Omar"]),
        ("@omar.", ["Omar"]),
        ("@omar and @omar and @tess", ["Omar", "Tess"]),
        ("write to omar@example.com", []),
        ("https://chat.example.com/@omar", []),
        ("@erin is no colleague, @nobody neither", []),
        ("no@omar", []),
        ("@", []),
    ],
)
def test_a_name_is_what_follows_an_at_sign_of_its_own(app, erin, tess, omar, text, named):
    assert [one.name for one in watching.named_in(db.session(), text)] == named


def test_nobody_is_called_by_a_reply_by_their_own_note_or_by_a_mail_nobody_vouches_for(incident, tess, omar):
    say(incident.id, by=tess, text="@omar will call you.", channel=Channel.PORTAL)
    note(incident, omar, "@omar: do it tomorrow")
    with write() as session:
        theirs = session.get_one(Incident, incident.id)
        correspondence.note(session, theirs, by=tess, text="@omar", facts={"unverified": True})
    assert told(omar) == []


def test_those_who_watch_hear_words_and_decisions_but_not_their_own(incident, erin, tess, omar):
    watching.watch(incident.id, by=omar)
    watching.watch(incident.id, by=omar)
    lifecycle.take(incident.id, by=tess)
    say(incident.id, by=erin, text="Still broken", channel=Channel.PORTAL)
    note(incident, omar, "I look on.")
    lifecycle.change(incident.id, Change(to=State.CANCELLED), by=tess)
    assert told(omar) == [(Topic.WATCHED, Event.COMMENTED), (Topic.WATCHED, Event.CANCELLED)]


def test_whoever_watches_what_they_work_on_hears_of_one_entry_once(incident, erin, tess):
    lifecycle.take(incident.id, by=tess)
    watching.watch(incident.id, by=tess)
    say(incident.id, by=erin, text="Still broken", channel=Channel.PORTAL)
    assert told(tess) == [(Topic.COMMENTED, Event.COMMENTED)]


def test_who_stops_watching_or_leaves_support_hears_no_more(incident, tess, omar, person):
    lena = person("lena", Role.AGENT)
    for one in (omar, lena):
        watching.watch(incident.id, by=one)
    watching.unwatch(incident.id, by=omar)
    with write() as session:
        session.get_one(type(lena), lena.id).role = Role.EMPLOYEE
    note(incident, tess, "It was the cable.")
    assert told(omar) == told(lena) == []


def test_only_support_watches(incident, erin, tess, person):
    with pytest.raises(NotFound):
        watching.watch(incident.id, by=person("bob"))
    with pytest.raises(Invalid):
        watching.watch(incident.id, by=tess, who=erin)


def test_what_one_watches_is_found(incident, erin, tess, omar):
    other = report(Report(requester_id=erin.id, description="printer", channel=Channel.PORTAL))
    watching.watch(incident.id, by=omar, who=tess)

    def found(query):
        return [one.id for one in queue.work(tess, Filter(q=query)).incidents]

    assert found("watcher:me") == found("watcher:tess") == [incident.id]
    assert found("watcher:omar") == []
    assert other.id in found("-watcher:me")
    assert clock.now() >= db.session.scalars(select(watching.Watcher.since)).one()
