"""German, read by rules: the model was taught English only.

What is said in so many words is recognised, everything longer is a report, as when Rasa is away. Whether
something is solved, or is only thanked for, is read as in mails, where twelve languages are known.
"""

import re

from chatbot.client.reading import SHORT, folded
from incidents.plain_words import Verdict, is_thanks, verdict_of

COMMON = frozenset(
    """aber alle allem alles auch auf aus bei beim bekomme bitte brauche das dass dem den der des dir doch dran dringend
    ein eine einem einen einer eines er etwas falsch fehlt für ganz gar geht gehen gestern gibt habe haben hallo
    heute hilfe ich ihr immer ist ja jemand jetzt kann kannst kaputt kein keine keinen klappt komme können könnte läuft
    lässt mal mehr mein meine meinem meinen meiner meines mir mit moin morgen muss müssen nach nein neu neue neuen
    neues nicht nichts noch nur nö oder ohne schon sehr seit sich sie sind steht tschüss über
    vielen um und uns unser unsere vergessen viel vom von vor wann warum weg wenn werden wie wieder wieso wird wo wurde zeige
    zu zum zur zurück funktioniert abbrechen danke genau gerne mensch""".split()
)
"""Words of every day that no English sentence holds, and that name no thing."""

THINGS = frozenset("drucker drucken druckt fehler rechner störung verbinden verbindung".split())

UMLAUT = re.compile(r"[äöüß]", re.IGNORECASE)
FEW = 3
"""Among so few words one German one is enough, else it takes two."""

FORMS = (
    (
        "talk_to_human",
        r"\bmit (?:einem|einer|jemandem?|nem|dem support)\b.{0,40}\b(?:sprechen|reden|chatten)\b"
        r"|\bjemanden? sprechen\b|\A\W*(?:ein(?:en)? )?(?:mensch(?:en)?|mitarbeiter(?:in)?)\b",
    ),
    ("start_over", r"\A\W*(?:noch ?mal |wieder )?(?:von vorne?|neu (?:anfangen|beginnen|starten))\b"),
    (
        "list_incidents",
        r"\b(?:zeig\w*|liste|welche|was)\b.{0,30}\b(?:tickets|meldungen|störungen|vorgänge|anfragen)\b"
        r"|\A\W*meine (?:offenen )?(?:tickets|meldungen|störungen|vorgänge|anfragen)\b",
    ),
    (
        "check_status",
        r"\bstatus\b|\bwie ist der (?:aktuelle )?stand\b|\bwie (?:steht|weit|sieht)\b.{0,40}\b(?:es|ihr|mein\w*|ticket|meldung|inc)\b|\bwas ist mit\b.{0,20}\d"
        r"|\b(?:gibt es|gibt's|schon) (?:schon )?(?:was |etwas )?neue?s\b|\bstand der dinge\b",
    ),
    (
        "outage_check",
        r"\bbekannte[rn]? (?:störung|ausf[aä]ll)|\b(?:störung|ausfall)\w* bekannt\b|\bgibt es (?:gerade |eine? |einen )*"
        r"(?:störung|ausf[aä]ll)|\A\W*ist .{2,25} (?:gestört|ausgefallen)\b",
    ),
    (
        "ask_howto",
        r"\A\W*(?:hallo\W+)?(?:wie (?:kann|richte|ändere|komme|bekomme|mache|verbinde|setze|installiere|öffne|teile|"
        r"druck\w*|stelle|geht das)|wo (?:finde|kann|bekomme|stelle))\b",
    ),
    ("cancel", r"\A\W*(?:abbrechen|abbruch|vergiss es|hat sich erledigt|zurückziehen|storniere?n?)\b"),
    ("bot_challenge", r"\b(?:bist du|sind sie)\b.{0,12}\b(?:bot|roboter|mensch|maschine|echt)"),
    ("help", r"\A\W*(?:hilfe|was kannst du|was können sie)(?: alles| tun| für mich)*\W*\Z"),
    (
        "greet",
        r"\A\W*(?:hallo|moin(?: moin)?|servus|grüezi|grüß gott|guten (?:morgen|tag|abend))(?: zusammen| du)?\W*\Z",
    ),
    ("goodbye", r"\A\W*(?:tschüss?|auf wieder(?:sehen|schauen)|bis (?:dann|bald|später))\b.{0,12}\Z"),
    ("affirm", r"\A\W*(?:ja|jo|genau|klar|gerne?|richtig|stimmt)(?:\W+(?:bitte|gerne?|genau|danke))*\W*\Z"),
    ("deny", r"\A\W*(?:nein|nö|nee)(?:\W+(?:danke|leider|bitte nicht))*\W*\Z"),
)
PATTERNS = tuple((intent, re.compile(form, re.IGNORECASE)) for intent, form in FORMS)
VERDICTS = {Verdict.SOLVED: "solved", Verdict.NOT_SOLVED: "not_solved"}
OF_FIXES = frozenset(
    "hat haben geholfen gelöst behoben hilft gleiche dasselbe lösung schritt artikel die".split()
)
A_REPORT = 2
"""Fewer words than this are no report of anything."""


def is_german(text: str) -> bool:
    """Whether these words are German rather than English; an umlaut counts as one."""
    words = folded(text)
    known = sum(word in COMMON or word in THINGS or UMLAUT.search(word) is not None for word in words)
    return known >= 2 or (known == 1 and len(words) <= FEW)


def read(text: str) -> str:
    """The intent that German words plainly have; a report when they are a sentence, else `unsure`."""
    if is_thanks(text):
        return "thank"
    words, verdict = folded(text), verdict_of(text)
    if verdict == Verdict.SOLVED or (verdict == Verdict.NOT_SOLVED and _names_nothing(words)):
        return VERDICTS[verdict]
    said = (intent for intent, form in PATTERNS if len(words) <= SHORT and form.search(text))
    return next(said, "report_problem" if len(words) >= A_REPORT else "unsure")


def _names_nothing(words: list[str]) -> bool:
    """“Geht nicht” is said of what was tried; “der Scanner geht nicht” tells a trouble."""
    return all(word in COMMON or word in OF_FIXES for word in words)
