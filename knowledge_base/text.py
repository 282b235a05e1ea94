"""Markdown of articles: as safe HTML, as plain words, and as steps for small places."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

MAX_RENDERED = 1_000_000
MAX_STEP = 240
MAX_PARSED = 30_000
"""Characters in which the steps and the first paragraph are looked for."""
KEPT, KEPT_HTML = 256, 64
"""Bodies whose steps and HTML are kept: the same few fixes are offered and read again and again."""
FIX_HEADINGS = (
    "fix",
    "steps",
    "solution",
    "resolution",
    "do this",
    "how to",
    "try",
    "workaround",
    "what to do",
)

# None of the parts may hold what begins the whole: a megabyte of “[” would take quadratic time.
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^)\[\n]*\)|<https?://[^<>\n]*>")
_MARKS = re.compile(r"[*`]+|^[ \t]*(?:#+|>+|[-+]|={3,}|-{3,})(?=\s|$)|(?<!\w)_+|_+(?!\w)", re.MULTILINE)
_OUR_PICTURE = re.compile(r"/pictures/[1-9]\d{0,8}")
_BLANK_LINES = re.compile(r"\s*\n\s*")

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def _image(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """Our pictures are shown; one from elsewhere would tell its host who reads, so it is a link."""
    address = str(tokens[index].attrs.get("src", ""))
    words = self.renderInlineAsText(tokens[index].children, options, env)
    if _OUR_PICTURE.fullmatch(address):
        return f'<img src="{address}" alt="{escape(words)}" loading="lazy">'
    return f'<a href="{escape(address)}">{escape(words or address)}</a>'


_markdown.add_render_rule("image", _image)
_ALLOWED_TAGS = (nh3.ALLOWED_TAGS - {"a", "img"}) | {"a", "img", "h1", "h2", "h3", "h4", "table", "s"}
_ATTRIBUTES = {"a": {"href", "title"}, "img": {"src", "alt", "loading"}, "ol": {"start"}, "code": {"class"}}


@lru_cache(maxsize=KEPT_HTML)
def render(body: str) -> str:
    """Safe HTML: no scripts, no styles, no handlers, links only to web, mail and phone."""
    html = _markdown.render(body[:MAX_RENDERED])
    return nh3.clean(
        html,
        tags=_ALLOWED_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer",
    )


def plain(body: str) -> str:
    """The words of the body without Markdown's marks and addresses: quick, for the index."""
    unlinked = _LINK.sub(r"\1", body[:MAX_RENDERED])
    return _BLANK_LINES.sub("\n", _MARKS.sub(" ", unlinked)).strip()


@lru_cache(maxsize=KEPT)
def steps(body: str, *, limit: int = 5) -> tuple[str, ...]:
    """The first steps of the fix, for cards and mail: the first list under a heading that names
    the fix, else the first numbered list, else the first list, else the first paragraph."""
    blocks = list(_blocks(_markdown.parse(body[:MAX_PARSED])))
    found = _list_under_fix(blocks) or _first(blocks, "ol") or _first(blocks, "ul") or _first(blocks, "p")[:1]
    return tuple(_shorten(text) for text in found[:limit])


def summarise(body: str) -> str:
    """The first paragraph, shortened, for an article that has no summary."""
    blocks = _first(list(_blocks(_markdown.parse(body[:MAX_PARSED]))), "p")
    return _shorten(blocks[0]) if blocks else ""


Block = tuple[str, str]


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    """(kind, text) of each block; kind is h, p, or the list an item belongs to: ol or ul."""
    lists: list[str] = []
    fresh_item = heading = False
    for token in tokens:
        if token.type in ("ordered_list_open", "bullet_list_open"):
            lists.append("ol" if token.type.startswith("o") else "ul")
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            fresh_item = len(lists) == 1
        elif token.type == "list_item_close":
            # An empty item: what follows is not its text.
            fresh_item = False
        elif token.type in ("heading_open", "heading_close"):
            heading = token.type.endswith("open")
        elif token.type == "inline" and (text := _inline(token)):
            kind = "h" if heading else lists[0] if fresh_item else "in" if lists else "p"
            fresh_item = False
            yield kind, text
        elif token.type in ("fence", "code_block"):
            yield "code", token.content.strip()


def _inline(token: Token) -> str:
    parts = []
    for child in token.children or []:
        parts.append(" " if child.type in ("softbreak", "hardbreak") else child.content)
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def _list_under_fix(blocks: list[Block]) -> list[str]:
    for position, (kind, text) in enumerate(blocks):
        if kind == "h" and text.lower().startswith(FIX_HEADINGS):
            section = _until_heading(blocks[position + 1 :])
            if items := _first(section, "ol") or _first(section, "ul") or _first(section, "p"):
                return items
    return []


def _until_heading(blocks: list[Block]) -> list[Block]:
    end = next((i for i, (kind, _) in enumerate(blocks) if kind == "h"), len(blocks))
    return blocks[:end]


def _first(blocks: list[Block], kind: str) -> list[str]:
    """Texts of the first run of that kind; deeper lists and code between the items do not end it."""
    run: list[str] = []
    for found, text in blocks:
        if found == kind:
            run.append(text)
        elif run and found not in ("in", "code"):
            break
    return run


def _shorten(text: str) -> str:
    return text if len(text) <= MAX_STEP else text[: MAX_STEP - 1].rsplit(" ", 1)[0] + "…"
