"""A plain stand-in for the bot's understanding: when Rasa is away, a report must not be lost.

Only what is said in so many words is recognised; everything longer is a report.
"""

import re

from chatbot.client import german
from chatbot.client.answers import UNSURE
from chatbot.client.reading import NUMBERED, ONLY_DIGITS, SHORT, is_tiny

FORMS = (
    ("talk_to_human", r"\b(?:talk|speak|chat) (?:to|with) (?:a |an |some)|\A(?:human|person|agent)\b"),
    ("start_over", r"\A(?:please )?(?:start|begin) (?:over|again)\b|\A(?:restart|reset)\W*\Z"),
    (
        "list_incidents",
        r"\b(?:list|show|see)\b.{0,20}\b(?:incident|ticket|request)s\b|\Amy (?:incident|ticket)s\b",
    ),
    ("check_status", r"\bstatus\b|\bany (?:news|updates?)\b|\bwhat about (?:my )?(?:inc|ticket|incident|#)"),
    (
        "not_solved",
        r"\A(?:no\W+)?i still need help\b|\b(?:didn't|did not|doesn't|does not) help\b|\bnot solved\b",
    ),
    (
        "solved",
        r"\b(?:that|this|it)(?:'s| is| has)? (?:solved|fixed|helped|worked|works now)\b|\A(?:solved|fixed)\b",
    ),
    ("outage_check", r"\b(?:outages?|known issues?)\b|\Ais (?:the )?[\w -]{2,20} down\b"),
    ("ask_howto", r"\A(?:hi|hello)?\W*(?:how (?:do|can|to)|where (?:do|can|is)|what are the steps)\b"),
    ("cancel", r"\A(?:cancel|never ?mind|forget it|withdraw)\b"),
    ("thank", r"\A(?:many )?(?:thanks|thank you|thx)\b.{0,20}\Z"),
    ("bot_challenge", r"\bare you (?:a |an )?(?:bot|robot|human|person|real)\b"),
    ("help", r"\A(?:please )?help(?: me)?\W*\Z|\bwhat can you do\b"),
    ("greet", r"\A(?:hi|hello|hey|good (?:morning|afternoon|evening))(?: there| all)?\W*\Z"),
    ("goodbye", r"\A(?:good ?bye|bye|see you)\b.{0,12}\Z"),
    ("affirm", r"\A(?:yes|yep|yeah|ok|okay|sure)(?: please)?\W*\Z"),
    ("deny", r"\A(?:no|nope|no thanks)\W*\Z"),
)
PATTERNS = tuple((intent, re.compile(form, re.IGNORECASE)) for intent, form in FORMS)


def guess(text: str) -> str:
    """The intent these words plainly have, a report when they are more than a few."""
    if german.is_german(text):
        return german.read(text)
    if len(text.split()) <= SHORT:
        plain = text.strip().replace("’", "'")
        for intent, pattern in PATTERNS:
            if pattern.search(plain):
                return intent
        if NUMBERED.fullmatch(plain) or ONLY_DIGITS.match(plain):
            return "check_status"
    return UNSURE if is_tiny(text) else "report_problem"
