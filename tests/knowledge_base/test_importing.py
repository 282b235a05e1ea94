"""Articles from files."""

import json

from firstline.db import db
from knowledge_base import articles
from knowledge_base.importing import import_jsonl
from knowledge_base.models import Audience
from knowledge_base.search import search


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
