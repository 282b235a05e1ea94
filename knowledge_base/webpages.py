"""A page of another help centre as an article: its title, and what it says in Markdown."""

import re
from html import unescape
from html.parser import HTMLParser
from urllib.parse import quote

import html2text
import nh3

from firstline.i18n import gettext as _
from knowledge_base.errors import ArticleError

MAX_HTML = 4_000_000
"""Characters; a page is mostly marks, of which an article has few."""
_AROUND = {"script", "style", "template", "noscript", "title", "nav", "footer", "aside", "form", "button"}
_AROUND |= {"select", "textarea", "iframe", "object", "svg", "dialog"}
_TAGS = {*nh3.ALLOWED_TAGS, "main", "section", "img", "h1"} - _AROUND - {"map", "area"}
_ROLES = {"navigation", "banner", "contentinfo", "search", "complementary", "dialog"}
_VOID = {"br", "hr", "img", "wbr", "col"}
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_BYTE_ORDER = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SAID_LATIN = {"iso-8859-1", "latin1", "latin-1", "ascii", "us-ascii"}
_ADDRESS_SAFE = "/:?#[]@!$&'*+,;=%~-._"


def decode(content: bytes) -> str:
    """The text of a file: by its byte order mark, as UTF-8, as it says itself, else as Windows wrote it."""
    for mark, codec in _BYTE_ORDER:
        if content.startswith(mark):
            return content.decode(codec, "replace")
    said = _said(content)
    order = [said, "utf-8"] if said.startswith("iso-2022") else ["utf-8", said]
    for codec in filter(None, order):
        try:
            return content.decode(codec)
        except (LookupError, UnicodeError):
            continue
    return content.decode("cp1252", "replace")


def read(words: str) -> dict[str, object]:
    """Title and Markdown of an HTML page, without what stands around it; raises ArticleError."""
    if len(words) > MAX_HTML:
        raise ArticleError(_("This page is too long to be one article. Split it."))
    page = _Page()
    page.feed(_clean(words))
    page.close()
    content, heading = _without_heading(page.content())
    title = " ".join(_plain(heading or page.heading or _between(words, "title")).split())
    if not title:
        raise ArticleError(_("Give the page a title: a <title> or a first heading."))
    return {"title": title, "body": _markdown(content)}


def _said(content: bytes) -> str:
    """The charset a page names for itself, or nothing."""
    found = _CHARSET.search(content[:4096])
    label = found[1].decode("ascii", "ignore").lower() if found else ""
    return "cp1252" if label in _SAID_LATIN else label


def _clean(words: str) -> str:
    """Well-formed, only with tags that say something, and nothing that runs."""
    return nh3.clean(
        words,
        tags=_TAGS,
        clean_content_tags=_AROUND,
        attributes={"*": {"role", "hidden", "aria-hidden"}, "a": {"href"}, "img": {"src", "alt"}},
        url_schemes={"http", "https", "mailto", "tel", "data"},
        link_rel=None,
    )


class _Page(HTMLParser):
    """Splits a clean page into what it says, its headings, and what stands around it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.heading = ""
        self._hidden = self._in_main = self._in_header = 0
        self._in_heading = False
        self._main: list[str] = []
        self._all: list[str] = []

    def content(self) -> str:
        """What `<main>` holds, else everything but the head of the page."""
        main = "".join(self._main)
        return main if main.strip() else "".join(self._all)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if self._hidden or _is_aside(told):
            self._hidden += tag not in _VOID
            return
        self._in_main += tag == "main"
        self._in_header += tag == "header"
        self._in_heading = self._in_heading or (tag == "h1" and not self.heading)
        self._say(_start(tag, told))

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            self._hidden -= 1
            return
        self._say(f"</{tag}>")
        self._in_main -= tag == "main"
        self._in_header -= tag == "header"
        self._in_heading = self._in_heading and tag != "h1"

    def handle_data(self, data: str) -> None:
        self._say(data)

    def handle_entityref(self, name: str) -> None:
        self._say(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._say(f"&#{name};")

    def _say(self, html: str) -> None:
        if self._hidden:
            return
        if self._in_heading:
            self.heading += html
        if self._in_main:
            self._main.append(html)
        elif not self._in_header:
            self._all.append(html)


def _is_aside(told: dict[str, str | None]) -> bool:
    return "hidden" in told or told.get("aria-hidden") == "true" or told.get("role") in _ROLES


def _start(tag: str, told: dict[str, str | None]) -> str:
    """The tag again; addresses without spaces and parentheses, which Markdown would trip over."""
    kept = {name: value or "" for name, value in told.items() if name in ("href", "src", "alt")}
    for name in kept.keys() & {"href", "src"}:
        kept[name] = quote(kept[name].strip(), safe=_ADDRESS_SAFE)
    attributes = "".join(f' {name}="{_escaped(value)}"' for name, value in kept.items())
    return f"<{tag}{attributes}>"


def _escaped(value: str) -> str:
    return value.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _without_heading(content: str) -> tuple[str, str]:
    """The content without its first h1, and what that said."""
    start, heading = content.find("<h1>"), _between(content, "h1")
    end = content.find("</h1>", start)
    if start < 0 or end < 0:
        return content, ""
    return content[:start] + content[end + len("</h1>") :], heading


def _between(html: str, tag: str) -> str:
    """What the first such element holds; a search that never goes back, whatever the page is."""
    lower = html.lower()
    start = lower.find(">", lower.find(f"<{tag}")) + 1 if f"<{tag}" in lower else 0
    end = lower.find(f"</{tag}", start)
    return html[start:end] if start and end > 0 else ""


def _plain(html: str) -> str:
    return unescape(re.sub(r"<[^<>]*>", " ", html))


def _markdown(html: str) -> str:
    writer = html2text.HTML2Text(bodywidth=0)
    writer.unicode_snob = True
    return str(writer.handle(html)).strip() + "\n"
