import re
from datetime import timedelta

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
    assert "“lost” is not known here. It can be:" in text_of(at_desk.get("/desk?state=lost"))


class TestChanges:
    """What an open list asks for once it is told that something changed."""

    def changes(self, client, changed, shown, **more):
        query = {"changed": ids(changed), "shown": ids(shown), **more}
        return text_of(client.get("/desk/rows", query_string=query))

    def test_a_row_that_is_shown_comes_as_it_is_now_and_the_counts_with_it(self, at_desk, told, tess):
        known, other = told(), told()
        lifecycle.take(known.id, by=tess)
        answer = self.changes(at_desk, [known], [known, other])
        assert "In progress" in answer and f'id="row-{other.id}"' not in answer
        assert 'id="views"' in answer and 'data-come=""' in answer

    def test_new_incidents_are_counted_once_and_no_row_is_put_in(self, at_desk, told):
        known, new = told(), told("new")
        answer = self.changes(at_desk, [new], [known], come=ids([new]))
        assert "1 new." in answer and f'data-come="{new.id}"' in answer
        assert f'id="row-{new.id}"' not in answer

    def test_what_left_the_view_is_named(self, at_desk, told):
        known = told()
        answer = self.changes(at_desk, [known], [known], q="state:closed")
        assert f'data-gone="{known.id}"' in answer

    def test_what_belongs_on_a_later_page_is_not_called_new_here(self, at_desk, told):
        for number in range(51):
            told(f"trouble {number}")
        until = re.search(r"until=([^\"&]+)", text_of(at_desk.get("/desk"))).group(1)
        later = told("quite at the end")
        assert "1 new." not in self.changes(at_desk, [later], [], until=until)
        assert "1 new." in self.changes(at_desk, [told("!", impact=Level.HIGH)], [], until=until)


def ids(incidents):
    return ",".join(str(incident.id) for incident in incidents)


class TestQuery:
    def test_filters_chosen_by_hand_are_written_into_the_query(self, at_desk, told):
        page = text_of(at_desk.get("/desk?q=vpn+team:network&team=mine&state=any"))
        assert 'value="state:any team:mine vpn"' in page

    def test_broken_syntax_says_where_and_still_finds_the_words(self, at_desk, told):
        incident = told("vpn drops")
        page = text_of(at_desk.get("/desk", query_string={"q": "p:9 vpn"}))
        assert "<mark>p:9</mark>" in page and "from 1 to 5" in page
        assert incident.number in page

    @pytest.mark.parametrize("wrong", ["team:nowhere", "service:fax", "requester:nemo", "category:tea"])
    def test_a_name_that_nothing_has_is_said_where_nothing_is_found(self, at_desk, told, wrong):
        told("vpn drops")
        page = text_of(at_desk.get("/desk", query_string={"q": f"vpn {wrong}"}))
        assert f"<mark>{wrong}</mark>" in page and "is not known here" in page

    @pytest.mark.parametrize("right", ["team:none", "team:platform", "requester:tess", "assignee:none p:5"])
    def test_an_empty_list_of_names_that_exist_is_only_empty(self, at_desk, right):
        page = text_of(at_desk.get("/desk", query_string={"q": right}))
        assert "Nothing here" in page and "is not known here" not in page

    def test_a_view_is_kept_counted_and_dropped(self, at_desk, told):
        told("vpn drops")
        at_desk.post("/desk/views", data={"q": "vpn", "name": "Tunnels"})
        page = text_of(at_desk.get("/desk?q=vpn"))
        assert re.search(r"<span>Tunnels</span> <b class=\"count\">1</b>", page)
        at_desk.post("/desk/views/1/drop")
        assert "<span>Tunnels" not in text_of(at_desk.get("/desk?q=vpn"))

    def test_a_view_without_a_name_is_a_sentence(self, at_desk):
        answer = at_desk.post("/desk/views", data={"q": "vpn", "name": " "})
        assert answer.status_code == 422 and "Give the view a name" in text_of(answer)


def test_what_is_overdue_says_so_in_words(at_desk, told):
    told(received_at=clock.now() - timedelta(days=5))
    assert re.search(r"\d[hm] over", text_of(at_desk.get("/desk")))


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.AUTHOR])
@pytest.mark.parametrize(
    "path",
    [
        "/desk",
        "/desk/rows",
        "/desk/live",
        "/desk/live/poll",
        "/desk/new",
        "/desk/outages",
        "/desk/INC-000001",
        "/desk/fixes",
    ],
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


class TestChangingMany:
    def test_chosen_looked_at_done_and_undone(self, at_desk, told, tess):
        first, second = told(), told()
        chosen = {"incident": [str(first.id), str(second.id)], "deed": "take"}
        assert "2 incidents chosen" in text_of(at_desk.post("/desk/bulk", data=chosen))
        look = text_of(at_desk.post("/desk/bulk", data=chosen | {"look": "1"}))
        assert "Do it to 2" in look and first.assignee_id is None
        done = at_desk.post("/desk/bulk/run", data=chosen)
        page = text_of(at_desk.get(done.location))
        assert first.assignee_id == tess.id and "It is yours." in page and "Undo" in page
        at_desk.post(f"{done.location}/undo")
        assert first.assignee_id is None and "As it was." in text_of(at_desk.get(done.location))

    def test_nothing_chosen_or_missing_is_a_sentence_and_words_stay(self, at_desk, told):
        assert "at least one" in text_of(at_desk.post("/desk/bulk", data={}))
        unsaid = {"incident": [1], "deed": "resolve", "resolution": "support", "look": "1"}
        assert "what the cause was" in text_of(at_desk.post("/desk/bulk", data=unsaid))
        wrong = {"incident": str(told().id), "deed": "hand_over", "text": "Kept words", "look": "1"}
        answer = at_desk.post("/desk/bulk", data=wrong)
        assert answer.status_code == 422 and "Kept words" in text_of(answer)
