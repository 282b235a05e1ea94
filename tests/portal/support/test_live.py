"""What open pages are told as it happens: one at a time, and 200 of them at the real server."""

import json
from contextlib import closing

import pytest

from firstline.db import db, write
from incidents import feed, lifecycle
from incidents.people import Role
from portal.support import live, places
from tests.portal.support.serving import cookie_of, running
from tests.servers import wait_until

TABS, AGENTS = 200, 10


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(live, "READ_EVERY_S", 0.05)
    monkeypatch.setattr(live, "BEAT_S", 0.3)


def lines(answer):
    """The messages of a stream, one after the other."""
    for part in answer.response:
        yield (part if isinstance(part, str) else part.decode())


def next_news(stream):
    return next(part for part in stream if "event: news" in part)


def data_of(message):
    return json.loads(message.partition("data: ")[2])


def test_a_stream_tells_what_was_missed_and_then_what_happens(at_desk, told, tess):
    first = told()
    answer = at_desk.get("/desk/live?since=0")
    stream = lines(answer)
    assert data_of(next_news(stream))["incidents"] == [first.id]
    second = told()
    message = next_news(stream)
    assert data_of(message)["incidents"] == [second.id]
    answer.close()

    number = message.splitlines()[0].removeprefix("id: ")
    lifecycle.take(first.id, by=tess)
    resumed = at_desk.get("/desk/live?since=0", headers={"Last-Event-ID": number})
    assert data_of(next_news(lines(resumed)))["incidents"] == [first.id]
    resumed.close()


def test_a_silent_stream_gives_signs_of_life_and_holds_no_session(at_desk):
    answer = at_desk.get("/desk/live")
    assert ": still here\n\n" in (part for part in lines(answer))
    # The one reader takes a connection for a moment, now and then.
    wait_until(lambda: db.engine.pool.checkedout() == 0, "a moment without a connection")
    answer.close()


def test_one_person_gets_few_streams_and_places_are_given_back(at_desk):
    held = [at_desk.get("/desk/live") for _tab in range(places.MOST_A_PERSON)]
    assert at_desk.get("/desk/live").status_code == 204
    held.pop().close()
    held.append(at_desk.get("/desk/live"))
    assert held[-1].status_code == 200
    for answer in held:
        answer.close()


def test_a_page_without_a_stream_asks_from_where_it_stands(at_desk, told):
    start = at_desk.get("/desk/live/poll").json
    incident = told()
    told_then = at_desk.get(f"/desk/live/poll?since={start['last']}").json
    assert told_then["incidents"] == [incident.id]
    assert at_desk.get(f"/desk/live/poll?since={told_then['last']}").json["incidents"] == []


def test_who_was_away_too_long_is_told_to_read_everything(at_desk, told):
    for _time in range(3):
        told()
    with write() as session:
        session.query(feed.News).filter(feed.News.id < feed.head(session)).delete()
    assert at_desk.get("/desk/live/poll?since=0").json["everything"] is True


@pytest.mark.timeout(300)
def test_200_open_tabs_leave_the_desk_at_work(settings, browser_of, person, told, desk):
    agents = [browser_of(person(f"agent{number}", Role.AGENT)) for number in range(AGENTS)]
    known = told()
    since = feed.head(db.session())
    db.session.rollback()
    with running(settings) as server:
        tabs = [get(server, f"/desk/live?since={since}", agents[number % AGENTS]) for number in range(TABS)]
        streams = [answer for _connection, answer in tabs if answer.status == 200]
        # Each process gives half its threads to streams, both together three to each person.
        assert 16 <= len(streams) <= places.MOST_A_PERSON * AGENTS
        assert {answer.status for _connection, answer in tabs} == {200, 204}
        new = told("a second trouble")
        for answer in streams:
            assert _first_news(answer)["incidents"] == [new.id]
        for agent in agents:
            assert known.number.encode() in read(server, "/desk", agent)
            assert json.loads(read(server, f"/desk/live/poll?since={since}", agent))["incidents"] == [new.id]
        for connection, answer in tabs:
            answer.close()
            connection.close()


def get(server, path, client):
    connection = server.connect()
    connection.request("GET", path, headers=cookie_of(client))
    return connection, connection.getresponse()


def read(server, path, client):
    connection, answer = get(server, path, client)
    with closing(connection), answer:
        assert answer.status == 200
        return answer.read()


def _first_news(answer):
    while True:
        line = answer.readline().decode()
        if line.startswith("data: "):
            told = json.loads(line.removeprefix("data: "))
            if told["incidents"]:
                return told
