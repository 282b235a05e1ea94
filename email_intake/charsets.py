"""Bytes to text when the label may be missing, unknown, no charset at all, or a lie."""

import codecs
import re

# What senders write, and the superset that reads what they mean (cases 68, 71, 72).
ALIASES = {
    "1250": "cp1250",
    "1251": "cp1251",
    "1252": "cp1252",
    "8859-1": "cp1252",
    "ascii": "utf-8",
    "ansi_x3.4-1968": "utf-8",
    "ansi": "cp1252",
    "big5": "cp950",
    "big5-hkscs": "big5hkscs",
    "cn-big5": "cp950",
    "cp-850": "cp850",
    "dos-874": "cp874",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "hebrew": "iso8859_8",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-jp-ms": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "iso-8859-8-e": "iso8859_8",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "koi8": "koi8_r",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "macintosh": "mac_roman",
    "shift-jis": "cp932",
    "shift_jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "tis-620": "cp874",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "us-ascii": "utf-8",
    "utf8": "utf-8",
    "utf-8mb4": "utf-8",
    "utf8mb4": "utf-8",
    "windows-31j": "cp932",
    "windows-874": "cp874",
    "windows-949": "cp949",
    "windows-936": "gb18030",
    "x-gbk": "gb18030",
    "x-euc-jp": "euc_jp",
    "x-euc-kr": "cp949",
    "x-mac-ce": "mac_latin2",
    "x-mac-centraleurroman": "mac_latin2",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-greek": "mac_greek",
    "x-mac-roman": "mac_roman",
    "x-mac-turkish": "mac_turkish",
    "x-windows-949": "cp949",
}
# Python has codecs that are no charsets (case 69): only these families are believed.
CHARSET = re.compile(
    r"utf_?-?(?:7|8|16|32)(?:[-_]?(?:le|be|sig))?|iso[-_]?8859[-_]\d{1,2}|iso[-_]?2022[-_](?:jp|kr)\w*|cp\d{3,5}|"
    r"windows[-_]125\d|koi8[-_][rutU]|mac[-_]?(?:roman|cyrillic|greek|turkish|latin2|iceland)|"
    r"euc[-_](?:jp|kr)|gb18030|hz(?:-gb-2312)?|big5hkscs|ptcp154|johab|tis620|shift_jis\w*",
    re.IGNORECASE,
)
LAST_RESORT = "cp1252"
TWICE = re.compile("Ã[\u0080-\u00bf\u0152-\u2122]|â€[\u0080-\u00bf\u0152-\u2122]")
LEAST_TWICE = 3
MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf_16_le"), (codecs.BOM_UTF16_BE, "utf_16_be"))
WESTERN = frozenset({"cp1252", "iso8859_15"})
UPPER_WORD = re.compile(rb"[\x80-\xff]{3,}")
CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
# The letters most of which stand in a text of each charset, and their least share.
SCRIPTS = (
    ("cp932", re.compile("[ぁ-ヿ]"), 0.3),
    ("euc_jp", re.compile("[ぁ-ヿ]"), 0.3),
    ("koi8_r", re.compile("[а-я]"), 0.7),
    ("cp1251", re.compile("[а-я]"), 0.7),
    ("cp949", re.compile("[가-힣]"), 0.9),
    ("gb18030", re.compile("[一-鿿，。！？：；（）、]"), 0.9),
)
# Half of the second bytes of Big5 are ASCII, and GB 18030 reads it, too: as characters that nobody uses.
BIG5 = re.compile(rb"[\xa1-\xf9][\x40-\x7e\xa1-\xfe]")
USUAL = re.compile(
    "[，。、：；？！「」的一是不我你您有在人了之也這那個們到上下中大小來去他她會可以要請好為用電機網路無法印]"
)
LEAST_USUAL, LEAST_BIG5 = 0.2, 6


