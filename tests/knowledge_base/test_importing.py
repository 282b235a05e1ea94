"""Articles from files."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from firstline.db import db
from incidents.people import Role
from knowledge_base import articles, editions
from knowledge_base.contents import Draft, draft_of
from knowledge_base.importing import import_jsonl
from knowledge_base.models import Article, Audience, State
from knowledge_base.search import search
from knowledge_base.storing import Plan


def line(number, **more):
    return json.dumps({"id": f"kb{number}", "title": f"Trouble number {number}", "body": "Do this.", **more})


def test_one_bad_line_in_a_thousand_is_named_and_the_rest_goes_in(app):
    lines = [line(number) for number in range(1000)]
    lines[500] = '{"id": "kb500", "title": '
    report = import_jsonl(lines)
    assert (report.added, report.problems) == (999, [(501, "This is not JSON.")])


def test_importing_again_changes_only_what_changed(app):
    import_jsonl([line(1), line(2)])
    report = import_jsonl([line(1), line(2, body="Do that."), line(3)])
    assert (report.added, report.changed, report.unchanged) == (1, 1, 1)
    db.session.rollback()
    assert articles.find("kb2").body == "Do that."
    assert articles.find("kb2").revision == 2


def test_the_id_becomes_the_address_and_the_article_is_found(app, no_wait):
    import_jsonl([line("VPN 7", title="Tunnel drops", keywords=["tunnel", "drops"], category="Network")])
    assert [hit.slug for hit in search("tunnel drops", audience=Audience.EVERYONE)] == ["kbvpn-7"]
    assert articles.find("kbvpn-7").category_slug == "network"


def test_each_kind_of_bad_line_has_a_sentence(app):
    bad = [
        "[]",
        '{"title": "no id", "body": ""}',
        line(1, title=5),
        line(2, title=" "),
        line(3, body=None),
        line(4, body="\0"),
        line(6),
        line(6, title="the same id again"),
        "",
        "[" * 100_000,
    ]
    report = import_jsonl(bad)
    assert report.added == 1
    assert [number for number, _ in report.problems] == [1, 2, 3, 4, 5, 6, 8, 10]
    assert all(sentence.endswith(".") for _, sentence in report.problems)


def test_half_a_character_is_no_reason_to_lose_the_article(app):
    report = import_jsonl(['{"id": "x", "title": "broken \\ud83d emoji", "body": ""}'])
    assert report.added == 1


def test_what_a_line_does_not_name_stays_as_it_is(app):
    import_jsonl([line(1, keywords="vpn", category="network")])
    article = articles.find("kb1")
    draft = replace(draft_of(article), symptoms="It drops.", keywords="vpn, tunnel")
    articles.edit(article.id, draft, revision=1)
    assert import_jsonl([line(1)]).unchanged == 1
    assert import_jsonl([line(1, body="Do that.")]).changed == 1
    db.session.rollback()
    assert (article.body, article.symptoms, article.keywords) == ("Do that.", "It drops.", "vpn, tunnel")
    assert article.summary == "Do that."


def test_every_field_can_be_told(app, person):
    ines = person("ines", Role.AUTHOR)
    told = {
        "summary": "One sentence.",
        "symptoms": ["It drops.", "It hangs."],
        "cause": "A driver.",
        "workaround": "yes",
        "service": "VPN",
        "audience": "support",
        "state": "review",
        "owner": "Ines@Example.com",
        "review_at": "2030-01-31",
    }
    assert import_jsonl([line(1, **told)], Plan(owners={"ines@example.com": ines.id})).remarks == []
    made = articles.find("kb1")
    assert draft_of(made) == Draft(
        title="Trouble number 1",
        body="Do this.",
        summary="One sentence.",
        symptoms="- It drops.\n- It hangs.",
        cause="A driver.",
        is_workaround=True,
        service="vpn",
        audience=Audience.SUPPORT,
        owner_id=ines.id,
        review_at=datetime(2030, 1, 31, 12, tzinfo=UTC),
    )
    assert made.state == State.REVIEW


@pytest.mark.parametrize(
    "told",
    [
        {"state": "gone"},
        {"audience": "aliens"},
        {"review_at": "soon"},
        {"workaround": "perhaps"},
        {"cause": {}},
    ],
)
def test_a_value_that_cannot_be_meant_is_named(app, told):
    report = import_jsonl([line(1, **told)])
    assert report.added == 0 and next(iter(told)).split("_")[0] in report.problems[0][1].lower() + "review"


def test_an_owner_nobody_knows_is_named_and_the_article_goes_in(app):
    report = import_jsonl([line(1, owner="nobody@example.com")])
    assert report.added == 1 and "nobody@example.com" in report.remarks[0][1]


def test_a_dry_run_tells_the_same_and_stores_nothing(app):
    import_jsonl([line(1), line(2)])
    lines = [line(1), line(2, body="Do that."), line(3, category="new"), "[]"]
    looked = import_jsonl(lines, Plan(is_dry_run=True))
    assert (articles.find("kb3"), articles.find("kb2").body) == (None, "Do this.")
    assert looked == import_jsonl(lines)


def test_new_articles_begin_as_drafts_when_that_is_asked_for(app):
    import_jsonl([line(1), line(2, state="published")], Plan(begin_as=State.DRAFT))
    assert [articles.find(slug).state for slug in ("kb1", "kb2")] == [State.DRAFT, State.PUBLISHED]


def test_an_article_that_was_withdrawn_or_moved_is_neither_revived_nor_doubled(app):
    import_jsonl([line(1)])
    article = articles.find("kb1")
    articles.withdraw(article.id)
    articles.edit(article.id, draft_of(article), revision=1, address="trouble-one")
    assert import_jsonl([line(1, body="Do that.")]).changed == 1
    db.session.rollback()
    assert (article.body, article.state, article.slug) == ("Do that.", State.WITHDRAWN, "trouble-one")
    assert db.session.query(Article).count() == 1
    assert import_jsonl([line(1, body="Do that.", state="published")]).changed == 1
    db.session.rollback()
    assert article.is_published and article.revision == 2


def test_what_an_import_replaces_stays_among_the_versions(app):
    import_jsonl([line(1)])
    import_jsonl([line(1, body="Do that.")])
    article = articles.find("kb1")
    assert [edition.note for edition in editions.history(article)] == ["Imported", ""]
    assert editions.words_of(editions.find(article, 1)).body == "Do this."


def test_many_articles_go_in_batch_by_batch_and_again_change_nothing(app):
    lines = [line(number, body="It drops.\n\n## Fix\n\n1. Do this.\n") for number in range(250)]
    assert import_jsonl(lines).added == 250
    assert import_jsonl(lines).unchanged == 250
