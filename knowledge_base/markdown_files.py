"""An article as a Markdown file: a head in YAML between two lines of dashes, then the steps."""

import re

import yaml

from firstline.i18n import gettext as _
from knowledge_base.errors import ArticleError
from knowledge_base.records import Fields

_HEAD = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}[ \t]+(\S[^\n]*?)[ \t]*#*[ \t]*\r?$", re.MULTILINE)
_UNDERLINED = re.compile(r"\s*(\S[^\n]*?)[ \t]*\r?\n(?:=+|-{2,})[ \t]*\r?(?:\n|\Z)")
_ONE_FIELD = re.compile(r"([A-Za-z_]\w*):[ \t]*(.*)")
_BLANK_LINE = re.compile(r"\r?\n")
_UNSEEN = re.compile(r"[^\n\x20-\x7e\xa0-\u2027\u202a-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_ENDS_IN_SPACE = re.compile(r"[^\S\n]$", re.MULTILINE)
MAX_HEAD = 200_000
"""Characters; three remarks of the greatest length and what else a head names are shorter."""
ALWAYS = ("id", "title", "category", "service", "keywords", "audience", "state")
"""Fields that a file names even when they are empty."""


def read(words: str) -> dict[str, object]:
    """The fields that a file tells; without a title in the head, the first heading is it.

    Raises ArticleError.
    """
    found = _HEAD.match(words)
    if found is None:
        return _titled({}, words)
    body = words[found.end() :]
    blank = _BLANK_LINE.match(body)
    if len(found[1]) > MAX_HEAD:
        raise ArticleError(_("Shorten the head between the lines of dashes."))
    # One empty line belongs to the head; more are the author's.
    return _titled(_head(found[1]), body[blank.end() :] if blank else body)


def write(fields: Fields) -> str:
    """The file from which `read` takes the same fields again."""
    head = {name: value for name, value in fields.items() if name in ALWAYS or value}
    body = head.pop("body", "")
    told = yaml.dump(
        head,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=float("inf"),
        default_flow_style=False,
    )
    return f"---\n{told}---\n\n{body}"


def address_in(words: str) -> str | None:
    """The id that the head names, without reading the rest."""
    found = _HEAD.match(words)
    named = re.search(r"^(?:id|slug):[ \t]*(.+?)[ \t]*\r?$", found[1], re.MULTILINE) if found else None
    return named[1].strip("\"'") if named else None


def _head(head: str) -> dict[str, object]:
    try:
        # Everything stays a text: a title of “0x80070005” is no number, one of “On” no truth.
        # Not the quick loader in C: a hundred thousand brackets end its process.
        told = yaml.load(head, Loader=yaml.BaseLoader)  # noqa: S506 - makes texts, lists and pairs only
    except (yaml.YAMLError, RecursionError) as error:
        return _line_by_line(head, error)
    if told is None or told == "":
        return {}
    if not isinstance(told, dict):
        raise ArticleError(_("The head between the lines of dashes must be “name: value” lines."))
    return {str(name).lower(): value for name, value in told.items()}


def _line_by_line(head: str, error: Exception) -> dict[str, object]:
    """Heads that people write by hand, such as `title: Outlook: it asks for a password`."""
    lines = [line for line in head.splitlines() if line.strip() and not line.startswith("#")]
    found = [_ONE_FIELD.fullmatch(line.rstrip()) for line in lines]
    if not all(found):
        raise ArticleError(
            _("The head is not readable%(place)s: write “name: value” lines.", place=_place(error))
        ) from error
    return {one[1].lower(): one[2].strip("\"'") for one in found if one}


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return _(" at line %(number)s", number=mark.line + 2) if mark else ""


def _titled(told: dict[str, object], body: str) -> dict[str, object]:
    if "title" in told:
        return {**told, "body": body}
    underlined = _UNDERLINED.match(body)
    found = underlined or _HEADING.search(body)
    if found is None:
        raise ArticleError(
            _("Begin it with a heading such as “# VPN keeps disconnecting”: that is its title.")
        )
    is_first = not body[: found.start()].strip()
    return {**told, "title": found[1], "body": body[found.end() :].lstrip("\r\n") if is_first else body}


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    """Texts of several lines as such."""


def _text(dumper: _Dumper, words: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", words, style=_style(words))


def _style(words: str) -> str | None:
    """Lines as lines where that is safe; what is not seen is escaped, since YAML would fold it."""
    if _UNSEEN.search(words):
        return '"'
    if "\n" not in words:
        return None
    return '"' if words[0].isspace() or _ENDS_IN_SPACE.search(words) else "|"


_Dumper.add_representer(str, _text)
