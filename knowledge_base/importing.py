"""Articles from files. What cannot be an article is named and left out, the rest goes in."""

import json
import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import batched

from firstline.i18n import gettext as _
from firstline.jobs import nudge
from knowledge_base import folders, pictures, records, storing
from knowledge_base.articles import INDEX_JOB, ArticleError
from knowledge_base.records import PLACE, Entry, Left, PictureFile
from knowledge_base.sources import Source
from knowledge_base.storing import Outcome, Plan, Row

BATCH = 100
AS_EVER = Plan()
Found = Iterable[Entry | Left]


@dataclass
class ImportReport:
    """What became of the lines or files, in their order."""

    rows: list[Row] = field(default_factory=list)

    def count(self, outcome: Outcome) -> int:
        return sum(row.outcome == outcome for row in self.rows)

    @property
    def added(self) -> int:
        return self.count(Outcome.ADDED)

    @property
    def changed(self) -> int:
        return self.count(Outcome.CHANGED)

    @property
    def unchanged(self) -> int:
        return self.count(Outcome.UNCHANGED)

    @property
    def problems(self) -> list[tuple[int | str, str]]:
        """What was left out: (line or file, sentence)."""
        return self._told(left_out=True)

    @property
    def remarks(self) -> list[tuple[int | str, str]]:
        """What is lost of articles that went in."""
        return self._told(left_out=False)

    def _told(self, *, left_out: bool) -> list[tuple[int | str, str]]:
        rows = [row for row in self.rows if (row.outcome == Outcome.LEFT_OUT) == left_out]
        return [(row.where, sentence) for row in rows for sentence in row.sentences]


def import_jsonl(lines: Iterable[str], plan: Plan = AS_EVER) -> ImportReport:
    """An article for each line `{"id","title","body","category?","keywords?"}`, published if it is new.

    The id becomes the address, so that importing again changes what changed and adds nothing twice.
    """
    return _import(_lines(lines), plan)


def import_files(source: Source, plan: Plan = AS_EVER) -> ImportReport:
    """An article for each Markdown or HTML file; raises ArticleError when there is none."""
    return _import(folders.read(source), plan)


def _lines(lines: Iterable[str]) -> Iterator[Entry | Left]:
    for number, raw in enumerate(lines, start=1):
        if raw.strip():
            try:
                yield _parse(number, raw)
            except ArticleError as refused:
                yield Left(number, str(refused))


def _parse(number: int, raw: str) -> Entry:
    try:
        told = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise ArticleError(_("This is not JSON.")) from error
    if not isinstance(told, dict):
        raise ArticleError(_("Write one JSON object a line."))
    name = told.get("id")
    if not isinstance(name, str | int) or isinstance(name, bool) or not str(name).strip():
        raise ArticleError(_("Give the article an id."))
    if not isinstance(told.get("body"), str):
        raise ArticleError(_("“%(name)s” must be a text.", name="body"))
    return _with_pictures(records.entry(number, str(name), told), told.get("pictures"))


def _with_pictures(found: Entry, told: object) -> Entry:
    """Pictures that stand in the line: their address in the body, and their content in base64."""
    if not isinstance(told, dict) or not told:
        return found
    body, kept, lost = str(found.given["body"]), {}, []
    for address, picture in told.items():
        try:
            name, content = str(picture["name"]), b64decode(str(picture["base64"]))
            pictures.check(content, name=name)
        except (ArticleError, Error, KeyError, TypeError, ValueError):
            lost.append(_("The picture “%(name)s” is damaged and left out.", name=address))
            continue
        digest = sha256(content).hexdigest()
        kept[digest] = PictureFile(name, content)
        body = re.sub(rf"(?<=\]\(){re.escape(address)}(?=\))", f"{PLACE}{digest}", body)
    return replace(found, given={**found.given, "body": body}, pictures=kept, remarks=tuple(lost))


def _import(found: Found, plan: Plan) -> ImportReport:
    report = ImportReport()
    for batch in batched(_once(found), BATCH):
        entries = [one for one in batch if isinstance(one, Entry)]
        rows = storing.look(entries, plan) if plan.is_dry_run else storing.store(entries, plan)
        told = iter(rows)
        report.rows += [next(told) if isinstance(one, Entry) else _left(one) for one in batch]
    if not plan.is_dry_run:
        nudge(INDEX_JOB)
    return report


def _once(found: Found) -> Iterator[Entry | Left]:
    """Each id once: a second one would undo the first."""
    seen: dict[str, int | str] = {}
    for one in found:
        if isinstance(one, Entry) and one.slug in seen:
            sentence = _(
                "The id is that of %(first)s; give every article its own.", first=_named(seen[one.slug])
            )
            yield Left(one.where, sentence)
            continue
        if isinstance(one, Entry):
            seen[one.slug] = one.where
        yield one


def _named(where: int | str) -> str:
    return _("line %(number)s", number=where) if isinstance(where, int) else f"“{where}”"


def _left(one: Left) -> Row:
    return Row(where=one.where, outcome=Outcome.LEFT_OUT, sentences=(one.sentence,))
