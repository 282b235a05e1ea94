"""Pages of versions and proposals, and two authors at once."""

import pytest

from incidents.people import Role
from knowledge_base import articles, editions, following
from knowledge_base.articles import Draft, edit
from knowledge_base.models import State
from tests.portal.knowledge.test_writing import FORM, text_of, write_one


@pytest.fixture
def tess(browser_of, person, ines):
    """An agent's browser: she drafts and proposes."""
    return browser_of(person("tess", Role.AGENT))


@pytest.fixture
def published(ines):
    article = write_one(ines, then="published")
    ines.get("/articles")
    return article


def test_versions_are_listed_with_who_and_why_and_compared(ines, published):
    changed = FORM | {"body": "## Fix\n1. Use a long cable.", "revision": "1", "note": "which cable"}
    ines.post(f"/articles/{published.id}", data=changed)
    page = text_of(ines.get(f"/articles/{published.id}/versions"))
    assert "Ines" in page and "“which cable”" in page and "From version 1 to version 2" in page
    assert "<ins>" in page and "long" in page and "[added:" in page
    back = text_of(ines.get(f"/articles/{published.id}/versions?old=2&new=1"))
    assert "From version 2 to version 1" in back and "[removed:" in back
    assert ines.get(f"/articles/{published.id}/versions?old=9").status_code == 404
    assert ines.get(f"/articles/{published.id}/versions?old=x").status_code == 200


def test_a_single_version_says_what_will_be_here(ines, published):
    assert "one version so far" in text_of(ines.get(f"/articles/{published.id}/versions"))


def test_an_article_goes_back_to_what_it_said(ines, published):
    edit(published.id, Draft(title="Other", body="Other"), revision=1)
    path = f"/articles/{published.id}/versions/1/restore"
    assert ines.post(path, data={"revision": "1"}).status_code == 409
    assert ines.post(path, data={"revision": "2"}).status_code == 303
    assert (published.title, published.revision) == (FORM["title"], 3)


def test_an_older_version_opens_in_the_editor(ines, published):
    edit(published.id, Draft(title="Other", body="Other"), revision=1)
    page = text_of(ines.get(f"/articles/{published.id}?from=1"))
    assert "Use a cable." in page and 'name="revision" value="2"' in page


def test_what_differs_from_the_version_saved_meanwhile_is_shown(ines, published):
    edit(published.id, Draft(title="Theirs", body=FORM["body"]), revision=1)
    answer = ines.post(f"/articles/{published.id}", data=FORM | {"revision": "1", "cause": "Dust"})
    page = text_of(answer)
    assert answer.status_code == 409
    assert "What differs between their version and yours" in page and "Theirs" in page and "Dust" in page


def test_an_agent_proposes_and_a_reviewer_accepts(ines, tess, published):
    page = text_of(tess.get(f"/articles/{published.id}"))
    assert "Propose this change" in page and "Withdraw" not in page
    mine = FORM | {"cause": "Dust in the port", "revision": "1", "note": "cause found"}
    assert tess.post(f"/articles/{published.id}", data=mine).status_code == 303
    assert published.cause == ""
    assert "A reviewer looks at your change" in text_of(tess.get("/articles"))
    assert "Tess proposes a change" in text_of(ines.get(f"/articles/{published.id}"))
    assert FORM["title"] in text_of(ines.get("/articles?proposed=1"))
    path = f"/articles/{published.id}/proposals/1"
    assert "Dust in the port" in text_of(ines.get(path))
    assert tess.post(f"{path}/accept").status_code == 403
    assert ines.post(f"{path}/accept").status_code == 303
    assert (published.cause, published.revision) == ("Dust in the port", 2)
    assert ines.get(path).status_code == 404


def test_a_proposal_can_be_dismissed_or_finished_in_the_editor(ines, tess, published):
    for cause in ("One", "Two"):
        tess.post(f"/articles/{published.id}", data=FORM | {"cause": cause, "revision": "1"})
    ines.post(f"/articles/{published.id}/proposals/1/dismiss")
    page = text_of(ines.get(f"/articles/{published.id}?from=-2"))
    assert ">Two</textarea>" in page and 'name="proposal" value="2"' in page
    ines.post(f"/articles/{published.id}", data=FORM | {"cause": "Two!", "revision": "1", "proposal": "2"})
    assert published.cause == "Two!" and editions.proposals() == []


def test_a_proposal_that_came_too_late_says_so(ines, tess, published):
    tess.post(f"/articles/{published.id}", data=FORM | {"cause": "One", "revision": "1"})
    edit(published.id, Draft(title="Other", body="Other"), revision=1)
    path = f"/articles/{published.id}/proposals/1"
    assert "changed since this was proposed" in text_of(ines.get(path))
    assert ines.post(f"{path}/accept").status_code == 409


def test_an_agent_submits_for_review_and_does_not_publish(ines, tess):
    article = write_one(tess, then="review")
    assert article.state == State.REVIEW
    page = text_of(tess.get(f"/articles/{article.id}"))
    assert "In review" in page and "Save and publish" not in page
    assert tess.post(f"/articles/{article.id}/publish").status_code == 403
    assert FORM["title"] in text_of(ines.get("/articles?state=review"))
    ines.post(f"/articles/{article.id}", data=FORM | {"revision": "1", "then": "published"})
    assert article.state == State.PUBLISHED


def test_words_are_safe_when_only_the_move_is_refused(tess):
    article = write_one(tess, then="published")
    assert article.state == State.DRAFT
    assert "Your words are saved. But:" in text_of(tess.get("/articles"))


def test_a_withdrawn_article_becomes_a_draft_again(ines, published):
    ines.post(f"/articles/{published.id}/withdraw")
    assert "Back to draft" in text_of(ines.get(f"/articles/{published.id}"))
    ines.post(f"/articles/{published.id}/redraft")
    assert published.state == State.DRAFT
    ines.post(f"/articles/{published.id}/submit")
    assert articles.find(published.id).state == State.REVIEW


def test_what_was_published_does_not_become_a_draft_at_once(ines, published):
    answer = ines.post(f"/articles/{published.id}/redraft")
    assert answer.status_code == 409 and "withdraw it" in text_of(answer)


def test_who_opens_an_old_offer_of_a_withdrawn_article_is_told_what_else_fits(
    ines, browser_of, person, published, monkeypatch
):
    monkeypatch.setattr(following, "LOOK_EVERY_S", 0.0)
    write_one(ines, title="VPN is slow", then="published")
    ines.post(f"/articles/{published.id}/withdraw")
    answer = browser_of(person("erin")).get(f"/fixes/{published.slug}")
    page = text_of(answer)
    assert answer.status_code == 404
    assert "no longer offered" in page and published.title in page and "/fixes/vpn-is-slow" in page
