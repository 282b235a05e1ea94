"""Words of solved incidents become search material, and go again."""

import pytest
from sqlalchemy import func, select

from firstline.db import db, write
from incidents.intake import Report, report
from incidents.lifecycle import Change, change
from incidents.models import Channel, Incident, Resolution, State
from incidents.people import Role
from incidents.selfhelp import offer_fixes, tell_outcome
from knowledge_base import articles, indexing, learning
from knowledge_base.articles import Draft
from knowledge_base.following import follower
from knowledge_base.models import Article, Audience, PastReport
from knowledge_base.search import rank_words, search

WORDS = "the little green padlock swings open while I am on calls"


@pytest.fixture
def base(desk, base):
    """The desk first: it knows the categories that the fixes would make."""
    return base


@pytest.fixture
def solved(base, person):
    """An incident of somebody, resolved by support with the VPN article."""
    tess = person("tess", Role.AGENT)

    def solve(words, *, name="erin", article="vpn-drops", by=None):
        incident = report(Report(requester_id=person(name).id, description=words, channel=Channel.PORTAL))
        wanted = Change(to=State.RESOLVED, resolution=Resolution.SUPPORT, article_id=base[article].id)
        change(incident.id, wanted, by=by or tess)
        return incident

    solve.by = tess
    return solve


def kept():
    return db.session.scalar(select(func.count()).select_from(PastReport))


def first(words):
    found = search(words, audience=Audience.EVERYONE)
    return found[0].slug if found else None


def test_an_article_is_found_by_words_of_what_it_solved(base, encoder, solved):
    indexing.index_articles()
    assert first("green padlock swings open") == "password-forgotten"
    solved(WORDS)
    learning.learn()
    assert first("green padlock swings open") == "vpn-drops"


def test_without_a_model_the_words_alone_are_learned(base, solved):
    assert first("green padlock swings open") == "password-forgotten"
    solved(WORDS)
    learning.learn()
    assert first("green padlock swings open") == "vpn-drops"


def test_a_query_unlike_any_report_ranks_as_before(base, encoder, solved):
    indexing.index_articles()
    asked = "printer offline since the reset of my password"
    before = rank_words(follower(), asked, audience=Audience.SUPPORT)
    solved(WORDS)
    learning.learn()
    after = rank_words(follower(), asked, audience=Audience.SUPPORT)
    assert after.keys.tolist() == before.keys.tolist()
    assert after.points == pytest.approx(before.points, abs=1e-4)


def test_reopening_takes_the_words_back(base, encoder, solved):
    indexing.index_articles()
    incident = solved(WORDS)
    learning.learn()
    assert first("green padlock swings open") == "vpn-drops"
    change(incident.id, Change(to=State.QUEUED, note="It came back."), by=solved.by)
    assert kept() == 0
    assert first("green padlock swings open") != "vpn-drops"


def test_saying_that_it_did_not_help_after_all_takes_them_back(base, person):
    indexing.index_articles()
    erin = person("erin")
    incident = report(Report(requester_id=erin.id, description="vpn keeps disconnecting", channel="portal"))
    offer_fixes(incident.id)
    tell_outcome(incident.id, by=erin, solved=True, article_id=base["vpn-drops"].id)
    assert kept() == 1
    tell_outcome(incident.id, by=erin, solved=False)
    assert kept() == 0


def test_nothing_is_learned_from_a_claim_about_an_article_that_was_not_offered(base, person):
    erin = person("erin")
    incident = report(Report(requester_id=erin.id, description=WORDS, channel="portal"))
    tell_outcome(incident.id, by=erin, solved=True, article_id=base["printer-offline"].id)
    assert kept() == 0


def test_with_the_incident_go_its_words(base, solved):
    incident = solved(WORDS)
    with write() as session:
        session.delete(session.get(Incident, incident.id))
    assert kept() == 0


def test_an_author_takes_back_all_of_one_article_and_they_stay_away(base, encoder, solved):
    indexing.index_articles()
    incident = solved(WORDS)
    learning.learn()
    assert learning.count(base["vpn-drops"].id) == 1
    assert learning.take_back(base["vpn-drops"].id) == 1
    assert learning.count(base["vpn-drops"].id) == 0
    assert first("green padlock swings open") != "vpn-drops"
    assert db.session.scalars(select(PastReport.words)).all() == [""]
    with write() as session:
        learning.remember(session, base["vpn-drops"].id, incident_id=incident.id, words=WORDS)
    assert learning.count(base["vpn-drops"].id) == 0


def test_the_same_words_are_kept_once(base, solved):
    solved(WORDS)
    solved(WORDS.upper() + " !!", name="bob")
    solved("The padlock is grey", name="ines")
    assert learning.count(base["vpn-drops"].id) == 2


def test_only_the_newest_are_kept_and_each_is_cut(base, solved, monkeypatch):
    monkeypatch.setattr(learning, "MOST_REPORTS", 3)
    for number, thing in enumerate(("lamp", "chair", "window", "carpet", "ceiling")):
        solved(f"{thing} " * 1_000, name=f"person{number}")
    held = db.session.scalars(select(PastReport.words).order_by(PastReport.id)).all()
    assert [words.split()[-1][:3] for words in held] == ["win", "car", "cei"]
    assert all(len(words) <= learning.MOST_CHARACTERS for words in held)


def test_words_that_say_nothing_are_not_kept(base, solved):
    solved("it is what it is")
    assert kept() == 0


def test_another_model_makes_the_vectors_anew(base, encoder, solved):
    solved(WORDS)
    learning.learn()
    report_id = db.session.scalars(select(PastReport.id)).one()
    encoder.identity = "newer"
    learning.learn()
    assert db.session.get(PastReport, report_id).model == "newer"


def test_a_past_report_is_in_nothing_that_search_gives(base, encoder, solved):
    indexing.index_articles()
    solved("my padlock Kirstenbosch opens")
    learning.learn()
    for hit in search("padlock kirstenbosch opens", audience=Audience.SUPPORT):
        assert "Kirstenbosch" not in repr(hit)
    article = articles.find("vpn-drops")
    assert "Kirstenbosch" not in repr([getattr(article, column.name) for column in Article.__table__.c])


def test_an_article_without_reports_keeps_its_points(base, encoder, solved):
    indexing.index_articles()
    other = articles.create(Draft(title="Green padlock", body="Swings."), slug="padlock", publish=True)
    indexing.index_articles()
    before = points_of(other.id)
    solved(WORDS)
    learning.learn()
    assert points_of(other.id) == pytest.approx(before, abs=1e-4)


def points_of(article_id):
    ranking = rank_words(follower(), "green padlock swings", audience=Audience.SUPPORT)
    return dict(zip(ranking.keys.tolist(), ranking.points.tolist(), strict=True))[article_id]
