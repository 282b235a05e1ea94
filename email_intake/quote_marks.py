"""Where the HTML of a mail program says that its quote begins (case 121)."""

import re

QUOTE_CLASS = re.compile(
    r"gmail_quote|yahoo_quoted|protonmail_quote|moz-cite-prefix|zmail_extra", re.IGNORECASE
)
QUOTE_ID = re.compile(
    r"(?:\A|_)(?:divRplyFwdMsg|appendonsend|reply-intro|mail-editor-reference-message-container|"
    r"isForwardContent|OLK_SRC_BODY_SECTION)",
    re.IGNORECASE,
)
OUTLOOK_BORDER = re.compile(r"border:\s*none;\s*border-top:\s*solid\s+#(?:B5C4DF|E1E1E1)", re.IGNORECASE)
QUOTE_MARK = "\u2063\u2063quoted\u2063\u2063"
"""Put into the text where a mail program says that its quote begins; `email_intake.quote` takes it out."""


def begins_quote(tag: str, values: dict[str, str]) -> bool:
    """Whether what is quoted begins with this element."""
    if tag == "blockquote":
        return values.get("type") == "cite" or "gmail_quote" in values.get("class", "")
    if tag != "div":
        return False
    return bool(
        QUOTE_CLASS.search(values.get("class", ""))
        or QUOTE_ID.search(values.get("id", ""))
        or OUTLOOK_BORDER.search(values.get("style", ""))
    )
