"""What a mail's HTML says but shows nobody, as newsletters do with the line that lists of mails begin with."""

import re

MAY_HIDE = tuple(
    re.compile(sign)
    for sign in (
        r"display\s*:\s*none",
        r"visibility\s*:\s*[hc]",
        r"font(?:-size)?\s*:\s*[01.](?!\d)",
        r"height\s*:\s*[01.](?!\d)",
        r"opacity\s*:\s*[0.]",
        r"mso-hide",
        r" hidden\b",
        r"\nhidden\b",
    )
)
"""One by one, and each begins with letters: five times as quick as all in one that looks at either case."""
ZERO = r"0*(?:\.0*)?(?:px|pt|em|%)?\s*(?:;|!|\Z)"
NOWHERE = re.compile(
    rf"display\s*:\s*none|(?<![-\w])(?:max-height|opacity)\s*:\s*(?=[\d.]){ZERO}|max-height\s*:\s*1px\s*(?:;|!|\Z)",
    re.IGNORECASE,
)
NO_HEIGHT = re.compile(rf"(?<![-\w])height\s*:\s*(?=[\d.]){ZERO}", re.IGNORECASE)
CUT_OFF = re.compile(r"overflow\s*:\s*hidden", re.IGNORECASE)
NOT_IN_OUTLOOK = re.compile(r"mso-hide\s*:\s*all", re.IGNORECASE)
SEEN = re.compile(r"visibility\s*:\s*(\w+)", re.IGNORECASE)
SIZE = re.compile(r"(?<![-\w])font(?:-size)?\s*:\s*(?P<size>\d*\.?\d+)(?P<unit>[a-z%]*)", re.IGNORECASE)
DISPLAY = re.compile(r"display\s*:[^;]*", re.IGNORECASE)
VOID = frozenset({"br", "hr", "img"})
SMALLEST = 1.0
"""Pixels or points: nobody reads letters of this size."""


def may_hide(html: str) -> bool:
    """Cheap to tell: most mails hide nothing, and their styles need not be read."""
    lowered = html.lower()
    return any(sign.search(lowered) for sign in MAY_HIDE)


class Curtain:
    """Which of the elements that are open hide what is in them. Expects well-formed markup.

    A size or a visibility holds until an element inside says another: many a letter sets its frame to
    size 0, against gaps, and its words to 14.
    """

    def __init__(self, styles: dict[str, str]) -> None:
        """`styles`: what the sheets of the mail say of a class or an id."""
        self._styles = styles
        self._open: list[tuple[bool, bool, bool]] = []

    @property
    def is_drawn(self) -> bool:
        """Whether neither words nor pictures, lists or lines are shown here."""
        return bool(self._open) and self._open[-1][0]

    @property
    def hides_words(self) -> bool:
        return bool(self._open) and any(self._open[-1])

    def enter(self, tag: str, values: dict[str, str], *, is_first: bool) -> None:
        """`is_first`: nothing that is shown stands above."""
        if tag in VOID:
            return
        gone, tiny, unseen = self._open[-1] if self._open else (False, False, False)
        style = values.get("style", "")
        if self._styles:
            style = self._with_sheets(style, values)
        if style or "hidden" in values:
            gone = gone or "hidden" in values or _is_nowhere(tag, style, is_first=is_first)
            size, seen = SIZE.search(style), SEEN.search(style)
            tiny = _is_tiny(size) if size else tiny
            unseen = seen[1].lower() in {"hidden", "collapse"} if seen else unseen
        # A table does not inherit a size where a mail program is lenient: most are.
        self._open.append((gone, tiny and tag != "table", unseen))

    def _with_sheets(self, own: str, values: dict[str, str]) -> str:
        """Its own style and what the sheets add; what it says itself goes first, and is all there is of its display."""
        names = [f"#{values['id']}"] if "id" in values else []
        names += [f".{name}" for name in values.get("class", "").split()]
        added = [self._styles[name] for one in names if (name := one.casefold()) in self._styles]
        if own and "!important" not in "".join(added) and DISPLAY.search(own):
            added = [DISPLAY.sub("", one) for one in added]
        return ";".join([own, *added])

    def leave(self, tag: str) -> None:
        if tag not in VOID and self._open:
            self._open.pop()


def _is_nowhere(tag: str, style: str, *, is_first: bool) -> bool:
    if NOWHERE.search(style) or (NO_HEIGHT.search(style) and CUT_OFF.search(style)):
        return True
    # What only Outlook must not show is a button for all others, unless the mail begins with it.
    return is_first and tag != "a" and NOT_IN_OUTLOOK.search(style) is not None


def _is_tiny(size: re.Match[str]) -> bool:
    limit = SMALLEST if size["unit"].lower() in {"", "px", "pt"} else 0.0
    return float(size["size"]) <= limit
