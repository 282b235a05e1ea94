"""HTML mail to plain text that keeps its structure: paragraphs, lists, tables, quotes, links."""

import re
from html.parser import HTMLParser
from typing import override

import nh3

from email_intake import stylesheet
from email_intake.charsets import decode
from email_intake.curtain import VOID, Curtain, may_hide
from email_intake.line import SIGNED, Line, is_blank
from email_intake.quote_marks import QUOTE_MARK, begins_quote
from email_intake.signature import SIGNABLE, levels_of

MOST_HTML = 2_000_000
MOST_TEXT = 200_000
MOST_DEPTH = 5000
LONGEST_ROW = 2000
TAG = re.compile(r"<(/?)[A-Za-z][^<>]*>")
TAGS = frozenset(
    "a b blockquote br caption center code dd div dl dt em font h1 h2 h3 h4 h5 h6 hr i img li ol p pre s "
    "section article header footer span strong sub sup table tbody td tfoot th thead tr tt u ul".split()
)
DROPPED = frozenset({"script", "style", "title", "template", "noscript", "object", "applet"})
ATTRIBUTES = {
    "a": {"href", "name"},
    "img": {"alt"},
    "blockquote": {"class", "type"},
    "br": {"id"},
    "div": {"class", "id", "name", "style"},
    "p": {"class"},
    "pre": {"class"},
}
STYLED = {**ATTRIBUTES, "*": {"style", "hidden"}}
NAMED = {**ATTRIBUTES, "*": {"style", "hidden", "class", "id"}}
PARAGRAPHS = frozenset(
    {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre", "blockquote", "dl"}
)
CELLS = frozenset({"td", "th"})
WORD_LINE = re.compile(r"\AMso(?:Normal|PlainText|ListParagraph)")
"""What Outlook calls a line of its own: no gap stands between two of them, an empty one is the gap."""
LINES = frozenset(
    {"div", "li", "tr", "br", "dd", "dt", "section", "article", "header", "footer", "center", "hr"}
)
SAYS = re.compile(r"\w")
OUR_MARK = "[ref:"
"""The line that our own letters hide holds their proof: it is read (case 124)."""

META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)


def to_text(html: str) -> str:
    """The text that an HTML mail shows, or all of it where it shows none. Never raises; very large markup is cut."""
    html = html[:MOST_HTML]
    if depth(html) > MOST_DEPTH:
        return " ".join(TAG.sub(" ", html).split())[:MOST_TEXT]
    hides = may_hide(html)
    styles = stylesheet.read(html) if hides else {}
    clean = _clean(html, NAMED if styles else STYLED if hides else ATTRIBUTES)
    shown = _read(clean, Curtain(styles) if hides else None)
    return (shown if not hides or SAYS.search(shown) else _read(clean, None))[:MOST_TEXT]


def _clean(html: str, attributes: dict[str, set[str]]) -> str:
    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(DROPPED),
        attributes={tag: set(names) for tag, names in attributes.items()},
        url_schemes={"http", "https", "mailto", "tel"},
        strip_comments=True,
        link_rel=None,
    )


def _read(clean: str, curtain: Curtain | None) -> str:
    reader = _Reader(curtain)
    reader.feed(clean)
    reader.close()
    return reader.text()


def decode_html(content: bytes, label: str | None) -> tuple[str, str | None]:
    """MIME's charset wins if it fits; else the one in the markup (case 74)."""
    text, defect = decode(content, label)
    if label and defect is None:
        return text, None
    meta = META_CHARSET.search(content[:4000])
    if meta is None:
        return text, defect
    by_meta, meta_defect = decode(content, meta[1].decode("ascii", "replace"))
    return (by_meta, defect) if meta_defect is None else (text, defect)


def depth(html: str) -> int:
    """How deep tags are left open, roughly: cleaning takes the square of it (case 93)."""
    deepest = depth = 0
    for match in TAG.finditer(html):
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    # Tags that are never closed, such as <br>, count too: many of them are harmless.
    return deepest - html.count("<br") - html.count("<img") - html.count("<p") - html.count("<li")


