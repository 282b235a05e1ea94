"""Pictures in articles: sniffed, kept, shown to those who may read the article."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import files
from firstline.db import db, write
from firstline.i18n import gettext as _
from knowledge_base.errors import ArticleError, UnknownArticle
from knowledge_base.models import Article, Audience, Picture

MAX_BYTES = 8 * 1024 * 1024
NAME_LENGTH = 200
REFERENCE = re.compile(r"(?<=\]\()/pictures/([1-9]\d{0,8})(?=[\s)])")
"""The address of a picture of ours in Markdown."""


def check(content: bytes, *, name: str) -> str:
    """The type of a picture; raises ArticleError when it is none, or too large."""
    media_type = files.sniff(content)
    if media_type not in files.INLINE_TYPES:
        sentence = _("“%(name)s” is no picture we can show. Add a PNG, JPEG, GIF or WebP file.", name=name)
        raise ArticleError(sentence, field="picture")
    if len(content) > MAX_BYTES:
        limit = MAX_BYTES // 1024**2
        sentence = _("“%(name)s” is larger than %(limit)s MB. Make it smaller.", name=name, limit=limit)
        raise ArticleError(sentence, field="picture")
    return media_type


def keep(content: bytes, *, name: str, uploaded_by_id: int, article_id: int | None = None) -> Picture:
    """Store a picture; raises ArticleError when it is none, or too large."""
    picture = made(content, name=name, uploaded_by_id=uploaded_by_id, article_id=article_id)
    with write() as session:
        session.add(picture)
    return picture


def made(content: bytes, *, name: str, uploaded_by_id: int | None, article_id: int | None = None) -> Picture:
    """As `keep`, for the caller's `write()`: the content is stored, the row is not added yet."""
    media_type = check(content, name=name)
    return Picture(
        article_id=article_id,
        digest=files.put(content),
        name=name[:NAME_LENGTH],
        media_type=media_type,
        size=len(content),
        uploaded_by_id=uploaded_by_id,
    )


def markdown(picture: Picture) -> str:
    """The picture as it stands in a body."""
    words = re.sub(r"[\[\]\\\s]+", " ", picture.name.rpartition(".")[0] or picture.name).strip()
    return f"![{words}](/pictures/{picture.id})"


def adopt(session: Session, article: Article) -> None:
    """Give the article what its body shows; a picture of another article is copied for it.

    So each picture is seen by exactly those who may read its article.
    """
    wanted = {int(number) for number in REFERENCE.findall(article.body)}
    if not wanted:
        return
    copies: dict[int, int] = {}
    for picture in session.scalars(select(Picture).where(Picture.id.in_(wanted))):
        if picture.article_id is None:
            picture.article_id = article.id
        elif picture.article_id != article.id:
            copies[picture.id] = _copy(session, picture, article.id).id
    if copies:
        article.body = REFERENCE.sub(
            lambda found: f"/pictures/{copies.get(int(found[1]), int(found[1]))}", article.body
        )


def find(picture_id: int, *, audience: Audience, writes: bool) -> Picture:
    """A picture this reader may see; those who write see every one. Raises UnknownArticle."""
    picture = db.session.get(Picture, picture_id)
    article = db.session.get(Article, picture.article_id) if picture and picture.article_id else None
    is_open = article is not None and article.is_published and _reads(audience, article)
    if picture is None or not (writes or is_open):
        raise UnknownArticle(_("This picture does not exist or is no longer shown."))
    return picture


def _reads(audience: Audience, article: Article) -> bool:
    return audience == Audience.SUPPORT or article.audience == Audience.EVERYONE


def _copy(session: Session, picture: Picture, article_id: int) -> Picture:
    told = {"digest": picture.digest, "name": picture.name, "media_type": picture.media_type}
    copied = Picture(article_id=article_id, size=picture.size, uploaded_by_id=picture.uploaded_by_id, **told)
    session.add(copied)
    session.flush()
    return copied
