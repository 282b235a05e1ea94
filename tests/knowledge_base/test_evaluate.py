"""The measures of the search."""

import json

import pytest
from click.testing import CliRunner

from commands.articles import articles
from knowledge_base.confidence import chance
from knowledge_base.evaluate import Document, EvaluationError, Query, entries, evaluate, read_documents
from knowledge_base.index import Entry, Index
from knowledge_base.ranking import rank

ASKED_FOR = {
    "queries",
    "recall_at_1",
    "recall_at_3",
    "mrr_at_10",
    "ndcg_at_10",
    "auroc",
    "offer_precision",
    "offer_share",
    "p50_ms",
    "p95_ms",
}
TROUBLES = ("vpn drops", "printer jams", "screen flickers", "battery swells", "mouse lags", "phone freezes")
DOCUMENTS = [
    Document(id=f"d{place}", title=words.capitalize(), body="Restart it.")
    for place, words in enumerate(TROUBLES)
]
QUERIES = [
    Query(text=f"my {words}", relevant=frozenset({f"d{place}"})) for place, words in enumerate(TROUBLES)
]


def test_queries_in_the_words_of_their_titles_are_all_answered_first():
    measures = evaluate(DOCUMENTS, QUERIES, None)
    assert measures["queries"] == 6
    assert [measures[name] for name in ("recall_at_1", "recall_at_3", "mrr_at_10", "ndcg_at_10")] == [
        1,
        1,
        1,
        1,
    ]


def test_what_is_hidden_lowers_the_confidence():
    assert evaluate(DOCUMENTS, QUERIES, None)["auroc"] > 0.9


def test_vectors_are_kept_by_content(encoder, tmp_path):
    first = evaluate(DOCUMENTS, QUERIES, encoder, cache=tmp_path)
    encoder.windows = None
    again = evaluate(DOCUMENTS, QUERIES, encoder, cache=tmp_path)
    assert again["mrr_at_10"] == first["mrr_at_10"]


def test_queries_without_an_answer_here_are_refused():
    with pytest.raises(EvaluationError):
        evaluate(DOCUMENTS, [Query(text="x", relevant=frozenset({"elsewhere"}))], None)


def test_a_bad_line_is_named(tmp_path):
    file = tmp_path / "docs.jsonl"
    file.write_text('{"id": "a", "title": "b"}\n{"id": "c"}\n')
    with pytest.raises(EvaluationError, match="line 2: write id, title"):
        read_documents(file)


def test_the_command_prints_one_object_with_every_measure(tmp_path, monkeypatch):
    monkeypatch.setenv("FIRSTLINE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("FIRSTLINE_MODEL_DIR", str(tmp_path / "none"))
    docs, queries = tmp_path / "docs.jsonl", tmp_path / "queries.jsonl"
    docs.write_text("\n".join(json.dumps(vars(one)) for one in DOCUMENTS))
    queries.write_text(
        "\n".join(
            json.dumps({"id": str(n), "text": one.text, "relevant": list(one.relevant)})
            for n, one in enumerate(QUERIES)
        )
    )
    done = CliRunner().invoke(
        articles, ["evaluate", "--docs", str(docs), "--queries", str(queries), "--json"]
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1]).keys() >= ASKED_FOR
    assert "By words only" in done.stderr


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_import_command_names_the_bad_line(tmp_path, monkeypatch, app, database_url):
    monkeypatch.setenv("FIRSTLINE_DATABASE_URL", database_url)
    file = tmp_path / "a.jsonl"
    file.write_text('{"id": "a", "title": "b", "body": "c"}\nnonsense\n')
    monkeypatch.setenv("FIRSTLINE_DATA_DIR", str(tmp_path / "var"))
    done = CliRunner().invoke(articles, ["import", str(file)])
    assert done.exit_code == 0, done.output
    assert "line 2: This is not JSON." in done.output
    assert "1 added, 0 changed, 0 as before, 1 left out." in done.output


def test_the_crowd_looks_the_same_whether_the_answer_is_there_or_hidden():
    index = Index(
        Entry(key=place, title=f"{words} in room {place % 9}", body="Restart it.")
        for place, words in enumerate(TROUBLES * 100)
    )
    asked = {"text": "vpn drops in room 3", "vector": None, "for_support": True}
    answer = int(rank(index, **asked).keys[0])
    there, hidden = rank(index, **asked), rank(index, **asked, hidden=frozenset({answer}))
    for name in ("spread", "usual"):
        assert there.evidence[name] == pytest.approx(hidden.evidence[name], rel=0.1)


def test_a_title_that_the_query_covers_makes_surer(encoder):
    index = Index(entry for _, entry in entries(DOCUMENTS, encoder, cache=None))
    covered, half = (
        rank(index, text, encoder.encode([text])[0], for_support=True)
        for text in ("vpn drops", "vpn is slow at times")
    )
    assert covered.evidence["title_cover"] == pytest.approx(1)
    assert half.evidence["title_cover"] < 1
    assert chance(covered) > chance(half)
