"""Two web processes of the real server are one desk: what one does, the other knows at the next request."""

import json

from prometheus_client.parser import text_string_to_metric_families

from firstline.db import db, write
from incidents import people
from incidents.people import Role, Team
from portal.support import places
from tests.portal.support.serving import cookie_of, running


def start(connection, path, headers):
    connection.request("GET", path, headers=headers)
    return connection.getresponse()


def ask(connection, path, headers=None):
    answer = start(connection, path, headers or {})
    return answer, answer.read().decode()


def count_of_all(page):
    """What stands beside “All open” in the list of views."""
    return page.partition("<span>All open</span>")[2].partition("</a>")[0].strip()


def test_two_web_processes_are_one_desk(settings, browser_of, person, told, desk):
    tess, mona = (person(name, Role.AGENT, desk["first"]) for name in ("tess", "mona"))
    agent = cookie_of(browser_of(tess))
    key = people.create_token(mona.email, Role.AGENT)
    told("vpn drops")
    db.session.rollback()
    with running(settings) as server:
        both = server.one_to_each()

        counted = [ask(one, "/api/v1/incidents", {"Authorization": f"Bearer {key}"})[0] for one in both * 2]
        left = [int(answer.headers["X-RateLimit-Remaining"]) for answer in counted]
        assert left == list(range(left[0], left[0] - 4, -1)), "requests are counted together"

        before = [count_of_all(ask(one, "/desk", agent)[1]) for one in both]
        told("printer blank")
        with write() as session:
            session.get_one(Team, desk["first"].id).name = "Front line"
        after = [ask(one, "/desk", agent)[1] for one in both]
        assert before[0] == before[1] != count_of_all(after[0]) == count_of_all(after[1])
        assert all("Front line" in page for page in after)

        since = [json.loads(ask(one, "/readyz")[1])["parts"] for one in both]
        assert (
            len({json.dumps({name: part["since"] for name, part in parts.items()}) for parts in since}) == 1
        )

        figures = {
            family.name: family.samples[0].value
            for family in text_string_to_metric_families(ask(both[0], "/metrics")[1])
            if family.name.startswith("process_")
        }
        each = [process.memory_info().rss for process in server.web_processes()]
        assert figures["process_resident_memory_bytes"] > 1.5 * max(each), "both are added up"

        streams = [start(server.connect(), "/desk/live", agent) for _tab in range(places.MOST_A_PERSON)]
        assert [stream.status for stream in streams] == [200] * places.MOST_A_PERSON
        assert [ask(one, "/desk/live", agent)[0].status for one in both] == [204, 204]
        for stream in streams:
            stream.close()
