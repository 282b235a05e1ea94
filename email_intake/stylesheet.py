"""Which classes and ids an HTML mail hides by its style sheets, as lists of mails begin with a line nobody is shown."""

import re

from email_intake.curtain import may_hide

SHEET = re.compile(r"<(?:!--.*?-->|style\b[^<>]*>(?P<rules>.*?)</style)", re.IGNORECASE | re.DOTALL)
"""Comments first: what stands in them is for Outlook alone."""
NOT_ON_SCREENS = re.compile(
    r"""<style\b[^<>]*\bmedia\s*=\s*(?!["']?\s*(?:all|screen)\s*["'>])""", re.IGNORECASE
)
REMARK = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
AT_RULE = re.compile(r"@[^{};]*(?:;|\{(?:[^{}]*\{[^{}]*\})*[^{}]*(?:\}|\Z))")
"""What holds for a small screen or paper only, and fonts."""
RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
HIDING = re.compile(
    r"(?<![-\w])(?:display|visibility|max-height|height|overflow|opacity|font(?:-size)?|mso-hide)\s*:[^;]*",
    re.IGNORECASE,
)
NAMED = re.compile(r"[a-z0-9]*([.#][\w-]+)", re.IGNORECASE)
LONGEST = 200_000


def read(html: str) -> dict[str, str]:
    """What each class (`.name`) and id (`#name`) that may hide says of it, by the rules that hold on every screen."""
    styles: dict[str, str] = {}
    for sheet in SHEET.finditer(html[:LONGEST]):
        rules = sheet["rules"]
        if rules is None or not may_hide(rules) or NOT_ON_SCREENS.match(sheet[0]):
            continue
        for names, style in RULE.findall(AT_RULE.sub(" ", REMARK.sub(" ", rules))):
            said = ";".join(HIDING.findall(style))
            if may_hide(said):
                named = (NAMED.fullmatch(name.strip()) for name in names.split(","))
                styles |= {one[1].casefold(): said for one in named if one is not None}
    return styles
