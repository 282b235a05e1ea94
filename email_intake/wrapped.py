"""The words inside an S/MIME signature: mail programs may wrap what they sign instead of standing beside it (case 103).

Only as much of BER (X.690, 8.1) as it takes to reach the content of a SignedData (RFC 5652, 5.1). Nothing is verified.
"""

SIGNED = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")
OCTETS, PIECES, EXPLICIT = 0x04, 0x24, 0xA0
END = b"\0\0"
MOST_DEPTH = 8


def content_of_signed(wrapped: bytes) -> bytes | None:
    """The signed bytes; None where there are none, such as in what is encrypted, or where they cannot be reached."""
    start = wrapped.find(DATA) if SIGNED in wrapped[:64] else -1
    try:
        return _read(wrapped, start + len(DATA), MOST_DEPTH)[0] if start >= 0 else None
    except (IndexError, ValueError):
        return None


def _read(wrapped: bytes, at: int, depth: int) -> tuple[bytes, int]:
    """The octets of the value here, its pieces put together, and where the next value begins."""
    tag = wrapped[at]
    length, inside = _length(wrapped, at + 1)
    if tag == OCTETS and length is not None:
        return wrapped[inside : inside + length], inside + length
    if tag not in {PIECES, EXPLICIT} or depth == 0:
        raise ValueError("no octets")
    end = len(wrapped) if length is None else inside + length
    pieces = []
    while inside < end and not (length is None and wrapped[inside : inside + 2] == END):
        piece, inside = _read(wrapped, inside, depth - 1)
        pieces.append(piece)
    return b"".join(pieces), inside + (len(END) if length is None else 0)


def _length(wrapped: bytes, at: int) -> tuple[int | None, int]:
    """How long a value is, None where only its end says so, and where it begins."""
    first = wrapped[at]
    if first == 0x80:
        return None, at + 1
    if first < 0x80:
        return first, at + 1
    return int.from_bytes(wrapped[at + 1 : at + 1 + first - 0x80]), at + 1 + first - 0x80
