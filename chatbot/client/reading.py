"""Reads what rules can read for sure: numbers, answers to our questions, words without content."""

import re
import unicodedata

from incidents.models import Level, number_of
from incidents.reach import Reach

NUMBERED = re.compile(r"(?:\binc[- ]?|#)\s*0*([1-9]\d{0,8})\b", re.IGNORECASE)
BARE = re.compile(
    r"\b(?:ticket|incident|case|number|report|request|issue)\s*(?:no\.?|nr\.?|number)?\s*0*([1-9]\d{0,8})\b",
    re.IGNORECASE,
)
ONLY_DIGITS = re.compile(r"\A\W*0*([1-9]\d{0,8})\W*\Z")
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")

SKIPPED = re.compile(r"\b(?:skip|next|don'?t know|no idea|not sure|unsure)\b", re.IGNORECASE)
URGENCY = (
    (
        Level.LOW,
        r"nuisance|annoy\w*|minor|not urgent|not so bad|not that bad|can wait|no hurry|cosmetic|"
        r"lästig|stört nur|nicht (?:dringend|so schlimm|eilig)|kann warten|eilt nicht|keine eile",
    ),
    (
        Level.MEDIUM,
        r"work ?around|still work|can work|keep working|partly|somewhat|"
        r"umgehen|teilweise|kann (?:noch |trotzdem |weiter)+ ?arbeiten|geht noch",
    ),
    (
        Level.HIGH,
        r"can(?:no|')?t work|can not|cannot|blocked|completely|stop(?:s|ped)?|very bad|urgent|nothing works|"
        r"kann (?:gar |überhaupt )?nicht (?:mehr |weiter ?)*arbeiten|blockiert|dringend|geht (?:gar )?nichts",
    ),
)
REACH = (
    (
        Reach.ME,
        r"(?:only|just) (?:for )?me|nobody else|no one else|not others|myself|nur (?:ich|bei mir)|sonst niemand",
    ),
    (
        Reach.SITE,
        r"(?:whole|entire|my|our) (?:floor|office|building|site)|site|standort|"
        r"(?:ganze[rsn]?|unsere?|meine?|im) (?:büro|etage|stockwerk|gebäude)",
    ),
    (Reach.EVERYBODY, r"many|every(?:one|body)|all of us|entire|company|customers|alle|viele|jeder|firma"),
    (
        Reach.TEAM,
        r"team|department|colleagues?|a few|some|several|two of us|three of us|others|"
        r"abteilung|kolleg\w+|einige|mehrere|andere",
    ),
)
EMPTY = """
    a an the i i'd i'm i've id im my me we our you your he she it its it's this that there there's
    is are was be have has had got need want would like to please pls plz can could may
    report reporting open create log raise make submit file start new another some something
    problem problems issue issues trouble troubles incident incidents ticket tickets
    request requests case help with about for on of in and hi hello hey good morning
    afternoon evening dear team support wrong add more info information details detail note
    comment additional extra further one thing broken not working doesn't does work
    computer laptop pc device yes no nope
"""
EMPTY_WORDS = frozenset(EMPTY.split())
MACHINES = frozenset({"computer", "laptop", "pc"})
FOLLOWS = re.compile(
    r"\A\W*(?:and|also|it|it's|its|that|this|still|same|the same|plus|now it)\b", re.IGNORECASE
)
SHORT = 12
"""More words than this tell a story of their own."""

NEXT = re.compile(
    r"\A\W*(?:(?:ok(?:ay)?|done|did (?:that|it|so)|next(?: step| one)?|go on|continue|ready)\W*)+\Z",
    re.IGNORECASE,
)

WISHES = re.compile(r"\b(?:please|pls|plz|go ahead|do (?:it|that|so))\b", re.IGNORECASE)
SETTLES = re.compile(
    r"\b(?:solved?|close|works?|working|help(?:s|ed)|fix(?:ed|es)|done|good|fine)\b", re.IGNORECASE
)
MORE = re.compile(r"\b(?:again|\d|two|three|four|several|many)\b", re.IGNORECASE)
DOING = "re-?set|unlock|re-?start|re-?boot|clear|fix|repair|install|enable|renew|replace|empty|sort"
ACT = re.compile(
    r"\A\W*(?:(?:ok(?:ay)?|so|and|but|then|well|yes|no)\W+)*(?:"
    r"(?:please\W+)?(?:can|could|would|will) (?:you|u|someone|somebody|anyone|support) "
    rf"(?:(?:please|pls|just|maybe|not) )*(?:{DOING}|do) (?:it|that|this|them)"
    rf"|(?:please|pls|plz) (?:{DOING}) (?:it|that|this|them)"
    rf"|(?:{DOING}|do) (?:it|that|this|them)(?= for me)"
    r")(?: (?:out|for me|now|please|then|instead|from (?:there|your (?:side|end))))*\W*\Z",
    re.IGNORECASE,
)
RUDE = re.compile(
    r"\b(?:fuck\w*|f\*+\w*|wtf|shit\w*|bullshit|crap\w*|idiot\w*|moron\w*|stupid\w*|dumb\w*|useless|pathetic|"
    r"garbage|rubbish|(?:this is|what) a joke|hate you|piece of junk|schei(?:ß|ss)\w*|blöd\w*|dumm\w*|nutzlos\w*|unbrauchbar)(?!\w)",
    re.IGNORECASE,
)
SOMEBODY_ELSE = re.compile(
    r"\b(?:colleagues?|boss|co-?workers?|team ?mates?|his|her|someone else|somebody else)\b"
    r"|\b\w+['’]s (?:open )?(?:incidents?|tickets?|cases?|requests?)\b",
    re.IGNORECASE,
)
NO_SPACES = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af]{4}")
"""Scripts that put nothing between their words."""

