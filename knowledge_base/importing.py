"""Articles from a JSONL file. A bad line is named and left out, the rest goes in."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import batched

from sqlalchemy import select
from sqlalchemy.orm import Session

from firstline.db import write
from firstline.jobs import nudge
from knowledge_base import articles
from knowledge_base.articles import INDEX_JOB, ArticleError, Draft
from knowledge_base.models import Article, State

BATCH = 100


@dataclass
class ImportReport:
    """What became of the lines; `problems` holds (line number, sentence)."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class _Line:
    slug: str
    draft: Draft


def import_jsonl(lines: Iterable[str]) -> ImportReport:
    """Publish an article for each line `{"id","title","body","category?","keywords?"}`.

    The id becomes the address, so that importing again changes what changed and adds nothing twice.
    """
    report = ImportReport()
    for batch in batched(_read(lines, report), BATCH):
        with write() as session:
            _store(session, batch, report)
    nudge(INDEX_JOB)
    return report


def _read(lines: Iterable[str], report: ImportReport) -> Iterator[_Line]:
    seen: dict[str, int] = {}
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            line = _parse(raw)
            articles.check(line.draft)
            if line.slug in seen:
                raise ArticleError(f"The id is that of line {seen[line.slug]}; give every article its own.")
        except ArticleError as refused:
            report.problems.append((number, str(refused)))
            continue
        seen[line.slug] = number
        yield line


def _parse(raw: str) -> _Line:
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ArticleError("This is not JSON.") from error
    if not isinstance(told, dict):
        raise ArticleError("Write one JSON object a line.")
    keywords = told.get("keywords") or ""
    if isinstance(keywords, list):
        keywords = ", ".join(str(word) for word in keywords)
    name = told.get("id")
    if not isinstance(name, str | int) or isinstance(name, bool) or not str(name).strip():
        raise ArticleError("Give the article an id.")
    draft = Draft(
        title=_text(told, "title"),
        body=_text(told, "body"),
        category=_text(told, "category", needed=False) or None,
        keywords=_text({"keywords": keywords}, "keywords", needed=False),
    )
    return _Line(slug=articles.slugify(str(name)), draft=draft)


def _text(told: dict[str, object], name: str, *, needed: bool = True) -> str:
    value = told.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str):
        raise ArticleError(f"“{name}” must be a text.")
    # Half of a surrogate pair is JSON, but no text a database would take.
    return value.encode("utf-8", "replace").decode()


def _store(session: Session, batch: Sequence[_Line], report: ImportReport) -> None:
    """One change for the whole batch: followers read it in one go."""
    wanted = [line.slug for line in batch]
    known = {
        article.slug: article for article in session.scalars(select(Article).where(Article.slug.in_(wanted)))
    }
    change = articles.next_change(session)
    for line in batch:
        article = known.get(line.slug)
        if article is None:
            made = Article(slug=line.slug, state=State.PUBLISHED, change=change, revision=1)
            session.add(articles.fill(session, made, line.draft))
            report.added += 1
        elif _says_the_same(article, line.draft):
            report.unchanged += 1
        else:
            articles.fill(session, article, line.draft)
            article.state, article.change, article.revision = State.PUBLISHED, change, article.revision + 1
            report.changed += 1


def _says_the_same(known: Article, draft: Draft) -> bool:
    category = articles.slugify(draft.category)[:60] if draft.category else None
    told = (draft.title.strip(), draft.body, category, draft.keywords.strip(), State.PUBLISHED)
    return told == (known.title, known.body, known.category_slug, known.keywords, known.state)
