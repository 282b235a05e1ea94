"""The authors' list: what is on it, in which order, and what becomes of it."""

from datetime import timedelta

import numpy as np
import pytest

from firstline import clock
from firstline.db import db, write
from incidents.people import Role
from knowledge_base import articles, learning, outcomes, upkeep
from knowledge_base.articles import Draft, create
from knowledge_base.models import Attempt, Feedback, Gap, PastReport, Related
from knowledge_base.passages import pack
from knowledge_base.suggest import Suggestion
from knowledge_base.upkeep import Kind

SERVICES = {"vpn", "printing"}


def text_of(response) -> str:
    return response.get_data(as_text=True)


@pytest.fixture
def vpn(app, desk):
    return create(Draft(title="VPN drops", body="## Fix\n1. Use a cable.", service="vpn"), publish=True)


@pytest.fixture
def gap(app, desk, person):
    """Two people reported what no article answers."""
    with write() as session:
        gap = Gap(
            title="Badge garage",
            centre=pack(np.ones(4)),
            model="x",
            reports=3,
            people=2,
            category_slug="other",
        )
        session.add(gap)
        session.flush()
        for name in ("bob", "carla"):
            words = f"badge garage {name}secret"
            session.add(Attempt(words=words, channel="portal", gap_id=gap.id, person_id=None))
        return gap.id


def fail(article, person, times):
    shown = Suggestion(article_id=article.id, slug=article.slug, title=article.title, summary="", score=0.9)
    for number in range(times):
        who = person(f"{article.slug}-{number}")
        with write() as session:
            attempt = outcomes.record_attempt(session, [shown], words="x", channel="portal", person_id=who.id)
            outcomes.went_on_attempt(session, attempt)


def complain(article, who, comment="", reason="did_not_work"):
    with write() as session:
        session.add(
            Feedback(
                article_id=article.id,
                person_id=who.id,
                revision=article.revision,
                is_helpful=False,
                reason=reason,
                comment=comment,
            )
        )


def age(article, days):
    with write() as session:
        session.get(type(article), article.id).review_at = clock.now() - timedelta(days=days)


def kinds():
    db.session.rollback()
    return [task.kind for task in upkeep.tasks(SERVICES)]


def test_an_empty_list_says_what_will_come(ines):
    assert "Nothing to do for now" in text_of(ines.get("/articles/review"))
    assert "/articles/review" not in text_of(ines.get("/articles"))


def test_what_earns_most_comes_first(vpn, gap, person):
    stale = create(Draft(title="Old", body="x"), publish=True)
    age(stale, 3)
    fail(vpn, person, 12)
    complain(stale, person("erin"))
    assert kinds() == [Kind.OUTCOMES, Kind.GAP, Kind.WORDS, Kind.STALE]


def test_the_way_to_the_list_says_how_much_is_on_it(ines, gap):
    page = text_of(ines.get("/articles"))
    assert 'href="/articles/review"' in page and 'class="count">1<' in page


def test_one_click_starts_the_article_of_a_gap_in_shared_words(ines, gap):
    assert "3 reports by 2 people found no fix" in text_of(ines.get("/articles/review"))
    answer = ines.post(f"/articles/review/gaps/{gap}")
    assert answer.status_code == 303
    editor = text_of(ines.get(answer.location))
    assert "Badge garage" in editor and "secret" not in editor
    assert "Go on with the draft" in text_of(ines.get("/articles/review"))


def test_a_gap_is_put_aside_and_brought_back(ines, gap):
    ines.post("/articles/review/aside", data={"key": f"gap-{gap}"})
    page = text_of(ines.get("/articles/review"))
    assert "Nothing to do for now" in page and "Bring back" in page
    ines.post("/articles/review/back", data={"key": f"gap-{gap}"})
    assert "Start the article" in text_of(ines.get("/articles/review"))


def test_no_report_of_anybody_is_on_the_list(ines, gap, vpn):
    assert "secret" not in text_of(ines.get("/articles/review"))


def test_an_article_that_never_helps_is_named_and_left_until_it_fails_more(ines, vpn, person):
    fail(vpn, person, 4)
    assert "Offered 4 times; it helped 0 and did not help 4." in text_of(ines.get("/articles/review"))
    ines.post("/articles/review/aside", data={"key": f"outcomes-{vpn.id}"})
    assert kinds() == []
    twin = create(Draft(title="Other", body="x"), slug="other", publish=True)
    fail(twin, person, 3)
    with write() as session:
        session.get(type(vpn), vpn.id).failed_count += 3
    assert kinds() == [Kind.OUTCOMES, Kind.OUTCOMES]


