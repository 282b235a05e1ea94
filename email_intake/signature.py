"""What a mail program marks as its writer's signature (case 127). It is folded only if it reads like one.

Some people write their whole letter inside that element, because the cursor stood there.
"""

import re
from collections.abc import Iterator, Sequence

from email_intake.footers import is_footer
from email_intake.line import SIGNED

MARKED = re.compile(
    r"(?:\A|\s)(?:[\w-]*signature(?:[-_]?(?:block|wrapper|section|container|old|\d+))?|[\w-]*Zm-_Id_-Sgn\d*|_rc_sig)(?=\s|\Z)",
    re.IGNORECASE,
)
SIGNABLE = frozenset({"a", "br", "div", "pre"})
AROUND_BOOKMARK = 3
"""It, its paragraph and what holds all paragraphs."""
BOOKMARK = "_MailAutoSig"
"""What Outlook for Windows calls its first words, with the whole of it in the paragraphs that follow."""
MOST_LINES = 15
LONGEST_LETTER = 5000
LONGEST_CHARS, LONGEST_LINE = 200, 10
"""In words: names, posts and addresses are short, sentences are not."""
DISCLAIMS = re.compile(
    r"confidential|intended (?:only|solely|for)|addressee|recipient|virus|disclaim|privileged|unauthori[sz]ed|environment|print(?:ing)? this|privacy|registered (?:in|office)|company (?:no|number|reg)|"
    r"vertraulich|empfänger|handelsregister|registergericht|amtsgericht|geschäftsführ|datenschutz|umwelt|ausdruck|vorstand|aufsichtsrat|"
    r"confidentiel|destinataire|imprim|confidencial|destinatari|medio ambiente|riservat|vertrouwelijk|geadresseerde|poufn|adresat|konfidentiel|sekretess",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"\w+(?:\W+\w+){3,}\W*[.!?]\W*\Z")
GREETS = re.compile(
    r"\A\W*(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|guten (?:tag|morgen|abend)|moin|servus|grüezi|liebe[rs]?|sehr geehrte[rs]?|bonjour|bonsoir|chers?|chère|hola|buen[oa]s|estimad[oa]s?|"
    r"olá|bom dia|boa tarde|prezad[oa]s?|ciao|buongiorno|gentile|goede(?:morgen|middag|navond)|beste|dzień dobry|cześć|witam|dobrý den|ahoj|hej|hei|tere)\b(?:\W+\w+){0,5}\W*\Z",
    re.IGNORECASE,
)
RULES = frozenset({"-- ", "--", "—"})
"""Above a signature."""
IN_BRACKETS = re.compile(r"<[^<>]*>|\[[^\[\]]*\]")
WORD = re.compile(r"\w+")


def levels_of(tag: str, values: dict[str, str]) -> int:
    """How many elements, this one among them, are those of a signature that begins here; 0 where none does."""
    if tag == "a":
        return AROUND_BOOKMARK if values.get("name") == BOOKMARK else 0
    return int(any(MARKED.search(value) for name in ("class", "id", "name") if (value := values.get(name))))


def settled(lines: Sequence[str]) -> list[str]:
    """The lines with the marks of those that read like a signature, and no others."""
    kept = list(lines)
    for start, end in _runs(lines):
        if not _reads_like_one([line.replace(SIGNED, "") for line in lines[start:end]]):
            kept[start:end] = [line.replace(SIGNED, "") for line in lines[start:end]]
    return kept


def carried_over(rich: str, plain: str) -> str:
    """The plain version of a text with the marks that its rich one has; every word so marked stands in both."""
    signed = [_words(line) for line in rich.splitlines() if SIGNED in line]
    signed = [words for words in signed if words]
    lines = plain.splitlines()
    if not 0 < len(signed) <= MOST_LINES or len(lines) > LONGEST_LETTER:
        return plain
    known = set().union(*signed)
    for start, line in enumerate(lines):
        if _words(line) != signed[0]:
            continue
        end = next(
            (at for at in range(start, len(lines)) if not known.issuperset(_words(lines[at]))), len(lines)
        )
        if sum(1 for one in lines[start:end] if _words(one)) * 2 >= len(signed):
            return "\n".join([*lines[:start], *(SIGNED + one for one in lines[start:end]), *lines[end:]])
    return plain


def signed_from(lines: Sequence[str]) -> int:
    """The line below which nothing but a marked signature stands; the number of lines where there is none."""
    at = signed = len(lines)
    while at and (SIGNED in lines[at - 1] or not lines[at - 1].strip() or is_footer(lines[at - 1])):
        at -= 1
        if SIGNED in lines[at]:
            signed = at
    while signed < len(lines) and signed and lines[signed - 1] in RULES:
        signed -= 1
    return signed


def is_only_a_greeting(text: str) -> bool:
    """Whether these words greet and say nothing: then the letter is what stands below them."""
    return GREETS.match(text.strip()) is not None


def _runs(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """From where to where lines are marked; empty ones between them count."""
    at = 0
    while at < len(lines):
        if SIGNED not in lines[at]:
            at += 1
            continue
        end = at + 1
        while end < len(lines) and (SIGNED in lines[end] or not lines[end].strip()):
            end += 1
        yield at, end
        at = end


def _reads_like_one(lines: Sequence[str]) -> bool:
    said = [line for line in lines if line.strip()]
    if len(said) > MOST_LINES or any(GREETS.match(line) for line in said[:1]):
        return False
    return all(_may_be_signed(line, is_early=at < 2) for at, line in enumerate(said))


def _may_be_signed(line: str, *, is_early: bool) -> bool:
    bare = IN_BRACKETS.sub(" ", line)
    is_prose = (
        len(bare) > LONGEST_CHARS
        or len(WORD.findall(bare)) > LONGEST_LINE
        or SENTENCE.search(bare) is not None
    )
    return not is_prose or (not is_early and DISCLAIMS.search(bare) is not None)


def _words(line: str) -> tuple[str, ...]:
    return tuple(WORD.findall(IN_BRACKETS.sub(" ", line.replace(SIGNED, "")).casefold()))
