"""What Outlook packs into winmail.dat, unpacked in a child process with limits (case 101).

The file comes from strangers and its reader slices and recurses as the file says: it gets a process
of its own, with a bound on memory and time, and its failure is a value.
"""

import json
import re
import resource
import subprocess
import sys
from base64 import b64decode, b64encode
from dataclasses import dataclass

from email_intake import charsets
from firstline import log

TIMEOUT_S = 10
CPU_S = 5
MEMORY = 512 * 1024 * 1024
MOST_FILES = 100
MOST_TEXT = 1_000_000
# Groups that say how a text looks, and words that stand for a line or a character.
RTF_HIDDEN = re.compile(
    rb"\{\\(?:\*\\(?!htmltag)|fonttbl|colortbl|stylesheet|info|pict|generator)[^{}]*(?:\{[^{}]*\}[^{}]*)*\}"
)
RTF_HTML = re.compile(rb"\{\\\*\\htmltag\d*[^{}]*\}")
RTF_SHIELDED = re.compile(rb"\\htmlrtf\b ?.*?\\htmlrtf0 ?", re.DOTALL)
RTF_BREAK = re.compile(rb"\\(?:par|line|row)\b ?|\\page\b ?")
RTF_HEX = re.compile(rb"\\'([0-9a-fA-F]{2})")
RTF_UNICODE = re.compile(rb"\\u(-?\d{1,5})\b ?(?:\\'[0-9a-fA-F]{2}|\?)?")
RTF_WORD = re.compile(rb"\\[a-zA-Z]{1,32}-?\d* ?")
RTF_CODEPAGE = re.compile(rb"\\ansicpg(\d{3,5})")
logger = log.get(__name__)


@dataclass(frozen=True)
class Unpacked:
    """What was inside: its text (may be empty) and its files as (name, bytes)."""

    text: str
    html: str
    files: tuple[tuple[str, bytes], ...]


def unpack(content: bytes) -> Unpacked | None:
    """The inside of a winmail.dat, None when it cannot be read within the limits."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "email_intake.tnef"],
            input=content,
            capture_output=True,
            timeout=TIMEOUT_S,
            check=True,
        )
        said = json.loads(done.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        logger.warning("a winmail.dat could not be unpacked", error=repr(error)[:300])
        return None
    return Unpacked(
        text=said["text"],
        html=said["html"],
        files=tuple((name, b64decode(packed)) for name, packed in said["files"]),
    )


def text_of_rtf(rtf: bytes) -> str:
    """The words of an RTF text; marks of the HTML it was made from are dropped."""
    codepage = RTF_CODEPAGE.search(rtf)
    codec = f"cp{codepage[1].decode()}" if codepage else "cp1252"
    bare = RTF_HTML.sub(b"", RTF_SHIELDED.sub(b"", rtf))
    bare = RTF_HIDDEN.sub(b"", bare).replace(b"\r", b"").replace(b"\n", b"")
    bare = RTF_BREAK.sub(b"\n", bare.replace(b"\\tab ", b"\t"))
    bare = RTF_UNICODE.sub(lambda m: b"\x01%d\x02" % (int(m[1]) % 65536), bare)
    bare = RTF_HEX.sub(lambda m: bytes([int(m[1], 16)]), bare)
    bare = re.sub(rb"\\([{}\\])", lambda m: b"\x03" + m[1].hex().encode(), bare)
    bare = RTF_WORD.sub(b"", bare).replace(b"\\*", b"").replace(b"{", b"").replace(b"}", b"")
    bare = re.sub(rb"\x03([0-9a-f]{2})", lambda m: bytes.fromhex(m[1].decode()), bare)
    try:
        text = bare.decode(codec, "replace")
    except LookupError:
        text = bare.decode("cp1252", "replace")
    text = re.sub("\x01(\\d+)\x02", lambda m: chr(int(m[1])), text)
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()


def _main() -> None:
    """The child: winmail.dat on stdin, JSON on stdout; whatever goes wrong ends it with an error."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    content = sys.stdin.buffer.read()
    json.dump(_read(content), sys.stdout)


def _read(content: bytes) -> dict[str, object]:
    from tnefparse import TNEF

    inside = TNEF(content, do_checksum=False)
    files = [(_text(one.long_filename()), bytes(one.data or b"")) for one in inside.attachments[:MOST_FILES]]
    return {
        "text": (_text(inside.body) or _rtf(inside))[:MOST_TEXT],
        "html": _text(inside.htmlbody)[:MOST_TEXT],
        "files": [(name, b64encode(data).decode()) for name, data in files if data],
    }


def _rtf(inside: object) -> str:
    packed = getattr(inside, "rtfbody", None)
    return text_of_rtf(bytes(packed)) if packed else ""


def _text(value: object) -> str:
    text = charsets.decode(value)[0] if isinstance(value, bytes) else str(value or "")
    return text.replace("\0", "").encode("utf-8", "replace").decode()


if __name__ == "__main__":
    _main()
