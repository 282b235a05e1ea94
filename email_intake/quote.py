"""What is new in a mail, and what is signature or quoted: by client markers and a language table.

When new words follow a quote (answers between the lines) nothing is cut at all: rather too much
than lost (cases 121 to 128).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from email_intake.markup import QUOTE_MARK

LONGEST_SIGNATURE = 15
LONGEST_AFTER_RULE = 7
ATTRIBUTION_LINES = 3
MOST_LINES = 5000
"""Nobody writes more above a quote; looking at each line of a log for one takes seconds."""

# "On 3 May 2026, Erin wrote:" in the languages people reply in; a digit must stand before the verb.
WROTE = re.compile(
    r"\b(?:wrote|schrieb|a\s+écrit|escribió|escreveu|ha\s+scritto|schreef|pisze|napisał[ao]?|napísal\w?|napsal\w?|"
    r"skrev|kirjoitti|написал(?:\(а\)|а)?|пише|έγραψε|írta|yazdı)\b|写道|寫道|のメール|님이\s*작성",
    re.IGNORECASE,
)
ADDRESS_AT_END = re.compile(r"<[^<>\s]{1,100}@[^<>\s]{1,100}>\s*[:\uff1a]?\Z")
LONGEST_ATTRIBUTION = 400
MOST_AFTER_VERB = 120
COLONS = (":", "\uff1a")
ZOHO = "wrote ----"
ORIGINAL = re.compile(
    r"\A\W*-{2,}\s*(?:Original Message|Ursprüngliche Nachricht|Original-Nachricht|Message d'origine|"
    r"Mensaje original|Mensagem original|Messaggio originale|Oorspronkelijk bericht|Oryginalna wiadomość|"
    r"Wiadomość oryginalna|Ursprungligt meddelande|Alkuperäinen viesti|Oprindelig meddelelse|"
    r"Original melding|Исходное сообщение|原始邮件|原始郵件|元のメッセージ|Původní zpráva|Oprindelig besked|Opprinnelig melding|Eredeti üzenet|Orijinal [Mm]esaj|Αρχικό μήνυμα|Початкове повідомлення|원본 메시지|"
    r"Forwarded message|Weitergeleitete Nachricht|Message transféré|Mensaje reenviado|Messaggio inoltrato|Videresendt besked|Пересылаемое сообщение)\s*-{2,}\s*\Z",
    re.IGNORECASE,
)
FROM_LINE = re.compile(
    r"\A\W*(?:From|Von|De|Da|Van|Od|Från|Fra|Lähettäjä|Kimden|Feladó|От|Від|Από|发件人|寄件者|差出人|보낸 사람)\W*[:\uff1a][^\S\n]*(?=.*[^\W\d_])\S",
    re.IGNORECASE,
)
SENT_LINE = re.compile(
    r"\A\W*(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Fecha|Data|Inviato|Verzonden|Wysłano|Skickat|Sendt|Dato|Päiväys|Tarih|Dátum|Ημερομηνία|日期|날짜|"
    r"Lähetetty|Gönderildi|Elküldve|Отправлено|Дата|Надіслано|Στάλθηκε|发送时间|日期|送信日時|보낸 날짜)(?: am| le| el| em)?\W*[:\uff1a]",
    re.IGNORECASE,
)
RULE = re.compile(r"\s*[_=-]{10,}\s*\Z")
FOOTER = re.compile(
    r"\A\W*(?:(?:Sent|Send) (?:from|via|with) (?:my |mobile|Outlook|Mail|Yahoo|ProtonMail|Proton Mail|Samsung).{0,80}|"
    r"(?:Get|Download|Télécharger|Obtenez|Descargar|Obtener|Obter|Scarica|Ottieni|Hent|Hämta|Pobierz|Hanki) Outlook (?:for|pour|para|per|til|för|dla|voor).{0,80}|"
    r"Outlook (?:für|voor) (?:iOS|Android|Mac) (?:herunterladen|holen|downloaden).{0,80}|"
    r"(?:Von meinem|Gesendet von|Diese Nachricht wurde von).{0,80}(?:gesendet|iPhone|iPad|Handy|Outlook|Android\w*|Mobil\w*).{0,20}|"
    r"(?:Envoyé (?:de|depuis) mon|Envoyé à partir).{0,80}|Enviado (?:desde|do) (?:mi|meu).{0,80}|"
    r"Inviato da(?:l mio)?.{0,80}|Verzonden vanaf mijn.{0,80}|Verstuurd vanaf mijn.{0,80}|"
    r"Skickat från min.{0,80}|Wysłane z.{0,60}|Отправлено (?:с|из).{0,80}|发自我的.{0,40}|iPhoneから送信.{0,10})\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Split:
    """The parts of a text, in order; joined they are the whole."""

    new: str
    signature: str = ""
    quoted: str = ""


def split(text: str) -> Split:
    """Cut a mail's text into what its writer wrote now, the signature, and the quote."""
    lines = text.splitlines()
    start = _quote_start(lines)
    above, quoted = _unmarked(lines[:start]), _unmarked(lines[start:])
    new, signature = _without_signature(above)
    if not new.strip():
        return Split(_unmarked(lines))
    return Split(new, signature, quoted)


