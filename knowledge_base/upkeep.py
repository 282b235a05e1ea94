"""What authors should look at next: gaps, twins, bad outcomes, readers' words, dead links, age.

One list, ordered by what earns most: about how many people a quarter the task would help. What an
author puts aside stays away until what it was put aside for changes.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.options import Option, choose
from knowledge_base import ailing, gap_list, twins
from knowledge_base.errors import WrongState
from knowledge_base.models import Article

ASIDE = "upkeep:"
PER_GAP_REPORT, PER_RECENT_REPORT = 1.0, 0.5
PER_FAILURE, PER_WORD, PER_OFFER = 1.0, 1.5, 0.05
"""People helped: each report of a gap comes again; of offers of an aging article few go wrong."""


class Kind(StrEnum):
    """Why something is on the list."""

    GAP = "gap"
    TWINS = "twins"
    OUTCOMES = "outcomes"
    WORDS = "words"
    LINKS = "links"
    SERVICE = "service"
    STALE = "stale"


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to do. `key` names it, `seen` what it was about: put aside, it returns when that changes."""

    kind: Kind
    key: str
    title: str
    reason: str
    worth: float
    seen: str = ""
    article: Article | None = None
    other: Article | None = None
    need: gap_list.Need | None = None
    words: tuple[ailing.Word, ...] = ()


def tasks(services: Collection[str]) -> list[Task]:
    """Everything that is not put aside; `services` are those that exist."""
    return _open(_ailing(services), _aside())


def open_and_put_aside(services: Collection[str]) -> tuple[list[Task], list[Task]]:
    """The same, and what authors put aside and could bring back; a year of outcomes is read once for both."""
    ails, aside = _ailing(services), _aside()
    kept = [task for task in ails if _is_aside(task, aside)]
    return _open(ails, aside), [*_gaps(gap_list.put_aside()), *_twins(twins.told_apart()), *kept]


def _open(ails: Sequence[Task], aside: Mapping[str, object]) -> list[Task]:
    found = [*_gaps(gap_list.needs()), *_twins(twins.find()), *ails]
    open_tasks = [task for task in found if not _is_aside(task, aside)]
    return sorted(open_tasks, key=lambda task: (-task.worth, task.key))


def _is_aside(task: Task, aside: Mapping[str, object]) -> bool:
    return bool(task.seen) and aside.get(task.key) == task.seen


def leave(key: str, services: Collection[str]) -> None:
    """Put one task aside until what it is about changes; raises WrongState when it is done already."""
    kind, ids = _parse(key)
    if kind == Kind.GAP:
        gap_list.dismiss(ids[0])
    elif kind == Kind.TWINS:
        twins.tell_apart(*ids)
    elif kind == Kind.WORDS:
        ailing.settle(ids[0])
    elif kind == Kind.STALE:
        ailing.still_right(ids[0])
    else:
        _keep_aside(key, services)


def bring_back(key: str) -> None:
    """Undo `leave`, where it can be undone."""
    kind, ids = _parse(key)
    if kind == Kind.GAP:
        gap_list.bring_back(ids[0])
    elif kind == Kind.TWINS:
        twins.bring_back(*ids)
    with write() as session:
        option = session.get(Option, ASIDE + key)
        if option is not None:
            session.delete(option)


def _parse(key: str) -> tuple[Kind, tuple[int, ...]]:
    kind, _dash, numbers = key.partition("-")
    ids = tuple(int(number) for number in numbers.split("-") if number.isdecimal() and len(number) < 10)
    if kind not in set(Kind) or len(ids) != (2 if kind == Kind.TWINS else 1):
        raise WrongState(_("That is done already. Look at the list again."))
    return Kind(kind), ids


def _keep_aside(key: str, services: Collection[str]) -> None:
    task = next((task for task in _ailing(services) if task.key == key), None)
    if task is None:
        raise WrongState(_("That is done already. Look at the list again."))
    with write() as session:
        choose(session, ASIDE + task.key, task.seen)


