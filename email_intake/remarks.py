"""What we write into the text of a mail where something of it cannot be read or is not there.

Reading a mail says it in English, for it does not know yet who sent it; `said` puts it into the language
of whoever is served, where the text is kept.
"""

import re
from collections.abc import Iterator

from firstline.i18n import gettext


def _(sentence: str) -> str:
    """Only finds its way into the catalogue; `said` looks it up there."""
    return sentence


ENCRYPTED = _("[This message is encrypted and we cannot read it. Please send it again without encryption.]")
TNEF = _("[The sender's Outlook packed this mail into winmail.dat; the file is attached as it came.]")
ELSEWHERE = _("[A file that is not in this mail but at: %(where)s]")
CUT = _("[This mail has %(size)s MB; only its beginning was fetched.]")
MANY_HEADERS = _("[This mail has more headers than we read; they are kept with the original mail.]")
ONLY_A_FILE = _("(no text; 1 attachment)")
ONLY_FILES = _("(no text; %(count)s attachments)")
NO_SUBJECT = _("(no subject)")
PLACE = re.compile(r"%\\\((\w+)\\\)s|%\((\w+)\)s")
ALL = {
    sentence: re.compile(PLACE.sub(r"(?P<\1\2>.{1,2000}?)", re.escape(sentence)))
    for sentence in (ENCRYPTED, TNEF, ELSEWHERE, CUT, MANY_HEADERS, ONLY_A_FILE, ONLY_FILES, NO_SUBJECT)
}


def said(text: str) -> str:
    """The text with our remarks in the language of whoever is served now."""
    for sentence, pattern in ALL.items():
        # Most texts hold none, and a word of it is found at once.
        if sentence[:8] in text:
            text = "".join(_pieces(text, sentence, pattern))
    return text


def _pieces(text: str, sentence: str, pattern: re.Pattern[str]) -> Iterator[str]:
    end = 0
    for found in pattern.finditer(text):
        yield text[end : found.start()]
        yield gettext(sentence, **found.groupdict())
        end = found.end()
    yield text[end:]
