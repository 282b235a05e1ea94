"""A line of text that grows word by word."""

import re

SIGNED = "\u2063\u2064"
"""Put before a line that a mail program calls its writer's signature; `email_intake.signature` takes it out."""
BLANK = f" >{SIGNED}"
NO_GAP_AFTER = (" ", SIGNED)
BULLET = re.compile(rf"\A(?:> |{SIGNED})*\s*(?:-|\d+\.) \Z")
LONGEST_BULLET = 40


class Line:
    """The line being written, in pieces: one of a million words is put together once, not at each of them."""

    def __init__(self, prefix: str) -> None:
        self._pieces = [prefix]
        self.length = len(prefix)
        self.is_blank = True

    def __str__(self) -> str:
        return "".join(self._pieces)

    @property
    def ends_with_gap(self) -> bool:
        """Whether more gap would be too much: below one, and where the line begins."""
        return self._pieces[-1].endswith(NO_GAP_AFTER) or self.length == 0

    @property
    def is_bullet(self) -> bool:
        """Whether nothing stands here yet but the sign of an item."""
        return self.length <= LONGEST_BULLET and BULLET.match(str(self)) is not None

    def add(self, words: str) -> None:
        if words:
            self._pieces.append(words)
            self.length += len(words)
            self.is_blank = self.is_blank and is_blank(words)

    def go_on_with(self, words: str) -> None:
        """Add below what is there without the gap that it ends in."""
        while len(self._pieces) > 1 and not self._pieces[-1].strip():
            self.length -= len(self._pieces.pop())
        last = self._pieces[-1]
        self._pieces[-1] = last.rstrip()
        self.length -= len(last) - len(self._pieces[-1])
        self.add(words)


def is_blank(line: str) -> bool:
    """Whether nothing stands in it but the signs of a quote or a signature."""
    return not line.strip(BLANK)
