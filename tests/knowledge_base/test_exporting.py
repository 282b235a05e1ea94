"""All articles as files, and back."""

import io
import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstline.db import db, write
from incidents.people import Role
from knowledge_base import articles, exporting, pictures, sources
from knowledge_base.contents import Draft, draft_of
from knowledge_base.importing import import_files, import_jsonl
from knowledge_base.models import Article, Category, Edition, OldAddress, Picture, State
from knowledge_base.storing import Plan
from tests.knowledge_base.test_folders import png

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)
MARKS = st.text(alphabet=st.sampled_from("-#:|>'\" \t\r\n*1.[]()`~é\u2028\x85\ufeff"), max_size=60)
WORDS = TEXT | MARKS
TITLES = WORDS.filter(lambda words: words.strip())


def zipped() -> sources.Archive:
    return sources.Archive(io.BytesIO(b"".join(exporting.to_zip({}))))


def emptied() -> None:
    db.session.rollback()
    for model in (Edition, OldAddress, Picture, Article, Category):
        db.session.query(model).delete()
    db.session.commit()


def contents() -> list[tuple[str, str, Draft]]:
    db.session.rollback()
    found = db.session.query(Article).order_by(Article.slug).all()
    return [(article.slug, article.state, draft_of(article)) for article in found]


def by_markdown() -> None:
    archive = zipped()
    emptied()
    assert import_files(archive).problems == []


def by_lines() -> None:
    lines = list(exporting.to_jsonl({}))
    emptied()
    assert import_jsonl(lines).problems == []


@pytest.mark.parametrize("there_and_back", [by_markdown, by_lines])
def test_an_export_fills_an_empty_base_with_the_same(app, base, there_and_back):
    articles.withdraw(base["vpn-drops"].id)
    articles.create(Draft(title="A draft", body="", symptoms="- It hurts.", cause="Age", is_workaround=True))
    before = contents()
    there_and_back()
    assert contents() == before and len(before) == 6


@pytest.mark.parametrize("there_and_back", [by_markdown, by_lines])
def test_any_words_come_back_as_they_were(app, there_and_back):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(title=TITLES, body=WORDS, symptoms=WORDS, cause=WORDS, keywords=WORDS, summary=WORDS)
    def come_back(**words: str) -> None:
        emptied()
        articles.create(Draft(**words), slug="one", publish=True)
        before = contents()
        there_and_back()
        assert contents() == before

    come_back()


def test_pictures_go_along(app, person):
    ines = person("ines", Role.AUTHOR)
    kept = pictures.keep(png(), name="The icon (1).png", uploaded_by_id=ines.id)
    articles.create(
        Draft(title="Icon", body=f"See {pictures.markdown(kept)}.", owner_id=ines.id), publish=True
    )
    files = list(exporting.to_markdown({ines.id: ines.email}))
    assert [file.name for file in files] == ["icon.md", f"pictures/{kept.id}-the-icon-1.png"]
    assert f"(pictures/{kept.id}-the-icon-1.png)" in files[0].content.decode()
    assert "owner: ines@example.com" in files[0].content.decode()
    for there_and_back in (by_markdown, by_lines):
        there_and_back()
        picture, article = db.session.query(Picture).one(), articles.find("icon")
        assert article.body == f"See ![The icon (1)](/pictures/{picture.id})."
        assert (picture.article_id, picture.size) == (article.id, len(png()))


def test_importing_an_export_over_itself_changes_nothing(app, base):
    lines, archive = list(exporting.to_jsonl({})), zipped()
    assert import_jsonl(lines).unchanged == import_files(archive).unchanged == 5


def test_an_edited_file_changes_its_article_alone(app, base):
    lines = [json.loads(line) for line in exporting.to_jsonl({})]
    lines[2]["title"] = "Forgot my password"
    report = import_jsonl([json.dumps(line) for line in lines])
    assert (report.changed, report.unchanged) == (1, 4)


def test_a_picture_whose_file_is_lost_does_not_keep_the_words_back(app, person):
    kept = pictures.keep(png(), name="a.png", uploaded_by_id=person("ines", Role.AUTHOR).id)
    articles.create(Draft(title="Icon", body=pictures.markdown(kept)), publish=True)
    with write() as session:
        session.query(Picture).one().digest = "0" * 64
    assert [file.name for file in exporting.to_markdown({})] == ["icon.md"]
    assert json.loads(next(exporting.to_jsonl({})))["pictures"] == {}


def test_the_archive_is_whole_and_made_piece_by_piece(app):
    many = 450
    import_jsonl(json.dumps({"id": f"kb{n}", "title": f"T {n}", "body": "x" * 500}) for n in range(many))
    pieces = list(exporting.to_zip({}))
    assert len(pieces) > many
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None and len(archive.namelist()) == many


def test_many_articles_go_there_and_back_unchanged(app):
    body = "It drops.\n\n## Fix\n\n" + "".join(f"{step}. Do **this** and that.\n" for step in range(1, 9))
    import_jsonl(json.dumps({"id": f"kb{n}", "title": f"T {n}", "body": body}) for n in range(250))
    archive = zipped()
    assert import_files(archive, Plan(is_dry_run=True)).unchanged == 250


def test_an_article_in_review_stays_in_review(app):
    made = articles.create(Draft(title="One", body="x"))
    articles.move(made.id, State.REVIEW)
    before = contents()
    by_markdown()
    assert contents() == before and before[0][1] == State.REVIEW


def test_a_picture_that_two_articles_show_goes_along_with_both(app, person):
    kept = pictures.keep(png(), name="a.png", uploaded_by_id=person("ines", Role.AUTHOR).id)
    articles.create(Draft(title="One", body=pictures.markdown(kept)), publish=True)
    other = articles.create(Draft(title="Two", body="x"), publish=True)
    with write() as session:
        session.get_one(Article, other.id).body = pictures.markdown(kept)
    by_markdown()
    assert db.session.query(Picture).count() == 2
