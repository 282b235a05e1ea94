"""What is packed into a text itself: files in uuencode, pictures in HTML, and the armour of PGP around or instead of words."""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass

from email_intake.leaves import clean_name, from_uu

UUENCODED = re.compile(
    r"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n((?:[\x20-\x60]{1,62}\r?\n)+?)`?\r?\n?end\s*$", re.MULTILINE
)
SIGNED, SEAL, SEAL_ENDS = (
    "-----BEGIN PGP SIGNED MESSAGE-----",
    "-----BEGIN PGP SIGNATURE-----",
    "-----END PGP SIGNATURE-----",
)
SEALED, SEALED_ENDS = "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----"
MOST_ARMOUR, MOST_PICTURES = 20, 20
DATA_PICTURE = re.compile(r"data:(image/[\w.+-]{1,30});base64,([A-Za-z0-9+/=\s%]+)", re.IGNORECASE)


@dataclass(frozen=True)
class Packed:
    """A piece of a text that is no words: its place there, what to read instead, and the file it is."""

    whole: str
    instead: str
    name: str
    media_type: str
    content: bytes

    @property
    def is_sealed(self) -> bool:
        return self.media_type == "application/pgp-encrypted"


def files_in(text: str) -> Iterator[Packed]:
    """Files written into the text, as mail programs of old did (case 106)."""
    for match in list(UUENCODED.finditer(text)) if "begin " in text else []:
        content = from_uu(match[2])
        if content is not None:
            yield Packed(match[0], "", clean_name(match[1]), "", content)


def armour_in(text: str) -> Iterator[Packed]:
    """Signatures around words, and messages that only a key opens (cases 103, 104)."""
    for _one in range(MOST_ARMOUR):
        signed = _block(text, SIGNED, SEAL, SEAL_ENDS)
        if signed is None:
            break
        words = _signed_words(text[signed[0] : signed[1]])
        whole, seal = text[signed[0] : signed[2]], text[signed[1] : signed[2]]
        yield Packed(
            whole, words, "signature.asc", "application/pgp-signature", seal.encode("utf-8", "replace")
        )
        text = text.replace(whole, words)
    for _one in range(MOST_ARMOUR):
        sealed = _block(text, SEALED, SEALED_ENDS)
        if sealed is None:
            break
        whole = text[sealed[0] : sealed[1]]
        yield Packed(whole, "", "message.asc", "application/pgp-encrypted", whole.encode("utf-8", "replace"))
        text = text.replace(whole, "")


def _block(text: str, *lines: str) -> list[int] | None:
    """Where these lines stand, one after the other, each at the beginning of one; the last with its length."""
    places: list[int] = []
    at = 0
    for line in lines:
        at = 0 if not places and text.startswith(line) else text.find(f"\n{line}", at) + 1
        if at == 0 and (places or not text.startswith(line)):
            return None
        places.append(at)
    places[-1] += len(lines[-1])
    return places


def _signed_words(text: str) -> str:
    """The words below the armour's own headers; a dash and a blank stand before what begins with a dash."""
    words = text.partition("\n\n")[2].strip("\n")
    return re.sub(r"(?m)^- ", "", words)


def pictures_in(html: str) -> list[tuple[str, bytes]]:
    """Pictures written into the markup itself, as (type, bytes) (case 100)."""
    found = []
    for match in DATA_PICTURE.finditer(html):
        raw = re.sub(r"[^A-Za-z0-9+/]", "", match[2].replace("%2B", "+").replace("%2F", "/"))
        found.append((match[1].lower(), b64decode(raw[: len(raw) // 4 * 4])))
        if len(found) == MOST_PICTURES:
            break
    return found
