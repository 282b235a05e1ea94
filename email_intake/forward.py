"""Mail passed on: told from an answer, and by support's command given to the one who wrote it.

An agent who begins a forwarded mail with `#forward` (alone on its line) opens an incident for the
person who wrote the original (case 16). Whoever merely passes on a notice of ours answers nothing
by it (case 17).
"""

import re
from dataclasses import dataclass

from email_intake import quote
from email_intake.headers import Address, one_line, split_addresses
from email_intake.parse import ParsedMail, bare_subject, parse

COMMAND = re.compile(r"\A\s*#(?:forward|fwd)\s*$", re.IGNORECASE | re.MULTILINE)
FORWARD = re.compile(
    r"\A\s*(?:\[[^\]]{1,40}\]\s*)?(?:fwd?|wg|tr|rv|vs|vb|vl|pd|i|enc|doorst|továbbítás|转发|轉寄|転送)\s*[:\uff1a]",
    re.IGNORECASE,
)
FIELD = re.compile(r"\A[>\s*]*\**(?P<name>[^\W\d_][\w .]{1,20}?)\s*\**\s*[:\uff1a]\**\s*(?P<value>.*)\Z")
FROM = frozenset(
    "from von de da van od från fra lähettäjä kimden feladó от від 发件人 寄件者 差出人 mittente expéditeur".split()
)
SUBJECT = frozenset(
    "subject betreff objet asunto assunto oggetto onderwerp temat ämne emne aihe konu tárgy тема předmět 主题 主旨 件名".split()
)
LOOK_AT_LINES = 200
HEADER_LINES = 12


@dataclass(frozen=True)
class Original:
    """The mail that was passed on: who wrote it, its subject and its words."""

    sender: Address
    title: str
    text: str


def is_forward(subject: str) -> bool:
    """Whether a subject says that something is passed on."""
    return FORWARD.match(subject) is not None


def is_command(text: str) -> bool:
    """Whether a mail begins with the line that makes its forwarder a reporter."""
    return COMMAND.match(text) is not None


def original_of(mail: ParsedMail) -> Original | None:
    """What is passed on in this mail, attached or quoted; None when its writer cannot be found."""
    for attached in mail.attachments:
        if attached.media_type == "message/rfc822":
            inner = parse(attached.content)
            if inner.sender is not None and inner.senders == 1:
                return Original(inner.sender, inner.title, inner.text)
    return _quoted(COMMAND.sub("", mail.text, count=1).splitlines())


def _quoted(lines: list[str]) -> Original | None:
    for at, line in enumerate(lines[:LOOK_AT_LINES]):
        if _name(line) in FROM:
            sender = next(iter(split_addresses(_value(line))), None)
            if sender is not None and "@" in sender.address:
                return _below(sender, lines, at)
    return None


def _below(sender: Address, lines: list[str], at: int) -> Original:
    """The rest of the header block says the subject; what follows the first gap is the mail."""
    title, end = "", at + 1
    for end in range(at, min(at + HEADER_LINES, len(lines))):
        if not lines[end].strip(" >"):
            break
        if _name(lines[end]) in SUBJECT:
            title = bare_subject(one_line(_value(lines[end])))
    text = quote.unprefixed("\n".join(lines[end:])).strip()
    return Original(sender, title, text)


def _name(line: str) -> str:
    match = FIELD.match(line)
    return match["name"].strip().lower() if match else ""


def _value(line: str) -> str:
    match = FIELD.match(line)
    return match["value"].strip() if match else ""
