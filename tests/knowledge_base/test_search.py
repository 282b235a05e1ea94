"""What is found, by whom, and how soon."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstline import jobs, leases
from knowledge_base import articles, confidence, indexing
from knowledge_base import search as ranked
from knowledge_base.articles import Draft
from knowledge_base.models import Audience
from knowledge_base.ranking import Ranking
from knowledge_base.search import search, why_by_words_only
from knowledge_base.suggest import suggest
from tests.patience import held_up_by_nothing


def slugs(found):
    return [one.slug for one in found]


def test_a_trouble_in_other_word_forms_finds_its_fix(base):
    assert slugs(search("my VPNs disconnected again", audience=Audience.EVERYONE))[0] == "vpn-drops"


def test_an_error_code_finds_exactly_its_article(base):
    assert slugs(search("setup says 0x80070005", audience=Audience.EVERYONE))[0] == "access-denied"


def test_another_error_code_does_not_find_it_by_a_typo(base):
    assert slugs(search("0x80070006", audience=Audience.EVERYONE)) == []


def test_a_slip_of_the_finger_still_finds_the_fix(base):
    assert slugs(search("printre oflline", audience=Audience.EVERYONE))[0] == "printer-offline"


def test_a_word_still_being_typed_already_finds(base):
    assert "password-forgotten" in slugs(search("forgot passw", audience=Audience.EVERYONE))


def test_an_employee_never_finds_what_is_for_support_only(base):
    assert "vpn-gateway" not in slugs(search("drain vpn gateway", audience=Audience.EVERYONE))
    assert slugs(search("drain vpn gateway", audience=Audience.SUPPORT))[0] == "vpn-gateway"


def test_a_search_within_a_category_finds_only_that(base):
    assert slugs(search("print vpn offline", audience=Audience.EVERYONE, category="printing")) == [
        "printer-offline"
    ]


def test_a_new_article_is_found_before_it_is_indexed(base):
    search("anything", audience=Audience.EVERYONE)
    articles.create(Draft(title="Scanner makes stripes", body="Clean the glass."), publish=True)
    assert slugs(search("stripes on scans", audience=Audience.EVERYONE)) == ["scanner-makes-stripes"]


def test_an_edited_article_is_found_by_its_new_words_only(base):
    article = base["printer-offline"]
    articles.edit(article.id, Draft(title="Label maker jams", body="Open the lid."), revision=1)
    assert slugs(search("label maker", audience=Audience.EVERYONE)) == ["printer-offline"]
    assert "printer-offline" not in slugs(search("offline", audience=Audience.EVERYONE))


def test_a_withdrawn_article_is_neither_found_nor_offered(base):
    assert suggest("vpn keeps disconnecting", audience=Audience.EVERYONE)
    articles.withdraw(base["vpn-drops"].id)
    assert "vpn-drops" not in slugs(search("vpn keeps disconnecting", audience=Audience.EVERYONE))
    assert suggest("vpn keeps disconnecting", audience=Audience.EVERYONE) == []


def test_a_draft_is_not_found(base):
    articles.create(Draft(title="Scanner makes stripes", body="Clean the glass."))
    assert search("scanner stripes", audience=Audience.EVERYONE) == []


def test_the_first_search_reads_what_was_there_before(base):
    jobs.run_waiting()
    assert search("password", audience=Audience.EVERYONE)


def test_without_a_model_search_goes_on_and_says_why(base):
    assert search("vpn", audience=Audience.EVERYONE)
    assert why_by_words_only().endswith("run the set-up again.")


def test_with_vectors_meaning_counts_too(encoder, base):
    jobs.run_waiting()
    assert why_by_words_only() == ""
    assert slugs(search("vpn tunnel drops", audience=Audience.EVERYONE))[0] == "vpn-drops"


def test_an_article_without_vectors_yet_competes_with_those_that_have_them(encoder, base):
    jobs.run_waiting()
    articles.create(Draft(title="Scanner makes stripes", body="Clean the glass."), publish=True)
    assert slugs(search("scanner stripes", audience=Audience.EVERYONE))[0] == "scanner-makes-stripes"


def test_a_suggestion_carries_the_first_steps_and_its_chance(base):
    first = suggest("vpn keeps disconnecting", audience=Audience.EVERYONE)[0]
    assert first.slug == "vpn-drops"
    assert first.steps == ("Switch off Wi-Fi calling.", "Connect again.")
    assert 0 < first.score <= 1


def test_nothing_is_offered_when_nothing_fits(base):
    assert suggest("when is my salary paid", audience=Audience.EVERYONE) == []
    assert suggest("", audience=Audience.EVERYONE) == []


def test_a_short_query_named_by_an_article_is_offered_it(base):
    assert slugs(suggest("printer offline", audience=Audience.EVERYONE)) == ["printer-offline"]


def test_where_only_its_name_speaks_for_an_article_nothing_is_offered_beside_it():
    flat = np.zeros(20, dtype=np.float32)
    unsure = dict.fromkeys(confidence.WITH_MEANING.of, 0.0)
    named = np.arange(20) == 1
    ranking = Ranking(keys=np.arange(20), points=flat, evidence=unsure, named=named, has_meaning=True)
    assert [key for key, _ in confidence.offered(ranking)] == [1]
    assert confidence.offered(replace(ranking, named=named & False)) == []


def test_no_more_is_offered_than_asked_for(base):
    assert len(suggest("vpn", audience=Audience.SUPPORT, limit=1)) == 1


@pytest.mark.parametrize(
    "text", ["x" * 1_000_000, "vpn " * 250_000, "0x8 " * 250_000, "💥" * 500_000, "\0" * 1000]
)
def test_a_megabyte_of_anything_is_answered_at_once(encoder, base, text):
    jobs.run_waiting()
    suggest("warm", audience=Audience.EVERYONE)
    with held_up_by_nothing():
        suggest(text, audience=Audience.EVERYONE)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_no_words_of_any_script_raise(base, text):
    for found in (search(text, audience=Audience.EVERYONE), suggest(text, audience=Audience.EVERYONE)):
        assert all(0 <= one.score <= 1 for one in found)


def test_words_in_another_script_find_what_is_written_in_it_and_nothing_else(base):
    articles.create(Draft(title="Принтер не печатает", body="Перезапустите очередь."), publish=True)
    found = search("мой ПРИНТЕР молчит", audience=Audience.EVERYONE)
    assert [hit.title for hit in found] == ["Принтер не печатает"]
    assert search("打印机无法打印", audience=Audience.EVERYONE) == []


def test_words_asked_again_are_neither_embedded_nor_ranked_anew(encoder, base, monkeypatch):
    jobs.run_waiting()
    first = suggest("vpn keeps disconnecting", audience=Audience.EVERYONE)
    monkeypatch.setattr(encoder, "encode", None)
    monkeypatch.setattr(ranked, "rank", None)
    assert first and suggest("  VPN keeps  disconnecting ", audience=Audience.EVERYONE) == first


def test_indexing_tells_how_far_it_is(encoder, base):
    assert indexing.progress() == (0, 5)
    jobs.run_waiting()
    assert indexing.progress() == (5, 5)


def test_a_lost_nudge_is_made_good_by_the_sweep(encoder, base, app):
    app.extensions["firstline_run"].clear()
    indexing.index_what_was_missed()
    assert indexing.progress() == (5, 5)


def test_asked_to_stop_it_finishes_its_article_and_leaves_the_rest_for_the_next_start(
    encoder, base, app, monkeypatch
):
    embed = indexing.embed

    def asked_to_stop(*args, **kwargs):
        jobs.stop_flag().set()
        return embed(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(indexing, "embed", asked_to_stop)
        jobs.run_waiting()
    assert indexing.progress() == (1, 5)
    jobs.stop_flag().clear()
    indexing.index_what_was_missed()
    assert indexing.progress() == (5, 5)


def test_of_two_workers_one_indexes_at_a_time(encoder, base):
    leases.hold(indexing.LEASE, "another-machine:1", for_=timedelta(minutes=1))
    indexing.index_what_was_missed()
    assert indexing.progress() == (0, 5)
    leases.release(indexing.LEASE, "another-machine:1")
    indexing.index_what_was_missed()
    assert indexing.progress() == (5, 5)


def test_an_article_edited_while_it_was_embedded_stays_due(encoder, base, monkeypatch):
    article = base["vpn-drops"]
    embed = indexing.embed

    def edited_meanwhile(*args, **kwargs):
        articles.edit(article.id, Draft(title="VPN", body="new"), revision=1)
        return embed(*args, **kwargs)

    monkeypatch.setattr(indexing, "embed", edited_meanwhile)
    assert indexing.index_article(article.id, encoder) is False
    monkeypatch.undo()
    assert articles.find("vpn-drops").indexed_revision == 0
