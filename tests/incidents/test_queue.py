import pytest
from sqlalchemy import select

from firstline.db import db, write
from incidents import lifecycle, queue, selfhelp, views
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.intake import Report, report
from incidents.lifecycle import Change
from incidents.models import Channel, Level, Resolution, State
from incidents.people import Role
from incidents.queue import Filter
from incidents.selfhelp import Tried
from knowledge_base.articles import Draft, create
from knowledge_base.models import Offer
from knowledge_base.outcomes import record_attempt
from knowledge_base.suggest import Suggestion


@pytest.fixture
def erin(person, desk):
    return person("erin")


@pytest.fixture
def tess(person, desk):
    return person("tess", Role.AGENT, desk["first"])


def told(who, words="printer jams", channel=Channel.PORTAL, **more):
    return report(Report(requester_id=who.id, description=words, channel=channel, **more))


def titles(page):
    return [incident.title for incident in page.incidents]


OPEN = Filter(state="open")


def test_every_channel_stands_in_one_queue_and_what_breaks_first_comes_first(erin, tess):
    told(erin, "by portal")
    told(erin, "by mail", Channel.MAIL, impact=Level.HIGH, urgency=Level.HIGH)
    told(erin, "by chat", Channel.CHAT, impact=Level.MEDIUM, urgency=Level.MEDIUM)
    assert titles(queue.work(tess, OPEN)) == ["by mail", "by chat", "by portal"]


def test_pages_follow_each_other_without_gap_or_repetition(erin, tess):
    for number in range(7):
        told(erin, f"trouble {number}")
    seen, cursor = [], None
    while True:
        page = queue.work(tess, OPEN, cursor=cursor, limit=3)
        seen += titles(page)
        cursor = page.next
        if cursor is None:
            break
    assert seen == [f"trouble {number}" for number in range(7)]


def test_a_made_up_cursor_is_refused_with_a_sentence(tess):
    with pytest.raises(Invalid, match="Begin again"):
        queue.work(tess, OPEN, cursor="nonsense")


def test_filters_narrow_by_state_team_person_words_and_number(erin, tess):
    taken, other = told(erin, "vpn drops"), told(erin, "printer jams")
    lifecycle.take(taken.id, by=tess)
    assert titles(queue.work(tess, Filter(state="in_progress"))) == ["vpn drops"]
    assert titles(queue.work(tess, Filter(team="service-desk"))) == ["vpn drops"]
    assert titles(queue.work(tess, Filter(team="mine"))) == ["vpn drops"]
    assert titles(queue.work(tess, Filter(assignee="me"))) == ["vpn drops"]
    assert titles(queue.work(tess, Filter(assignee="none"))) == ["printer jams"]
    assert titles(queue.work(tess, Filter(assignee="TESS@example.com"))) == ["vpn drops"]
    assert titles(queue.work(tess, Filter(q="JAMS"))) == ["printer jams"]
    assert titles(queue.work(tess, Filter(q=other.number))) == ["printer jams"]
    assert titles(queue.work(tess, Filter(q="50%"))) == []
    with pytest.raises(Invalid):
        queue.work(tess, Filter(state="lost"))


def test_counts_say_what_each_view_holds(erin, tess):
    first, second, third = (told(erin, words) for words in ("one", "two", "three"))
    lifecycle.take(first.id, by=tess)
    lifecycle.change(
        second.id, Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, cause="paper"), by=tess
    )
    lifecycle.change(second.id, Change(to=State.CLOSED, note="she said so"), by=tess)
    lifecycle.change(third.id, Change(to=State.CANCELLED), by=tess)
    assert {view.slug: view.count for view in views.standard(tess)} == {
        "mine": 1,
        "unassigned": 0,
        "all": 1,
        "team:service-desk": 1,
        "team:network": 0,
        "team:platform": 0,
        "team:printwell": 0,
        "resolved": 0,
        "closed": 1,
        "cancelled": 1,
    }


def test_employees_have_no_queue_and_see_only_their_own(erin, person, tess):
    bobs = told(person("bob"))
    told(erin, "mine")
    for ask in (
        lambda: queue.work(erin, OPEN),
        lambda: views.standard(erin),
        lambda: views.saved(erin),
    ):
        with pytest.raises(NotAllowed):
            ask()
    assert titles(queue.visible(erin, OPEN)) == ["mine"]
    with pytest.raises(NotFound):
        queue.find(erin, bobs.number)


def test_support_sees_at_a_glance_what_was_tried(erin, tess):
    incident, untried = told(erin), told(erin)
    known = [create(Draft(title=f"Fix {n}", body="Do it."), publish=True) for n in (1, 2)]
    shown = [Suggestion(article_id=a.id, slug=a.slug, title=a.title, summary="", score=0.9) for a in known]
    with write() as session:
        record_attempt(session, shown, words="x", channel="portal", incident_id=incident.id)
        session.scalars(select(Offer)).first().helped = False
    assert selfhelp.tried_counts([incident.id, untried.id]) == {incident.id: Tried(2, 1)}
    assert db.session.get(type(incident), incident.id).is_open
