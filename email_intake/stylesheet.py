"""Which classes and ids an HTML mail hides by its style sheets, as lists of mails begin with a line nobody is shown."""

import re
from collections.abc import Iterator

from email_intake.curtain import may_hide

OPENS = re.compile(r"<(?:!--|style\b)")
NOT_ON_SCREENS = re.compile(
    r"""style\b[^<>]*\bmedia\s*=\s*(?!["']?\s*(?:all|screen)\s*["'>])""", re.IGNORECASE
)
AT_RULE = re.compile(r"@[^{};@]*(?:;|\{(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+(?:\}|\Z))")
"""What holds for a small screen or paper only, and fonts."""
HIDING = re.compile(
    r"(?<![-\w])(?:display|visibility|max-height|height|overflow|opacity|font(?:-size)?|mso-hide)\s*:[^;]*",
    re.IGNORECASE,
)
NAMED = re.compile(r"[a-z0-9]*([.#][\w-]+)", re.IGNORECASE)
LONGEST = 200_000


def read(html: str) -> dict[str, str]:
    """What each class (`.name`) and id (`#name`) that may hide says of it, by the rules that hold on every screen."""
    styles: dict[str, str] = {}
    for rules in _sheets(html[:LONGEST].lower()):
        for rule in AT_RULE.sub(" ", rules).split("}"):
            names, _brace, style = rule.rpartition("{")
            said = ";".join(HIDING.findall(style))
            if may_hide(said):
                named = (NAMED.fullmatch(name.strip()) for name in names.split(","))
                styles |= {one[1]: said for one in named if one is not None}
    return styles


def _sheets(html: str) -> Iterator[str]:
    """The rules of each that is for screens and may hide; those inside comments are for Outlook alone."""
    at = 0
    while (opens := OPENS.search(html, at)) is not None:
        is_comment, start = opens[0] == "<!--", opens.start()
        at = html.find("-->" if is_comment else "</style", start)
        if at < 0:
            return
        head, _end, rules = html[start + 1 : at].partition(">")
        if not is_comment and may_hide(rules) and not NOT_ON_SCREENS.match(f"{head}>"):
            yield _without_remarks(rules)


def _without_remarks(rules: str) -> str:
    first, *others = rules.replace("<!--", " ").replace("-->", " ").split("/*")
    return " ".join([first, *(one.partition("*/")[2] for one in others)])