def _aside() -> dict[str, object]:
    rows = db.session.scalars(select(Option).where(Option.name.startswith(ASIDE)))
    return {row.name.removeprefix(ASIDE): row.value for row in rows}


def _gaps(needs: list[gap_list.Need]) -> list[Task]:
    return [
        Task(
            kind=Kind.GAP,
            key=f"gap-{need.gap_id}",
            title=need.title,
            reason=_(
                "%(reports)s reports by %(people)s people found no fix that helped.",
                reports=need.reports,
                people=need.people,
            ),
            worth=PER_GAP_REPORT * need.reports + PER_RECENT_REPORT * need.recent,
            need=need,
        )
        for need in needs
    ]


def _twins(pairs: list[twins.Twins]) -> list[Task]:
    return [
        Task(
            kind=Kind.TWINS,
            key=f"twins-{pair.first.id}-{pair.second.id}",
            title=pair.first.title,
            reason=_("“%(title)s” says nearly the same. Join them, or see that they do not contradict."
                     , title=pair.second.title),
            worth=1.0 + PER_OFFER * (pair.first.offered_count + pair.second.offered_count),
            article=pair.first,
            other=pair.second,
        )
        for pair in pairs
    ]  # fmt: skip


def _ailing(services: Collection[str]) -> list[Task]:
    readers: tuple[Callable[[], list[Task]], ...] = (
        _bad_outcomes,
        _said,
        _dead_links,
        lambda: _service_gone(services),
        _stale,
    )
    return [task for read in readers for task in read()]


def _bad_outcomes() -> list[Task]:
    return [
        Task(
            kind=Kind.OUTCOMES,
            key=f"outcomes-{bad.article.id}",
            title=bad.article.title,
            reason=_(
                "Offered %(offered)s times; it helped %(helped)s and did not help %(failed)s.",
                offered=bad.article.offered_count,
                helped=bad.article.helped_count,
                failed=bad.article.failed_count,
            )
            + (" " + _("It is not offered any more until it is better.") if bad.is_sunk else ""),
            worth=PER_FAILURE * bad.article.failed_count,
            # Three failures more, or another text, and it is asked again.
            seen=f"{bad.article.revision}/{bad.article.failed_count // 3}/{bad.is_sunk}",
            article=bad.article,
        )
        for bad in ailing.bad_outcomes()
    ]


def _said() -> list[Task]:
    return [
        Task(
            kind=Kind.WORDS,
            key=f"words-{told.article.id}",
            title=told.article.title,
            reason=_("Readers said that it was not helpful: %(many)s.", many=len(told.words)),
            worth=PER_WORD * len(told.words),
            article=told.article,
            words=told.words,
        )
        for told in ailing.unhelpful()
    ]


def _dead_links() -> list[Task]:
    return [
        Task(
            kind=Kind.LINKS,
            key=f"links-{broken.article.id}",
            title=broken.article.title,
            reason=_("It leads to what is not there: %(addresses)s.", addresses=", ".join(broken.addresses)),
            worth=1.0 + PER_OFFER * broken.article.offered_count,
            seen=", ".join(broken.addresses),
            article=broken.article,
        )
        for broken in ailing.broken_links()
    ]


def _service_gone(services: Collection[str]) -> list[Task]:
    return [
        Task(
            kind=Kind.SERVICE,
            key=f"service-{article.id}",
            title=article.title,
            reason=_("It is about the service “%(service)s”, which there is no more.", service=article.service),
            worth=0.5 + PER_OFFER * article.offered_count,
            seen=article.service or "",
            article=article,
        )
        for article in ailing.without_service(services)
    ]  # fmt: skip


def _stale() -> list[Task]:
    return [
        Task(
            kind=Kind.STALE,
            key=f"stale-{article.id}",
            title=article.title,
            reason=_("It is due to be looked over."),
            worth=0.2 + PER_OFFER * article.offered_count,
            article=article,
        )
        for article in ailing.stale()
    ]
