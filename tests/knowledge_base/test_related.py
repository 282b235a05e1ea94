"""Related articles, and pictures in them."""

import base64

import pytest

from firstline.db import db, write
from knowledge_base import articles, pictures, related
from knowledge_base.articles import ArticleError, Draft, UnknownArticle
from knowledge_base.models import Audience, Picture, Related

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def written(title, *, publish=True, audience=Audience.EVERYONE, body="x"):
    return articles.create(Draft(title=title, body=body, audience=audience), publish=publish)


def titles(found):
    return [article.title for article in found]


def test_related_articles_are_told_once_and_true_both_ways(app):
    one, two, three = (written(title) for title in ("One", "Two", "Three"))
    related.choose(one.id, [two.id, three.id, one.id, 999])
    assert titles(related.of(one, Audience.EVERYONE)) == ["Three", "Two"]
    assert titles(related.of(two, Audience.EVERYONE)) == ["One"]
    related.choose(two.id, [])
    assert titles(related.all_of(one.id)) == ["Three"]


def test_readers_see_only_what_is_published_for_them(app):
    one = written("One")
    others = [written("Draft", publish=False), written("Inside", audience=Audience.SUPPORT), written("Two")]
    related.choose(one.id, [other.id for other in others])
    assert titles(related.of(one, Audience.EVERYONE)) == ["Two"]
    assert titles(related.of(one, Audience.SUPPORT)) == ["Inside", "Two"]
    assert len(related.all_of(one.id)) == 3


def test_two_that_only_look_alike_are_not_related_unless_an_author_says_so(app):
    one, two = written("One"), written("Two")
    with write() as session:
        session.add(Related(article_id=two.id, other_id=one.id, is_distinct=True))
    assert related.all_of(one.id) == []
    related.choose(one.id, [two.id])
    assert titles(related.all_of(two.id)) == ["One"]


def test_too_many_related_articles_are_refused(app):
    with pytest.raises(ArticleError, match="at most 12"):
        related.choose(written("One").id, range(2, 30))


@pytest.fixture
def erin(person):
    return person("erin")


def kept(erin, **more):
    return pictures.keep(PNG, name="a [screen].png", uploaded_by_id=erin.id, **more)


@pytest.mark.parametrize("content", [b"", b"words", b"<svg onload=alert(1)>", b"%PDF-1.7", b"BM" * 99])
def test_a_picture_that_is_none_is_refused_with_its_name(erin, content):
    with pytest.raises(ArticleError, match="is no picture we can show") as refused:
        pictures.keep(content, name="a.png", uploaded_by_id=erin.id)
    assert "“a.png”" in str(refused.value) and refused.value.field == "picture"
    assert Picture.query.count() == 0


def test_a_picture_that_is_too_large_is_refused(erin):
    with pytest.raises(ArticleError, match="larger than 8 MB"):
        pictures.keep(PNG + bytes(pictures.MAX_BYTES), name="a.png", uploaded_by_id=erin.id)


def test_its_type_is_what_its_bytes_say(erin):
    picture = pictures.keep(PNG, name="a.html", uploaded_by_id=erin.id)
    assert (picture.media_type, picture.size) == ("image/png", len(PNG))
    assert pictures.markdown(kept(erin)) == f"![a screen](/pictures/{picture.id + 1})"


def seen(picture, audience=Audience.EVERYONE, *, writes=False):
    try:
        return pictures.find(picture.id, audience=audience, writes=writes).id == picture.id
    except UnknownArticle:
        return False


def test_a_picture_is_seen_by_those_who_may_read_its_article(erin):
    picture = kept(erin)
    assert not seen(picture) and seen(picture, writes=True)
    article = written("One", publish=False, audience=Audience.SUPPORT, body=pictures.markdown(picture))
    assert not seen(picture, Audience.SUPPORT)
    articles.publish(article.id)
    assert seen(picture, Audience.SUPPORT) and not seen(picture)
    articles.withdraw(article.id)
    assert not seen(picture, Audience.SUPPORT) and seen(picture, writes=True)


def test_a_picture_of_another_article_is_copied_for_this_one(erin):
    picture = kept(erin)
    written("Inside", audience=Audience.SUPPORT, body=pictures.markdown(picture))
    public = written("Public", body=f"See ![it](/pictures/{picture.id}) and ![no](/pictures/77).")
    copied = db.session.query(Picture).filter_by(article_id=public.id).one()
    assert copied.id != picture.id and copied.digest == picture.digest
    assert public.body == f"See ![it](/pictures/{copied.id}) and ![no](/pictures/77)."
    assert seen(copied) and not seen(picture)
