"""A folder of Markdown and HTML files as articles, with the pictures and links among them."""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from posixpath import normpath
from urllib.parse import unquote, unquote_to_bytes

from firstline.i18n import gettext as _
from knowledge_base import markdown_files, pictures, webpages
from knowledge_base.addresses import slugify
from knowledge_base.errors import ArticleError
from knowledge_base.records import PLACE, Entry, Left, PictureFile, entry
from knowledge_base.sources import Archive, Folder, Sent, Source

MARKDOWN = {".md", ".markdown"}
HTML = {".html", ".htm", ".xhtml"}
INDEX_NAMES = {"index", "readme"}

# Code comes first: what stands in it is shown as it is. No part can begin what it is searched in.
_REFERENCE = re.compile(
    r"(?P<code>^(?P<fence>```|~~~).*?^(?P=fence)|`[^`\n]*`)"
    r"|(?P<picture>!?)\[(?P<words>(?:[^\[\]\n\\]|\\.)*)\]"
    r"\([ \t]*(?:<(?P<angled>[^<>\n]*)>|(?P<plain>(?:[^()\s\\]|\\.)+))(?P<title>[ \t]+\"[^\"\n]*\")?[ \t]*\)",
    re.DOTALL | re.MULTILINE,
)
_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|/|#)", re.IGNORECASE)
_DATA = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)


def is_article(name: str) -> bool:
    """Whether a file of this name is read as an article."""
    return PurePosixPath(name).suffix.lower() in MARKDOWN | HTML


def open_path(path: Path, *, name: str = "") -> Source:
    """A folder, a zip archive or one file; raises ArticleError.

    A file with a `name` was sent to us: nothing that lies beside it is read.
    """
    if path.is_dir():
        return Folder(path)
    if path.suffix.lower() == ".zip":
        return Archive(path)
    return Sent(path, name) if name else Folder(path.parent, only=path)


def read(source: Source) -> Iterator[Entry | Left]:
    """Each article of the source; raises ArticleError when there is none."""
    names = [name for name in source.names if is_article(name)]
    if not names:
        raise ArticleError(_("There is no article in it: it needs files ending in .md or .html."))
    slugs = {name: _slug(source, name) for name in names}
    for name in names:
        try:
            yield _Reader(source, name, slugs).entry()
        except ArticleError as refused:
            yield Left(_printable(name), str(refused))


def _slug(source: Source, name: str) -> str:
    """The address that a file asks for, else one made of its path."""
    path = PurePosixPath(name)
    if path.suffix.lower() in MARKDOWN:
        try:
            if named := markdown_files.address_in(webpages.decode(source.read(name))):
                return slugify(named)
        except ArticleError:
            # Told when its turn comes.
            pass
    is_index = path.stem.lower() in INDEX_NAMES and len(path.parts) > 1
    return slugify(str(path.parent if is_index else path.with_suffix("")))


class _Reader:
    """Reads one file; collects its pictures and what is lost."""

    def __init__(self, source: Source, name: str, slugs: dict[str, str]) -> None:
        self._source, self._name, self._slugs = source, name, slugs
        self._pictures: dict[str, PictureFile] = {}
        self._remarks: list[str] = []

    def entry(self) -> Entry:
        words = webpages.decode(self._source.read(self._name))
        is_html = PurePosixPath(self._name).suffix.lower() in HTML
        told = webpages.read(words) if is_html else markdown_files.read(words)
        found = entry(_printable(self._name), self._slugs[self._name], told)
        body = _REFERENCE.sub(self._placed, str(found.given["body"]))
        return replace(
            found,
            given={**found.given, "body": body},
            pictures=self._pictures,
            remarks=tuple(dict.fromkeys(self._remarks)),
        )

    def _placed(self, found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        address = re.sub(r"\\(.)", r"\1", found["angled"] if found["angled"] is not None else found["plain"])
        if found["picture"]:
            return self._picture(found, address)
        path, mark, place = address.partition("#")
        slug = None if _ELSEWHERE.match(address) else self._slugs.get(self._beside(path))
        return f"[{found['words']}](/fixes/{slug}{mark}{place})" if slug else found[0]

    def _picture(self, found: re.Match[str], address: str) -> str:
        is_inside = bool(_DATA.match(address))
        if _ELSEWHERE.match(address) and not is_inside:
            return found[0]
        name = "picture" if is_inside else PurePosixPath(unquote(address)).name
        try:
            content = _inside(address) if is_inside else self._source.read(self._beside(address))
            pictures.check(content, name=_printable(name))
        except ArticleError as refused:
            told = _("The picture “%(name)s” is left out. %(reason)s", name=_printable(name), reason=refused)
            self._remarks.append(told)
            return found["words"]
        digest = sha256(content).hexdigest()
        self._pictures[digest] = PictureFile(_printable(name), content)
        return f"![{found['words']}]({PLACE}{digest})"

    def _beside(self, address: str) -> str:
        """The name of a file that this one refers to."""
        here = PurePosixPath(self._name).parent / unquote(address.partition("?")[0])
        return normpath(str(here))


def _inside(address: str) -> bytes:
    """The content of a picture that is its own address."""
    try:
        return b64decode(unquote_to_bytes(address.partition(",")[2]), validate=False)
    except Error as error:
        raise ArticleError(_("It is damaged.")) from error


def _printable(name: str) -> str:
    return name.encode("utf-8", "replace").decode()
