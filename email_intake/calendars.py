"""A calendar part: in words - what, when, where, from whom - and whether its mail asks anything of us (case 102)."""

import re
from dataclasses import dataclass
from itertools import pairwise

FIELDS = (
    ("SUMMARY", "What"),
    ("DTSTART", "From"),
    ("DTEND", "Until"),
    ("LOCATION", "Where"),
    ("ORGANIZER", "Organiser"),
)
DATE = re.compile(r"\A(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?\Z")
LONGEST = 100_000
ANSWERS = frozenset({"reply", "counter", "declinecounter", "refresh"})
SUMMARY = re.compile(
    rf"^\[Calendar: \w+\](?:\n(?:{'|'.join(label for _name, label in FIELDS)}): .*)*", re.MULTILINE
)
LABELS = (
    "when|where|what|who|time|date|start|end|duration|location|room|subject|title|organi[sz]er|invitees?|attendees?|guests?|calendar|status|meeting id|passcode|phone conference id|"
    "wann|wo|was|wer|zeit|uhrzeit|datum|beginn|ende|dauer|ort|raum|betreff|titel|organisator(?:in)?|veranstalter|teilnehmer|kalender|"
    "quand|où|quoi|qui|lieu|heure|durée|objet|organisateur|participants?|cuándo|dónde|qué|quién|hora|lugar|asunto|organizador|asistentes|"
    "quando|dove|cosa|chi|ora|luogo|oggetto|organizzatore|partecipanti|onde|local|assunto|wanneer|waar|wat|wie|tijd|locatie|onderwerp|deelnemers|"
    "kiedy|gdzie|co|temat|lokalizacja|organizator|uczestnicy|när|var|plats|ämne|hvornår|hvor|sted|emne"
)
EVENT = (
    r"(?:event|meeting|appointment|invitation|conference|termin|besprechung|veranstaltung|einladung|ereignis|sitzung|réunion|événement|rendez-vous|evento|reunión|cita|riunione|appuntamento|"
    r"reunião|compromisso|vergadering|afspraak|gebeurtenis|spotkanie|wydarzenie|möte|møde|møte|begivenhed)"
)
CHANGED = (
    r"(?:cancell?ed|updated|rescheduled|changed|moved|accepted|declined|abgesagt|aktualisiert|geändert|verschoben|angenommen|zugesagt|abgelehnt|annulée?|modifiée?|actualis[ée]e?|acceptée?|refusée?|"
    r"cancelad[ao]|actualizad[ao]|modificad[ao]|acceptad[ao]|aceptad[ao]|rechazad[ao]|annullat[ao]|aggiornat[ao]|modificat[ao]|accettat[ao]|rifiutat[ao]|atualizad[ao]|aceit[ao]|recusad[ao]|"
    r"geannuleerd|bijgewerkt|gewijzigd|geaccepteerd|afgewezen|odwołan[eoya]|zaktualizowan[eoya]|zmienion[eoya]|inställt|uppdaterat|aflyst|opdateret|avlyst|oppdatert)"
)
SAID_BY_MACHINES = re.compile(
    rf"\W*+(?:(?:{LABELS})\s*[:\uff1a].*|(?:\S+ ){{0,12}}{EVENT} (?:\S+ ){{0,12}}{CHANGED}(?: by \S+(?: \S+){{0,3}})?(?: and (?:has been )?removed from your calendar)?|"
    rf"(?:\S+ ){{1,12}}(?:has|hat|a|ha|heeft) (?:been )?(?:\S+ ){{0,4}}{CHANGED}(?: (?:this|the|your) {EVENT})?|_[_*~=\-\s]*+|https?://\S+)?\W*+",
    re.IGNORECASE,
)
"""A line of a form: who wrote it has not written it himself."""
NOTE = re.compile(r"^[\"“„«].+[\"”“»]\s*$", re.MULTILINE)
SHORTEST_RULE = 10
TO_JOIN = re.compile(
    r"teams\.microsoft|microsoft teams|meet\.google|zoom\.us|webex|system reference|meeting options|phone conference id|systemreferenz|besprechungsoptionen|telefonkonferenz",
    re.IGNORECASE,
)
LONGEST_LINE = 500


@dataclass(frozen=True)
class Calendar:
    """What is done with an event by a mail, and whether the mail is about one that was sent before."""

    method: str
    is_update: bool

    @property
    def name(self) -> str:
        """What it is, for those who look why it was ignored; empty where it may ask for something new."""
        if self.method in ANSWERS:
            return "answer to an invitation"
        if self.method == "cancel":
            return "cancelled invitation"
        return "updated invitation" if self.method == "request" and self.is_update else ""


def read(calendar: str, named: str) -> Calendar:
    """What it does, by itself or as its header has `named` it; without a method it only tells of an event."""
    unfolded = _unfolded(calendar)
    method = (_value(unfolded.partition("BEGIN:VEVENT")[0], "METHOD") or named).lower()
    return Calendar(method, _value(unfolded, "SEQUENCE").strip("0 ") != "")


def is_all_said(text: str) -> bool:
    """Whether these words are those of calendar programs alone, and nobody's own."""
    lines = _without_ways_to_join(SUMMARY.sub("", text).splitlines())
    return all(len(line) <= LONGEST_LINE and SAID_BY_MACHINES.fullmatch(line) for line in lines)


def is_by_google_alone(text: str) -> bool:
    """The same of a letter that Google writes for somebody, who may have added a note: it stands in quotes."""
    return NOTE.search(text) is None


def _without_ways_to_join(lines: list[str]) -> list[str]:
    """Teams and others draw rules above and below how to dial in."""
    rules = [at for at, line in enumerate(lines) if _is_rule(line.strip())]
    framed = [(start, end) for start, end in pairwise(rules) if any(map(TO_JOIN.search, lines[start:end]))]
    return [line for at, line in enumerate(lines) if not any(start <= at < end for start, end in framed)]


def _is_rule(line: str) -> bool:
    return len(line) >= SHORTEST_RULE and not line.strip("_.")


def summarise(calendar: str) -> str:
    """A few lines of text; empty when there is no event in it."""
    unfolded = _unfolded(calendar)
    _before, _begin, event = unfolded.partition("BEGIN:VEVENT")
    event, end, _after = event.partition("END:VEVENT")
    if not end:
        return ""
    lines = [f"{label}: {value}" for name, label in FIELDS if (value := _value(event, name))]
    method = _value(unfolded, "METHOD").lower()
    return "\n".join([f"[Calendar: {method or 'event'}]", *lines])


def _unfolded(calendar: str) -> str:
    return re.sub(r"\r?\n[ \t]", "", calendar[:LONGEST])


def _value(text: str, name: str) -> str:
    match = re.search(rf"^{name}(?:;[^:\n]*)?:(.*)$", text, re.MULTILINE | re.IGNORECASE)
    if match is None:
        return ""
    value = match[1].strip().replace("\\,", ",").replace("\\;", ";").replace("\\n", " ")
    date = DATE.match(value)
    if date is None:
        return re.sub(r"(?i)^mailto:", "", value)[:300]
    day = f"{date[1]}-{date[2]}-{date[3]}"
    return f"{day} {date[4]}:{date[5]}{' UTC' if date[6] else ''}" if date[4] else day
