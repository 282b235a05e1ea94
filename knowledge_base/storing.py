"""What was found in files becomes articles, or is only looked at."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.db import db, write
from firstline.i18n import gettext as _
from knowledge_base import articles, pictures, records
from knowledge_base.models import Article, OldAddress, Picture, State
from knowledge_base.records import PLACE, Entry

_PLACE = re.compile(rf"(?<=\]\(){PLACE}([0-9a-f]{{64}})(?=\))")

Kept = Mapping[tuple[int, str], int]
"""Pictures of articles by their hash."""
New = Mapping[tuple[str, str], Picture]
"""Pictures that come along, by the address of their article and their hash; not added yet."""


class Outcome(StrEnum):
    """What became of a line or a file, or would become of it."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    LEFT_OUT = "left out"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line or file; `sentences` say why it is left out, or what of it is lost."""

    where: int | str
    outcome: Outcome
    slug: str = ""
    title: str = ""
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to import: only look, in which state new articles begin, and who does it.

    `owners` are the people who may own articles, by address in lower case.
    """

    is_dry_run: bool = False
    begin_as: State = State.PUBLISHED
    author_id: int | None = None
    owners: Mapping[str, int] = field(default_factory=dict)


def look(entries: Sequence[Entry], plan: Plan) -> list[Row]:
    """What `store` would do."""
    session = db.session()
    known = _known(session, entries)
    kept = _kept(session, known)
    return [_row(one, _outcome(one, known.get(one.slug), kept)) for one in _owned(entries, plan)]


def store(entries: Sequence[Entry], plan: Plan) -> list[Row]:
    """One change for all of them: followers read it in one go."""
    new = _new_pictures(entries, plan)
    with write() as session:
        change = articles.next_change(session)
        known = _known(session, entries)
        batch = _Batch(session, plan, change, _kept(session, known), new)
        return [batch.store(one, known.get(one.slug)) for one in _owned(entries, plan)]


@dataclass(frozen=True)
class _Batch:
    """Entries that are stored in one transaction."""

    session: Session
    plan: Plan
    change: int
    kept: Kept
    new: New

    def store(self, one: Entry, known: Article | None) -> Row:
        outcome = _outcome(one, known, self.kept)
        if outcome != Outcome.UNCHANGED:
            body = self._with_new(one, _placed(one, known, self.kept))
            if known is None:
                self._add(one, body)
            else:
                self._change(one, known, body)
        return _row(one, outcome)

    def _with_new(self, one: Entry, body: str) -> str:
        """The body with the addresses of pictures that the article has not yet."""

        def address(found: re.Match[str]) -> str:
            picture = self.new.get((one.slug, found[1]))
            if picture is None:
                return found[0]
            self.session.add(picture)
            self.session.flush()
            return f"/pictures/{picture.id}"

        return _PLACE.sub(address, body)

    def _add(self, one: Entry, body: str) -> None:
        state = one.state or self.plan.begin_as
        made = Article(
            slug=one.slug, state=state, change=self.change, revision=1, author_id=self.plan.author_id
        )
        self.session.add(articles.fill(self.session, made, records.draft_for(one, None, body)))
        if one.pictures:
            self.session.flush()
            pictures.adopt(self.session, made)

    def _change(self, one: Entry, known: Article, body: str) -> None:
        draft = records.draft_for(one, known, body)
        if draft != records.draft_for(replace(one, given={}), known, known.body):
            articles.revise(self.session, known, draft, editor_id=self.plan.author_id, note=_("Imported"))
        known.state = one.state or known.state
        known.updated_at, known.change = clock.now(), self.change


def _outcome(one: Entry, known: Article | None, kept: Kept) -> Outcome:
    if known is None:
        return Outcome.ADDED
    is_same = records.says_the_same(one, known, _placed(one, known, kept))
    return Outcome.UNCHANGED if is_same else Outcome.CHANGED


def _placed(one: Entry, known: Article | None, kept: Kept) -> str:
    """The body with the addresses of pictures that the article has already."""
    body = str(one.given["body"])
    if known is None or not one.pictures:
        return body
    return _PLACE.sub(
        lambda found: f"/pictures/{kept[known.id, found[1]]}" if (known.id, found[1]) in kept else found[0],
        body,
    )


def _row(one: Entry, outcome: Outcome) -> Row:
    title = str(one.given["title"])
    return Row(where=one.where, outcome=outcome, slug=one.slug, title=title, sentences=one.remarks)


def _owned(entries: Sequence[Entry], plan: Plan) -> list[Entry]:
    return [_with_owner(one, plan) for one in entries]


def _with_owner(one: Entry, plan: Plan) -> Entry:
    if not one.owner:
        return one
    owner_id = plan.owners.get(one.owner.lower())
    if owner_id is None:
        told = _(
            "Nobody with the address “%(address)s” may own articles, so it names no owner.", address=one.owner
        )
        return replace(one, remarks=(*one.remarks, told))
    return replace(one, given={**one.given, "owner_id": owner_id})


def _known(session: Session, entries: Sequence[Entry]) -> dict[str, Article]:
    """The articles that have these addresses, or had them before they moved."""
    wanted = [one.slug for one in entries]
    moved = {
        old.slug: old.article_id
        for old in session.scalars(select(OldAddress).where(OldAddress.slug.in_(wanted)))
    }
    found = session.scalars(select(Article).where(Article.slug.in_(wanted) | Article.id.in_(moved.values())))
    by_id = {article.id: article for article in found}
    known = {slug: by_id[article_id] for slug, article_id in moved.items()}
    return known | {article.slug: article for article in by_id.values()}


def _kept(session: Session, known: Mapping[str, Article]) -> Kept:
    ids = [article.id for article in known.values()]
    found = session.scalars(select(Picture).where(Picture.article_id.in_(ids)).order_by(Picture.id.desc()))
    return {(picture.article_id, picture.digest): picture.id for picture in found if picture.article_id}


def _new_pictures(entries: Sequence[Entry], plan: Plan) -> New:
    """Their content is on disk before the transaction begins."""
    return {
        (one.slug, digest): pictures.made(file.content, name=file.name, uploaded_by_id=plan.author_id)
        for one in entries
        for digest, file in one.pictures.items()
    }