def decode(content: bytes, label: str | None = None, *, hint: str | None = None) -> tuple[str, str | None]:
    """The text, and what was wrong with it, if anything. Never raises.

    `hint`: a charset named nearby, for where this one is missing or does not fit.
    """
    marked = _by_mark(content)
    if marked is not None:
        return marked, None
    codec = _codec(label)
    defect = f"unknown charset “{label[:40]}”" if label and codec is None else None
    # Bytes that happen to be UTF-8 are UTF-8: no Western text reads like that.
    for name in ("utf-8", codec) if codec in WESTERN else (codec, "utf-8"):
        text = _strictly(content, name) if name else None
        if text is not None and name == "utf-8":
            text = _once(text)
        if text is not None:
            lied = codec not in {None, "utf-8", name} and not content.isascii()
            return text, defect or (f"not really {label}" if lied else None)
    return _guessed(content, codec, _codec(hint)), defect or f"not really {label or 'UTF-8'}"


def _once(text: str) -> str:
    """What was written in UTF-8 twice, once: no text reads like that, but one that shows somebody what it looks like."""
    if not ("Ã" in text or "â€" in text) or len(TWICE.findall(text)) < LEAST_TWICE:
        return text
    for codec in ("cp1252", "latin-1"):
        try:
            return text.encode(codec).decode()
        except UnicodeError:
            continue
    return text


def _by_mark(content: bytes) -> str | None:
    """What begins with a mark of its byte order is that, whatever its label says."""
    for mark, codec in MARKS:
        if content.startswith(mark):
            return _strictly(content[len(mark) :], codec)
    return None


def _guessed(content: bytes, codec: str | None, hint: str | None) -> str:
    """What these bytes are most likely, where no charset fits them whole."""
    hinted = _strictly(content, hint) if hint else None
    if hinted is not None and hint not in WESTERN:
        return hinted
    if codec and codec.startswith(("iso2022", "gb", "cp9", "euc")):
        return content.decode(codec, "replace")
    if codec in {None, "utf-8"}:
        text = content.decode("utf-8", "replace")
        wrong = text.count("\ufffd")
        if sum(char > "\x7f" for char in text) > 4 * wrong:
            # A few broken characters do not make it another charset.
            return text
    # A Western charset fits whatever comes: many programs name one without a thought.
    return _as_big5(content) or _by_script(content) or hinted or _western(content)


def _as_big5(content: bytes) -> str | None:
    """Read as Big5, if what comes out is what people write in it."""
    if len(BIG5.findall(content)) < LEAST_BIG5:
        return None
    text = _strictly(content, "cp950")
    foreign = sum(char > "\x7f" for char in text or "")
    return text if text and len(USUAL.findall(text)) >= LEAST_USUAL * foreign else None


def _by_script(content: bytes) -> str | None:
    """Words of nothing but upper bytes, read in the first charset that makes one script of them."""
    words = b"".join(UPPER_WORD.findall(content))
    if len(words) * 2 < sum(byte > 0x7F for byte in content):
        return None
    for codec, letters, least in SCRIPTS:
        text = _strictly(content, codec)
        foreign = sum(char > "\x7f" for char in text or "")
        if text and foreign > 1 and len(letters.findall(text)) >= least * foreign:
            return text
    return None


def is_binary(content: bytes, label: str | None) -> bool:
    """Whether bytes that call themselves text are a file: full of controls, in no wide charset."""
    some = content[:4000]
    if (_codec(label) or "").startswith(("utf_16", "utf_32")) or some.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    return len(CONTROL.findall(some)) * 10 > len(some)


def is_readable(content: bytes) -> bool:
    """Whether these bytes are plainly text: UTF-8 without control characters."""
    text = _strictly(content, "utf-8")
    return text is not None and not any(ord(c) < 32 and c not in "\t\n\r\f" for c in text)


def _codec(label: str | None) -> str | None:
    name = (label or "").strip(" \t\r\n'\"").lower().partition("*")[0]
    name = ALIASES.get(name, name)
    if not CHARSET.fullmatch(name):
        return None
    try:
        return codecs.lookup(name).name.replace("-", "_").replace("utf_8", "utf-8")
    except LookupError:
        return None


def _strictly(content: bytes, codec: str) -> str | None:
    # ISO-2022-JP without its escapes is really something else (case 72).
    if codec.startswith("iso2022") and b"\x1b" not in content and not content.isascii():
        return None
    try:
        text = content.decode(codec)
        if codec == "utf_7":
            text.encode()  # UTF-7 can spell halves of characters, which nothing can store
        return text
    except (UnicodeError, ValueError, LookupError):
        return None


def _western(content: bytes) -> str:
    text = _strictly(content, LAST_RESORT)
    return text if text is not None else content.decode("latin-1")