SIGNS = {"👍": "affirm", "👌": "affirm", "✅": "affirm", "👎": "deny", "❌": "deny"}

PLACES = (
    r"first|1st|erste\w*",
    r"second|2nd|zweite\w*",
    r"third|3rd|dritte\w*",
    r"fourth|4th|vierte\w*",
    r"fifth|5th|fünfte\w*",
)
ALL = re.compile(r"\b(?:both|all(?: of them)?|all three|beide|alle)\b", re.IGNORECASE)
LAST = re.compile(r"\b(?:last one|the last|letzte\w*)\b", re.IGNORECASE)
TOO = re.compile(r"\b(?:too|also|as well|likewise|same (?:for|with|goes)|auch|ebenso)\b", re.IGNORECASE)

ORDINALS = (r"\b(?:first|1st|one|top)\b", r"\b(?:second|2nd|two)\b", r"\b(?:third|3rd|three|last)\b")


def number_in(text: str) -> str | None:
    """The incident number in these words, as `INC-000123`, also “ticket 123” or nothing but “123”."""
    found = NUMBERED.search(text) or BARE.search(text) or ONLY_DIGITS.match(text)
    return number_of(int(found.group(1))) if found else None


def names_number(text: str) -> bool:
    """Whether an incident is named so plainly that it cannot be a room or a version."""
    return NUMBERED.search(text) is not None


def is_only_number(text: str) -> bool:
    """Whether an incident is named and nothing else is said."""
    return NUMBERED.fullmatch(text.strip(" .?!")) is not None


def has_content(text: str) -> bool:
    """Whether the words say what is wrong, rather than that something is."""
    words = folded(text)
    return bool(telling_words(text)) or (not MACHINES.isdisjoint(words) and len(words) > 2)


def telling_words(text: str) -> set[str]:
    """The words that say something of what it is about, folded."""
    return {word for word in folded(text) if word not in EMPTY_WORDS}


def folded(text: str) -> list[str]:
    """The words, in small letters and with straight apostrophes."""
    return [word.casefold().replace("’", "'") for word in WORD.findall(text)]


def is_tiny(text: str) -> bool:
    """Too short to be a report."""
    if NO_SPACES.search(text):
        return False
    return len(WORD.findall(text)) < 2 or len(text) < 8


def is_wordless(text: str) -> bool:
    """Nothing but signs: no model was taught what they mean."""
    return not any(letter.isalnum() for letter in text)


def read_sign(text: str) -> str | None:
    """The intent of a lone sign that everybody reads alike."""
    return SIGNS.get(text.strip()[:1])


def is_another_script(text: str) -> bool:
    """Whether most of the letters are none that the bot learned to read."""
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum("LATIN" not in unicodedata.name(letter, "") for letter in letters) > len(letters)


def asks_for_it(text: str) -> bool:
    """“Yes, please”: a wish, and no answer to whether something helped."""
    return WISHES.search(text) is not None and SETTLES.search(text) is None


def asks_to_act(text: str) -> bool:
    """“Can you reset it for me?”: something is to be done, and nothing new is told."""
    return ACT.match(text) is not None


def is_rude(text: str) -> bool:
    """Whether somebody has lost patience with us."""
    return RUDE.search(text) is not None


def tells_what(text: str) -> bool:
    """Whether there is more than that something fails again, or how many things do."""
    return has_content(MORE.sub(" ", text))


def is_about_somebody_else(text: str) -> bool:
    """Whether incidents of another person are meant."""
    return SOMEBODY_ELSE.search(text) is not None


def read_urgency(text: str) -> Level | None:
    """How badly it stops the person, if they said so."""
    return _first(URGENCY, text)


def read_reach(text: str) -> Reach | None:
    """Who else is affected, if they said so."""
    return _first(REACH, text)


def is_skipped(text: str) -> bool:
    """Whether the person would rather not answer a question."""
    return SKIPPED.search(text) is not None


def follows_up(text: str) -> bool:
    """Whether the words go on about what was said before."""
    return FOLLOWS.match(text) is not None and len(text.split()) <= SHORT


def says_next(text: str) -> bool:
    """Whether the words ask for the next step and say nothing about whether it helped."""
    return NEXT.match(text) is not None


def read_ordinal(text: str) -> int | None:
    """The 0-based place in a list that is spoken of: “the second one worked”."""
    return next((place for place, form in enumerate(ORDINALS) if re.search(form, text, re.IGNORECASE)), None)


def read_places(text: str, count: int) -> tuple[int, ...]:
    """The 0-based places in a list of `count` that are spoken of: “the first and the third”, “both”, “the last”."""
    if ALL.search(text):
        return tuple(range(count))
    named = [
        at for at, form in enumerate(PLACES[:count]) if re.search(rf"\b(?:{form})\b", text, re.IGNORECASE)
    ]
    if LAST.search(text) and count - 1 not in named:
        named.append(count - 1)
    return tuple(named)


def says_too(text: str) -> bool:
    """Whether what was said of the one before holds for this one, too."""
    return TOO.search(text) is not None and len(text.split()) <= SHORT


def _first[Answer](forms: tuple[tuple[Answer, str], ...], text: str) -> Answer | None:
    return next(
        (answer for answer, form in forms if re.search(rf"\b(?:{form})\b", text, re.IGNORECASE)), None
    )