def unprefixed(text: str) -> str:
    """A quote without its signs."""
    return "\n".join(re.sub(r"\A(?:>[ \t]?)+", "", line) for line in text.splitlines())


def without_double_gaps(text: str) -> str:
    """Undo what Outlook does to plain text: an empty line below every line (case 109).

    Only where no two lines stand together anywhere and a gap of three shows that a paragraph was meant.
    """
    lines = text.split("\n")
    together = any(one.strip() and two.strip() for one, two in pairwise(lines))
    if together or not re.search(r"\n[ \t]*\n[ \t]*\n[ \t]*\n", text):
        return text
    return re.sub(r"\n[ \t]*(\n)(?:[ \t]*\n[ \t]*(\n))?", r"\1\2", text)


def plain(text: str) -> str:
    """The whole text without our own marks."""
    return _unmarked(text.splitlines())


def _unmarked(lines: Sequence[str]) -> str:
    kept = [line.replace(QUOTE_MARK, "") for line in lines if line.strip(" >") != QUOTE_MARK]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _quote_start(lines: Sequence[str]) -> int:
    """The line at which only quote follows; the number of lines where there is none."""
    for at, line in enumerate(lines[:MOST_LINES]):
        if QUOTE_MARK in line or _starts_quote(lines, at):
            return (
                len(lines)
                if _is_answered_below(lines, at)
                else _with_rule(lines, _with_attribution(lines, at))
            )
    return len(lines)


def _starts_quote(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    if line.startswith(">") or ORIGINAL.match(line):
        return True
    if FROM_LINE.match(line):
        return any(SENT_LINE.match(following) for following in lines[at + 1 : at + 4])
    if SENT_LINE.match(line):
        # Hotmail says the date first; only an address tells its From from any other.
        return any("@" in following and FROM_LINE.match(following) for following in lines[at + 1 : at + 4])
    return _attribution_length(lines, at) > 0


def _attribution_length(lines: Sequence[str], at: int) -> int:
    """How many lines the attribution here takes; 0 when there is none with a quote below it."""
    if not lines[at].strip() or len(lines[at]) > 300:
        return 0
    for length in range(1, ATTRIBUTION_LINES + 1):
        said = " ".join(lines[at : at + length])
        if not lines[at + length - 1 : at + length] or not lines[at + length - 1].strip():
            return 0
        if _is_attribution(said) and not _is_attribution(" ".join(lines[at + 1 : at + length])):
            below = next((one for one in lines[at + length :] if one.strip()), "")
            if below.startswith(">") or QUOTE_MARK in below:
                return length
            # Some phones do not prefix what they quote: then a date and an address must be there.
            if "@" in said and said.rstrip().endswith((*COLONS, ZOHO)) and below:
                return length
    return 0


def _is_attribution(said: str) -> bool:
    said = said.strip(" \t*_-")
    digit = re.search(r"\d", said)
    if digit is None or len(said) > LONGEST_ATTRIBUTION:
        return False
    verb = WROTE.search(said, digit.end())
    if verb is None and "@" in said and said.endswith(COLONS) and WROTE.search(said):
        # Finnish, Hungarian: the verb stands before the date.
        return True
    if verb is None:
        return ADDRESS_AT_END.search(said) is not None
    after = said[verb.end() :].strip()
    return after in {"", *COLONS} or (len(after) < MOST_AFTER_VERB and after.endswith(COLONS))


def _with_attribution(lines: Sequence[str], at: int) -> int:
    """Move up over the attribution that stands above a marked or prefixed quote."""
    for earlier in range(max(0, at - ATTRIBUTION_LINES - 1), at):
        length = _attribution_length(lines, earlier)
        if length and not any(line.strip() for line in lines[earlier + length : at]):
            return earlier
    return at


def _with_rule(lines: Sequence[str], at: int) -> int:
    """Move up over the rule that some draw above what they quote."""
    return at - 1 if at > 0 and RULE.match(lines[at - 1]) else at


def _is_answered_below(lines: Sequence[str], at: int) -> bool:
    """Whether new words stand below the first quoted lines."""
    first = next((i for i in range(at, len(lines)) if lines[i].startswith(">")), None)
    if first is None:
        return False
    rest, _signature = _without_signature("\n".join(lines[first:]))
    below = rest.splitlines()
    return any(
        line.strip()
        and not line.startswith(">")
        and QUOTE_MARK not in line
        and not FOOTER.match(line)
        and not _attribution_length(below, i)
        for i, line in enumerate(below)
    )


def _longest_tail(first: str) -> int:
    """How many lines may follow: below a phone's footer one, below what may be a rule in prose a few."""
    if FOOTER.match(first):
        return 2
    return LONGEST_SIGNATURE if first == "-- " else LONGEST_AFTER_RULE


def _without_signature(text: str) -> tuple[str, str]:
    lines = text.splitlines()
    for at in range(max(0, len(lines) - LONGEST_SIGNATURE - 1), len(lines)):
        if lines[at] in {"-- ", "--", "—"} or FOOTER.match(lines[at]):
            tail = lines[at:]
            if sum(1 for line in tail if line.strip()) > _longest_tail(lines[at]):
                continue
            return "\n".join(lines[:at]).rstrip(), "\n".join(tail).strip()
    return text, ""
