"""An article drafted from a trouble that was resolved: one click, then a reviewer reads it.

Known errors of problems will be drafted the same way: whoever knows one makes a `Case` of it
(docs/decisions/0034).
"""

import re
from dataclasses import dataclass, replace

from sqlalchemy import Select, select

from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.jobs import nudge
from knowledge_base import articles
from knowledge_base.articles import INDEX_JOB
from knowledge_base.contents import MAX_REMARK, Draft
from knowledge_base.masking import mask
from knowledge_base.models import Article

MAX_HEADING = 120

_PREFIXES = re.compile(r"\A(?:(?:re|fwd?|aw|wg)\s*:\s*)+", re.IGNORECASE)
_BULLET = re.compile(r"\A\s*(?:[-*+•]|\d{1,2}[.)])\s+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜ])")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A trouble that was resolved. `names` are those of everybody who took part."""

    incident_id: int
    title: str
    words: str
    solution: str
    cause: str = ""
    category: str | None = None
    service: str | None = None
    names: tuple[str, ...] = ()


def open_draft(case: Case, *, author_id: int) -> Article:
    """The article of this case: the one that was drafted before, else a new draft."""
    draft = replace(draft_of(case), owner_id=author_id)
    with write() as session:
        # Takes the lock, so that two clicks at once make one draft.
        articles.next_change(session)
        article = session.scalar(_from(case.incident_id))
        if article is None:
            article = articles.add(session, draft, author_id=author_id)
            article.incident_id = case.incident_id
    nudge(INDEX_JOB, article.id)
    return article


def made_from(incident_id: int) -> Article | None:
    """The article that was drafted from this incident."""
    return db.session.scalar(_from(incident_id))


def draft_of(case: Case) -> Draft:
    """The words of the case as an article, without what tells who took part."""
    return Draft(
        title=_heading(case),
        symptoms=mask(case.words, names=case.names)[:MAX_REMARK],
        body=_steps(mask(case.solution, names=case.names)),
        cause=mask(case.cause, names=case.names),
        category=case.category,
        service=case.service,
    )


def _heading(case: Case) -> str:
    words = mask(_PREFIXES.sub("", case.title), names=case.names).partition("\n")[0]
    shortened = words if len(words) <= MAX_HEADING else words[:MAX_HEADING].rsplit(" ", 1)[0] + "…"
    return shortened or _("Name the trouble in the words people use")


def _steps(solution: str) -> str:
    """What was done, as the numbered list that readers are offered."""
    lines = [line for line in solution.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = _SENTENCE.split(lines[0])
    steps = [_BULLET.sub("", line).strip() for line in lines] or [""]
    return "## Fix\n\n" + "".join(f"{number}. {step}\n" for number, step in enumerate(steps, start=1))


def _from(incident_id: int) -> Select[Article]:
    return select(Article).where(Article.incident_id == incident_id).order_by(Article.id).limit(1)
