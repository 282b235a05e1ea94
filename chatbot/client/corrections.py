"""“No, I meant ...”: what was taken wrong is put right, and authors get to see it."""

import re
from collections.abc import Callable
from dataclasses import replace

from chatbot.client import own_incidents, wording
from chatbot.client.memory import Memory, Question
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.reading import WORD, has_content, read_reach, read_urgency
from firstline.i18n import gettext as _
from incidents import conversation, lifecycle
from incidents.assessment import assess
from incidents.models import Channel, Incident, State

MEANT = re.compile(
    r"\A\W*(?:(?:no+|nope|nah|sorry|wait|oops|actually|hm+|well|but)\b[\s,.!;:–-]*){0,3}"
    r"(?:what )?i (?:actually |really |just )?(?:meant|mean|was (?:asking|talking) about)"
    r"(?: to (?:say|write|ask))?(?: is| was| that)?\b[\s,:;.–-]*",
    re.IGNORECASE,
)
WRONG = re.compile(
    r"\A\W*(?:(?:no+|nope|sorry|wait|actually)\b[\s,.!;:–-]*){0,3}(?:"
    r"(?:that'?s|that is|this is) not what i (?:meant|said|asked(?: for)?|wanted)|"
    r"you (?:got|understood|took) (?:me|that|it) wrong|you misunderstood(?: me)?|"
    r"that'?s (?:the )?wrong (?:one|thing))\b[\s,:;.!–-]*",
    re.IGNORECASE,
)
A_FRAGMENT = 3
"""Up to so many words correct a detail; more of them tell the trouble anew."""

RATING = 8
"""A correction of how bad it is has at most this many words."""

AFTER_A_REPORT = {Question.HELPED, Question.URGENCY, Question.IMPACT, Question.OUTAGE, Question.MEANT, None}
NOT_BEGUN = {State.OFFERED, State.QUEUED}
ANEW = frozenset({"affirm", "deny", "inform", "unsure", "add_information", "not_solved", "solved"})
"""Intents that say nothing of what a correction is about: then it is a report."""


def meant(words: str) -> str | None:
    """What somebody says they meant, perhaps nothing; None where they correct nothing."""
    text = words.replace("’", "'")
    for form in (MEANT, WRONG):
        found = form.match(text)
        if found is not None:
            return text[found.end() :].strip()
    return None


def without_excuse(words: str) -> str:
    """What is to be understood of the words."""
    return meant(words) or words


def put_right(moment: Moment, intent: str, handle: Callable[[Moment, str], Answer]) -> Answer:
    """Correct what the last turns did; `handle` answers words that are nothing but themselves."""
    return replace(_put_right(moment, intent, handle), corrects=True)


def _put_right(moment: Moment, intent: str, handle: Callable[[Moment, str], Answer]) -> Answer:
    words = moment.words if moment.memory.asked == Question.MEANT else meant(moment.words)
    if not words:
        memory = moment.memory.but(asked=Question.MEANT, draft=None)
        return say(memory, wording.text(_("Sorry, I took that wrong. What did you mean?")))
    incident = _just_logged(moment)
    if incident is not None and _is_rating(words):
        return _rate(moment, incident, words)
    if incident is not None and len(WORD.findall(words)) <= A_FRAGMENT:
        return _add(moment, incident, words)
    anew = replace(moment, words=words, memory=Memory())
    given = handle(anew, "report_problem" if intent in ANEW and has_content(words) else intent)
    return given if incident is None else _instead(moment, incident, given)


def _just_logged(moment: Moment) -> Incident | None:
    """The incident that the conversation is about, as long as nobody works on it."""
    if moment.memory.incident is None or moment.memory.asked not in AFTER_A_REPORT:
        return None
    incident = own_incidents.own(moment.person, moment.memory.incident)
    return incident if incident.state in NOT_BEGUN and incident.channel == Channel.CHAT else None


def _is_rating(words: str) -> bool:
    return len(words.split()) <= RATING and bool(read_reach(words) or read_urgency(words))


def _rate(moment: Moment, incident: Incident, words: str) -> Answer:
    assess(incident.id, by=moment.person, urgency=read_urgency(words), reach=read_reach(words))
    told = _("Sorry. I have corrected that on %(number)s.", number=incident.number)
    return say(moment.memory.but(misses=0), wording.text(told), incident_id=incident.id)


def _add(moment: Moment, incident: Incident, words: str) -> Answer:
    note = _("Correction: %(words)s", words=words)
    conversation.say(incident.id, by=moment.person, text=note, channel=Channel.CHAT)
    told = _("Sorry. I have added your correction to %(number)s.", number=incident.number)
    buttons = wording.outcome_buttons(incident) if incident.state == State.OFFERED else ()
    return say(moment.memory.but(misses=0), wording.text(told, *buttons), incident_id=incident.id)


def _instead(moment: Moment, incident: Incident, given: Answer) -> Answer:
    """The misunderstood report is withdrawn, with what stands in its place."""
    note = _("A misunderstanding. What was meant: %(words)s", words=meant(moment.words) or moment.words)
    lifecycle.change(incident.id, lifecycle.Change(to=State.CANCELLED, note=note), by=moment.person)
    told = _("Sorry, I took that wrong: %(number)s is withdrawn.", number=incident.number)
    return replace(given, messages=(wording.text(told), *given.messages))