class _Reader(HTMLParser):
    """Reads markup that nh3 has already made well-formed."""

    def __init__(self, curtain: Curtain | None) -> None:
        super().__init__(convert_charrefs=True)
        self._curtain = curtain
        self._above: list[str] = []
        self._line = Line("")
        self._depth = 0
        self._lists: list[int | None] = []
        self._pre = 0
        self._link: tuple[str, list[str]] | None = None
        self._is_word_line = False
        self._is_gap = False
        self._signed = 0
        """How many elements are open since a signature began, it included."""
        self._cells: list[bool] = []
        """Of each cell we are in: whether anything stands in it yet."""
        self._owed: bool | None = None
        """A break below what ended in a cell, with a gap or not: made only if something follows in it."""

    def text(self) -> str:
        joined = "\n".join(line.rstrip() for line in (*self._above, str(self._line)))
        return re.sub(r"\n{3,}", "\n\n", joined).strip()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if self._curtain is not None:
            self._curtain.enter(tag, values, is_first=not self._above and self._line.is_blank)
            if self._curtain.is_drawn:
                return
        if self._signed and tag not in VOID:
            self._signed += 1
        if tag == "p":
            self._is_word_line = WORD_LINE.match(values.get("class", "")) is not None
        if tag == "br":
            self._end_line()
        elif tag in PARAGRAPHS or tag in LINES:
            self._begin_block(tag)
        elif tag not in CELLS:
            self._settle()
        if values and begins_quote(tag, values):
            self._signed = 0
            self._line = self._empty() if self._line.is_blank else self._line
            self._line.add(QUOTE_MARK)
            self._break(blank=False)
        elif values and tag in SIGNABLE and not self._signed and (levels := levels_of(tag, values)):
            self._signed = levels
            self._break(blank=False)
        if tag == "blockquote":
            self._signed = 0
            self._depth += 1
            self._line = self._empty()
        elif tag in {"ul", "ol"}:
            self._lists.append(1 if tag == "ol" else None)
        elif tag == "li":
            self._line.add(self._bullet())
        elif tag == "pre":
            self._pre += 1
        elif tag == "a":
            self._link = (values.get("href", ""), [])
        elif tag == "img" and values.get("alt"):
            self._add(f"[{values['alt'][:100]}]")
        elif tag in CELLS:
            self._begin_cell()

    @override
    def handle_endtag(self, tag: str) -> None:
        if self._curtain is not None:
            is_drawn = self._curtain.is_drawn
            self._curtain.leave(tag)
            if is_drawn:
                return
        if tag == "a" and self._link is not None:
            self._end_link(*self._link)
        elif tag == "blockquote":
            self._depth = max(0, self._depth - 1)
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)
        if tag in CELLS:
            self._owed = None
            self._cells = self._cells[:-1]
        elif tag in PARAGRAPHS or tag in LINES:
            self._end_block(tag)
        if self._signed:
            self._leave_signature()

    @override
    def handle_data(self, data: str) -> None:
        if self._curtain is None or not self._curtain.hides_words:
            self._add(data)
        elif OUR_MARK in data:
            self._break(blank=False)
            self._add(data)
            self._break(blank=False)

    def _add(self, data: str) -> None:
        if data.strip():
            self._settle()
            self._cells[-1:] = [True] * bool(self._cells)
        elif "\xa0" in data:
            self._is_gap = True
        if self._link is not None:
            self._link[1].append(data)
        if self._pre:
            first, *rest = data.split("\n")
            self._line.add(first)
            for line in rest:
                self._begin_line()
                self._line.add(line)
            return
        words = re.sub(r"[ \t\r\n\xa0]+", " ", data)
        self._line.add(words.lstrip(" ") if self._line.ends_with_gap else words)

    def _begin_cell(self) -> None:
        self._owed = None
        self._cells.append(False)
        if self._line.length > LONGEST_ROW:
            self._break(blank=False)
        elif not self._line.is_blank:
            self._line.go_on_with(" | ")

    def _begin_block(self, tag: str) -> None:
        """A paragraph that a cell or an item begins with stands beside what is before it."""
        begins = self._cells[-1:] == [False] or self._line.is_bullet
        if tag not in {"p", "div"} or not begins:
            self._break(blank=self._has_gap(tag))

    def _end_block(self, tag: str) -> None:
        if tag in {"p", "div"} and self._cells:
            self._owed = self._has_gap(tag)
            return
        if self._is_gap:
            self._end_line()
        self._break(blank=self._has_gap(tag))

    def _has_gap(self, tag: str) -> bool:
        return tag in PARAGRAPHS and not self._lists and not (tag == "p" and self._is_word_line)

    def _end_line(self) -> None:
        """A second end of line is an empty one; in a cell it waits for what follows."""
        if self._cells:
            self._owed = self._owed is not None if self._cells[-1] else None
            return
        if not self._line.is_blank or not self._above or not is_blank(self._above[-1]):
            self._begin_line()
        self._is_gap = False

    def _leave_signature(self) -> None:
        self._signed -= 1
        if not self._signed:
            self._break(blank=False)

    def _settle(self) -> None:
        if self._owed is not None:
            self._break(blank=self._owed)

    def _break(self, *, blank: bool) -> None:
        self._owed, self._is_gap = None, False
        if self._line.is_blank:
            self._line = self._empty()
        else:
            self._begin_line()
        if blank and self._above and not is_blank(self._above[-1]):
            self._begin_line()

    def _begin_line(self) -> None:
        self._above.append(str(self._line))
        self._line = self._empty()

    def _empty(self) -> Line:
        return Line(SIGNED if self._signed and not self._depth else "> " * min(self._depth, 5))

    def _bullet(self) -> str:
        indent = "  " * max(0, min(len(self._lists), 6) - 1)
        number = self._lists[-1] if self._lists else None
        if number is None:
            return f"{indent}- "
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def _end_link(self, href: str, said: list[str]) -> None:
        self._link = None
        words = "".join(said)
        bare = href.removeprefix("mailto:").removeprefix("tel:").split("://")[-1].rstrip("/")
        if href and bare and bare.casefold() not in words.casefold():
            self._line.go_on_with(f" <{href[:500]}> ")
