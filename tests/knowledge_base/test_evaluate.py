"""The measures of the search."""

import json
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from commands.articles import articles
from knowledge_base import past
from knowledge_base.confidence import WITH_MEANING, chance
from knowledge_base.evaluate import Document, EvaluationError, Query, entries, evaluate, read_documents
from knowledge_base.index import Entry, Index
from knowledge_base.past import Told
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


def test_what_fits_as_well_among_more_articles_is_less_sure():
    small, large = ([Entry(key=0, title="VPN drops", body="Restart it.")] for _ in range(2))
    for base, count in ((small, 30), (large, 600)):
        base += [Entry(key=place, title=f"Room {place}", body="Book it.") for place in range(1, count)]
    few, many = (rank(Index(base), "vpn drops", None, for_support=True) for base in (small, large))
    assert many.evidence["articles"] > few.evidence["articles"]
    assert WITH_MEANING.chance(few.evidence | {"articles": many.evidence["articles"]}) < WITH_MEANING.chance(
        few.evidence
    )


def test_an_article_that_has_more_of_the_words_makes_surer(encoder):
    index = Index(entry for _, entry in entries(DOCUMENTS, encoder, cache=None))
    held, half = (
        rank(index, text, encoder.encode([text])[0], for_support=True)
        for text in ("vpn drops", "vpn accounting ledger")
    )
    assert held.evidence["held"] == pytest.approx(1)
    assert half.evidence["held"] < 0.5
    assert chance(held) > chance(half)


@pytest.mark.parametrize(("count", "by_meaning"), [(10, False), (40, True)])
def test_words_decide_alone_while_more_than_one_article_in_twenty_has_no_vectors(encoder, count, by_meaning):
    told = [Document(id=f"d{place}", title=f"Room {place}", body="Book it.") for place in range(count)]
    *known, newest = (entry for _, entry in entries(told, encoder, cache=None))
    ranking = rank(
        Index([*known, replace(newest, vectors=None)]),
        newest.title,
        encoder.encode([newest.title])[0],
        for_support=True,
    )
    assert ranking.has_meaning is by_meaning
    assert ranking.keys.tolist()[0] == newest.key


def test_of_an_article_without_vectors_nobody_knows_that_a_report_is_nearer_than_it_is_itself(encoder):
    asked, other = encoder.encode(["vpn drops", "monitor flickers"])
    beside = other - (other @ asked) * asked
    alike = 0.7 * asked + np.sqrt(1 - 0.7**2) * beside / np.linalg.norm(beside)
    fresh = Entry(key=0, title="VPN drops", body="Restart it.")
    solved = replace(fresh, past=[Told(words="Screen", vector=alike.astype(np.float32))])
    without, with_report = (
        rank(Index([entry]), "vpn drops", asked, for_support=True).points[0] for entry in (fresh, solved)
    )
    assert with_report - without == pytest.approx(past.LIKENESS * (0.7 - past.LIKE), abs=0.01)


def test_words_that_keywords_hold_count_as_held():
    index = Index([Entry(key=0, title="No line", body="Plug it in.", keywords="telephone, receiver")])
    assert rank(index, "telephone", None, for_support=True).evidence["held"] == 1


def test_a_symptom_finds_its_article_though_its_text_is_about_the_cure(encoder):
    cure = "Open settings, choose a site, tick a box, restart, wait. " * 20
    told = [
        Document(
            id="payslip", title="Allow windows", body=f"Nothing opens.\n{cure}", symptoms="- Nothing opens."
        ),
        Document(id="other", title="Allow sites", body=f"Nothing opens.\n{cure}"),
    ]
    found = {document.id: entry for document, entry in entries(told, encoder, cache=None)}
    assert len(found["payslip"].vectors.symptoms) == 1
    asked = encoder.encode(["nothing opens"])[0]
    ranking = rank(Index(found.values()), "nothing opens", asked, for_support=True)
    assert ranking.keys.tolist()[0] == found["payslip"].key
    assert ranking.points[0] > ranking.points[1] + 1


def test_every_line_of_the_symptoms_has_a_vector_and_other_vectors_keep_their_place_in_the_cache(
    encoder, tmp_path
):
    plain = Document(id="a", title="No tone", body="Plug it in.")
    told = replace(plain, symptoms="- No tone.\n- *Not registered* on the display.\n")
    for document, count in ((plain, 0), (told, 2), (plain, 0), (told, 2)):
        ((_, entry),) = entries([document], encoder, cache=tmp_path)
        assert len(entry.vectors.symptoms) == count