def test_readers_reasons_and_comments_are_shown_without_names_until_seen_to(ines, vpn, person):
    complain(vpn, person("erin"), comment="Step 1 <b>fails</b>")
    page = text_of(ines.get("/articles/review"))
    assert "It did not work" in page and "Step 1 &lt;b&gt;fails&lt;/b&gt;" in page and "Erin" not in page
    ines.post("/articles/review/aside", data={"key": f"words-{vpn.id}"})
    assert kinds() == []


def test_dead_links_are_named_and_live_or_moved_ones_are_not(vpn):
    create(
        Draft(title="Guide", body=f"See [this](/fixes/{vpn.slug}), [that](/fixes/gone#a) and [x](https://x.example)"),
        publish=True,
    )  # fmt: skip
    (task,) = upkeep.tasks(SERVICES)
    assert (task.kind, task.seen) == (Kind.LINKS, "gone")
    articles.withdraw(vpn.id)
    assert upkeep.tasks(SERVICES)[0].seen == f"{vpn.slug}, gone"


def test_an_article_about_a_service_that_is_gone_is_named(vpn):
    assert [task.kind for task in upkeep.tasks({"printing"})] == [Kind.SERVICE]


def test_what_is_overdue_is_looked_over_by_one_click(ines, vpn):
    age(vpn, 1)
    assert "It is due to be looked over." in text_of(ines.get("/articles/review"))
    ines.post("/articles/review/aside", data={"key": f"stale-{vpn.id}"})
    assert kinds() == [] and vpn.review_at > clock.now() + timedelta(days=300)


def test_two_articles_alike_are_compared_and_told_apart(ines, vpn, monkeypatch):
    other = create(Draft(title="VPN breaks", body="## Fix\n1. Use a cable."), publish=True)
    monkeypatch.setattr("knowledge_base.twins._pairs", lambda: ((vpn.id, other.id, 0.9),))
    assert "“VPN breaks” says nearly the same." in text_of(ines.get("/articles/review"))
    page = text_of(ines.get(f"/articles/review/twins/{vpn.id}/{other.id}"))
    assert page.count("Use a cable.") == 2
    key = {"key": f"twins-{vpn.id}-{other.id}"}
    ines.post("/articles/review/aside", data=key)
    assert kinds() == [] and db.session.query(Related).one().is_distinct
    ines.post("/articles/review/back", data=key)
    assert kinds() == [Kind.TWINS]


@pytest.mark.parametrize("key", ["", "gap", "gap-x", "gap-99", "moon-1", "twins-1", "outcomes-1", "links-7"])
def test_a_task_that_is_gone_is_refused_with_a_sentence(ines, key):
    answer = ines.post("/articles/review/aside", data={"key": key})
    assert answer.status_code == 409 and "Look at the list again" in text_of(answer)


@pytest.mark.parametrize(("role", "status"), [(Role.EMPLOYEE, 403), (Role.AGENT, 403), (Role.LEAD, 200)])
def test_only_authors_see_the_list(browser_of, person, desk, role, status):
    assert browser_of(person("somebody", role)).get("/articles/review").status_code == status


@pytest.fixture
def learned(vpn, person):
    """A word of somebody's that the article learned from."""
    with write() as session:
        session.add(PastReport(article_id=vpn.id, words="my Kirstenbosch padlock", model="words"))
        learning.read_anew(session, [vpn.id])
    return vpn


def test_an_author_sees_how_many_reports_were_learned_from_and_takes_them_back(ines, learned):
    page = text_of(ines.get(f"/articles/{learned.id}"))
    assert "that search learned from: 1." in page and "Kirstenbosch" not in page
    ines.post(f"/articles/{learned.id}/forget")
    assert learning.count(learned.id) == 0
    assert "search learned" not in text_of(ines.get(f"/articles/{learned.id}"))


def test_words_that_were_learned_are_on_no_page_of_anybody(ines, browser_of, person, learned):
    erin = browser_of(person("erin"))
    for path in ("/fixes?q=padlock", f"/fixes/{learned.slug}", "/suggestions?words=my+padlock", "/fixes"):
        assert "kirstenbosch" not in text_of(erin.get(path)).lower(), path
    for path in ("/articles", f"/articles/{learned.id}", "/articles/review", "/articles?q=padlock"):
        assert "kirstenbosch" not in text_of(ines.get(path)).lower(), path
