import re

import pytest

from firstline import clock
from incidents import lifecycle
from incidents.models import Channel, Level, State
from incidents.people import Role


def text_of(response) -> str:
    return response.get_data(as_text=True)


def shown(html: str) -> list[str]:
    return re.findall(r"INC-\d{6}", html)


def test_all_channels_stand_in_one_list_with_their_icon_and_word(at_desk, told):
    for channel in (Channel.PORTAL, Channel.MAIL, Channel.CHAT, Channel.PHONE):
        told(f"by {channel}", channel)
    page = text_of(at_desk.get("/desk"))
    for word in ("Portal", "Mail", "Chat", "Phone"):
        assert f'aria-label="{word}"' in page
    assert len(set(shown(page))) == 4


def test_the_views_say_how_much_each_holds(at_desk, told, tess):
    lifecycle.take(told().id, by=tess)
    told()
    page = text_of(at_desk.get("/desk"))
    for name, count in (("My work", 1), ("All open", 2), ("Service Desk", 1), ("Closed", 0)):
        assert re.search(rf"<span>{name}</span> <b class=\"count\">{count}</b>", page)


def test_my_work_holds_only_what_is_mine(at_desk, told, tess):
    mine, other = told("mine"), told("another")
    lifecycle.take(mine.id, by=tess)
    page = text_of(at_desk.get("/desk?state=open&assignee=me"))
    assert mine.number in page and other.number not in page


def test_an_empty_queue_says_what_will_be_here(at_desk):
    page = text_of(at_desk.get("/desk"))
    assert "The queue is empty" in page and "Log a call" in page
    assert "Nothing here" in text_of(at_desk.get("/desk?q=moon"))


def test_the_next_page_begins_where_this_one_ends(at_desk, told):
    for number in range(51):
        told(f"trouble {number}")
    first = text_of(at_desk.get("/desk"))
    following = re.search(r'rel="next" href="([^"]+)"', first).group(1).replace("&amp;", "&")
    second = text_of(at_desk.get(following))
    assert len(set(shown(first)) | set(shown(second))) == 51
    assert len(set(shown(second))) == 1 and 'rel="next"' not in second


def test_a_spoiled_address_is_a_sentence_and_no_crash(at_desk):
    assert at_desk.get("/desk?cursor=nonsense").status_code == 422
    assert at_desk.get("/desk?state=lost").status_code == 422


class TestRefreshing:
    def rows(self, client, ids):
        return text_of(client.get(f"/desk/list?state=open&shown={','.join(map(str, ids))}"))

    def test_what_stayed_in_its_place_is_shown_as_it_is_now(self, at_desk, told, tess):
        incident = told()
        lifecycle.take(incident.id, by=tess)
        assert "In progress" in self.rows(at_desk, [incident.id])

    def test_new_incidents_are_told_of_without_moving_the_list(self, at_desk, told):
        known = told()
        told("new", impact=Level.HIGH, urgency=Level.HIGH)
        notice = self.rows(at_desk, [known.id])
        assert "1 new here." in notice and "<table" not in notice
        assert 'id="views"' in notice

    def test_into_an_empty_list_they_come_at_once(self, at_desk, told):
        incident = told()
        assert incident.number in self.rows(at_desk, [])


def test_what_is_overdue_says_so_in_words(at_desk, told):
    told(received_at=clock.now() - lifecycle.CONFIRM_WITHIN)
    assert re.search(r"\dd over", text_of(at_desk.get("/desk")))


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.AUTHOR])
@pytest.mark.parametrize(
    "path", ["/desk", "/desk/list", "/desk/new", "/desk/outages", "/desk/INC-000001", "/desk/fixes"]
)
def test_the_desk_is_for_support_only(browser_of, person, told, role, path):
    told()
    assert browser_of(person("bob", role)).get(path).status_code == 403


def test_strangers_sign_in_first(app):
    answer = app.test_client().get("/desk?state=open")
    assert answer.status_code == 302 and "/login" in answer.location


def test_closed_incidents_count_and_stay_findable(at_desk, told, tess):
    incident = told()
    for wanted in (
        lifecycle.Change(to=State.RESOLVED, resolution="support", cause="paper"),
        lifecycle.Change(to=State.CLOSED, note="She said so"),
    ):
        lifecycle.change(incident.id, wanted, by=tess)
    page = text_of(at_desk.get("/desk?state=closed"))
    assert incident.number in page
    assert '<span>Closed</span> <b class="count">1</b>' in page
