"""The mail behind an entry as support may look at it: cleaned HTML, pictures of its own, headers, bytes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape

import nh3
from sqlalchemy import select

from email_intake import markup, spool
from email_intake.found import Attached
from email_intake.headers import normalise_id
from email_intake.models import RawMessage
from email_intake.parse import ParsedMail, parse
from firstline import files
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import NotFound

TAGS = markup.TAGS | {
    "body",
    "col",
    "colgroup",
    "del",
    "ins",
    "small",
    "q",
    "cite",
    "kbd",
    "samp",
    "var",
    "address",
}
ATTRIBUTES = {
    "*": {"align", "bgcolor", "color", "dir", "height", "lang", "style", "title", "valign", "width"},
    "a": {"href"},
    "font": {"color", "face", "size"},
    "img": {"alt", "src"},
    "ol": {"start", "type"},
    "table": {"border", "cellpadding", "cellspacing"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
}
STYLES = frozenset(
    "background-color border border-bottom border-collapse border-left border-radius border-right border-top color "
    "display font font-family font-size font-style font-weight height letter-spacing line-height list-style margin "
    "margin-bottom margin-left margin-right margin-top max-width padding padding-bottom padding-left padding-right "
    "padding-top text-align text-decoration text-indent text-transform vertical-align white-space width".split()
)
CID = re.compile(r'src="cid:([^"]*)"', re.IGNORECASE)
REMOTE = re.compile(r'<img[^>]*\ssrc="(?:https?:)?//', re.IGNORECASE)
MISSING = 'alt="" title="missing picture"'


@dataclass(frozen=True)
class Original:
    """One stored mail and what it says."""

    row: RawMessage
    mail: ParsedMail

    @property
    def headers(self) -> list[tuple[str, str]]:
        return self.mail.head.fields

    @property
    def has_html(self) -> bool:
        return bool(self.mail.html.strip())

    def html(self, picture_url: Callable[[int], str]) -> str:
        """The HTML without anything that acts; its own pictures come from `picture_url(position)`."""
        if markup.depth(self.mail.html[: markup.MOST_HTML]) > markup.MOST_DEPTH:
            return nh3.clean_text(self.mail.text)
        clean = nh3.clean(
            self.mail.html[: markup.MOST_HTML],
            tags=set(TAGS),
            clean_content_tags=set(markup.DROPPED),
            attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
            url_schemes={"http", "https", "mailto", "tel", "cid"},
            filter_style_properties=set(STYLES),
            strip_comments=True,
            link_rel="noopener noreferrer nofollow",
        )
        return CID.sub(lambda match: self._own_picture(match[1], picture_url), clean)

    def has_remote_pictures(self) -> bool:
        """Whether the HTML wants pictures from elsewhere, which tell a stranger that it was read."""
        return REMOTE.search(self.html(str)) is not None

    def picture(self, position: int) -> Attached:
        """A picture of this mail by its position; raises `NotFound` for all that is no plain picture."""
        if not 0 <= position < len(self.mail.attachments):
            raise NotFound(_("There is no such file."))
        found = self.mail.attachments[position]
        if files.sniff(found.content) not in files.INLINE_TYPES:
            raise NotFound(_("There is no such file."))
        return found

    def _own_picture(self, cid: str, picture_url: Callable[[int], str]) -> str:
        wanted = normalise_id(unescape(cid))
        for position, one in enumerate(self.mail.attachments):
            if one.cid and one.cid == wanted:
                return f'src="{picture_url(position)}"'
        return MISSING


def mails_of(incident_id: int) -> dict[int, RawMessage]:
    """The mails behind the entries of an incident whose originals are still kept, by entry."""
    found = select(RawMessage).where(
        RawMessage.incident_id == incident_id,
        RawMessage.entry_id.is_not(None),
        RawMessage.erased_at.is_(None),
    )
    rows = db.session.scalars(found.order_by(RawMessage.id.desc()))
    return {row.entry_id: row for row in rows if row.entry_id is not None}


def of_entry(incident_id: int, entry_id: int) -> Original:
    """The mail behind this entry of this incident; raises `NotFound`."""
    row = mails_of(incident_id).get(entry_id)
    if row is None:
        raise NotFound(_("There is no original mail here, or it was erased: it had been kept long enough."))
    said = parse(spool.load(row), envelope_from=row.envelope_from, envelope_to=tuple(row.envelope_to))
    return Original(row, said)


def raw_of(incident_id: int, entry_id: int) -> bytes:
    """The bytes of this mail as they came."""
    return spool.load(of_entry(incident_id, entry_id).row)
