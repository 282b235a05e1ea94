"""Answers that log: a problem, several at once, a request, a question nobody has written a fix for."""

from dataclasses import replace

from chatbot.client import known_outages, same, troubles, wording
from chatbot.client.memory import Memory, Question
from chatbot.client.messages import Button, Message
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.offers import choices, offer_report, offered, passed_on, with_fixes
from chatbot.client.payloads import payload
from chatbot.client.reading import is_another_script, is_tiny, tells_what
from firstline.i18n import gettext as _
from incidents import conversation, intake, lifecycle, queue, selfhelp
from incidents.models import Channel, Incident, State, number_of
from knowledge_base.models import Audience
from knowledge_base.results import passage
from knowledge_base.suggest import suggest

MOST_FIXES_OF_SEVERAL = 2
MISSES_UNTIL_A_PERSON = 3


def report_problem(moment: Moment) -> Answer:
    """Log the words at once; ask for words only when there are none."""
    if not tells_what(moment.words):
        asked = wording.text(_("Tell me in your own words: what is going wrong?"))
        return say(Memory(asked=Question.WHAT, incident=moment.memory.incident), asked)
    return log(moment, moment.words)


def log(moment: Moment, words: str) -> Answer:
    """Log `words`, each trouble apart, and offer what is known; a known outage comes before any fix."""
    parts = troubles.apart(words)
    if len(parts) > 1:
        return _log_several(moment, parts)
    return same.told_before(moment, words) or _log_anew(moment, words)


def log_apart(moment: Moment) -> Answer:
    """What seemed to be told again is another trouble."""
    if not moment.memory.draft:
        return say(moment.memory.but(asked=None), choices(_("All right. What can I do for you?")))
    return _log_anew(moment, moment.memory.draft)


def one_trouble(moment: Moment) -> Answer:
    """What was logged apart is one and the same: the first keeps the words of the others."""
    first, *others = (queue.find(moment.person, number) for number in moment.data.get("incidents", ()))
    for other in others:
        if other.is_open:
            conversation.say(first.id, by=moment.person, text=other.description, channel=Channel.CHAT)
            note = _("It is the same as %(number)s.", number=first.number)
            lifecycle.change(other.id, lifecycle.Change(to=State.CANCELLED, note=note), by=moment.person)
    told = _("All right: it is all in %(number)s now, the rest is withdrawn.", number=first.number)
    again = offered(first, selfhelp.fixes_of(first.id), moment) if first.state == State.OFFERED else None
    memory = again.memory if again else Memory(incident=first.number)
    return say(memory, wording.text(told, incident=first), *_questions(again), incident_id=first.id)


def ask_howto(moment: Moment) -> Answer:
    """Answer with the passage of the best article; without one we are sure of, offer to ask support."""
    found = suggest(moment.words, audience=Audience.EVERYONE)
    if not found:
        return offer_report(moment, _("I know no article about that. Shall I pass your question to support?"))
    selfhelp.show_fixes(moment.person, moment.words, found, channel=Channel.CHAT)
    memory = moment.memory.but(asked=Question.HELPED, incident=None, draft=moment.words, misses=0)
    cards = tuple(wording.fix_card(fix) for fix in found)
    buttons = (
        Button(_("That helped"), payload("solved")),
        Button(_("I still need help"), payload("not_solved")),
    )
    told = _("Our article “%(title)s” says:", title=found[0].title)
    said = passage(found[0].article_id, moment.words)
    return say(memory, Message(f"{told}\n{said}", buttons, cards))


def unsure(moment: Moment) -> Answer:
    """Not understood: a text that could be a trouble is offered as a report, never thrown away."""
    misses = moment.memory.misses + 1
    if misses >= MISSES_UNTIL_A_PERSON:
        return give_up(moment, misses)
    if is_another_script(moment.words) and not is_tiny(moment.words):
        question = _("I do not read this script. Shall I pass it on to support in your words?")
        return offer_report(moment, question, misses=misses)
    if not is_tiny(moment.words):
        question = _("I am not sure I understood. Shall I report this as a problem?")
        return offer_report(moment, question, misses=misses)
    if misses == 1:
        asked = _("I did not get that. Tell me in a sentence what is going wrong.")
        return say(moment.memory.but(misses=misses), wording.text(asked))
    return say(moment.memory.but(misses=misses), choices(_("I still do not follow. What is it about?")))


def give_up(moment: Moment, misses: int) -> Answer:
    """The third miss in a row: a person."""
    told = _("I do not understand you well enough. A person can: shall I pass on what you wrote?")
    memory = moment.memory.but(misses=misses)
    return say(memory, wording.text(told, wording.person_button()))


def _log_anew(moment: Moment, words: str) -> Answer:
    incident, fixes = _log_one(moment, words, moment.key)
    if moment.memory.asked == Question.SAME:
        same.keep_apart(moment, incident)
    outage = known_outages.of(incident, moment.person)
    if outage is not None and incident.is_open:
        return known_outages.ask_about(incident, moment, outage)
    given = offered(incident, fixes, moment)
    return replace(given, messages=(*given.messages, *same.question(incident)))


def _log_one(moment: Moment, words: str, key: str) -> tuple[Incident, list[selfhelp.Fix]]:
    told = intake.Report(requester_id=moment.person.id, description=words, channel=Channel.CHAT, key=key)
    incident_id = intake.report(told).id
    fixes = selfhelp.offer_fixes(incident_id)
    return queue.find(moment.person, number_of(incident_id)), fixes


def _log_several(moment: Moment, parts: tuple[str, ...]) -> Answer:
    """One incident each; what came of one is asked by its number."""
    made = [_log_one(moment, part, f"{moment.key}#{place}") for place, part in enumerate(parts)]
    numbers = [incident.number for incident, _fixes in made]
    shown = [_about_one(incident, fixes, moment) for incident, fixes in made]
    ways = [_still(incident) for incident, fixes in made if fixes]
    ways.append(Button(_("It is one and the same"), payload("one_trouble", incidents=numbers)))
    told = _("These are %(many)s troubles, so I have logged each by itself.", many=len(parts))
    last = wording.text(_("Tell me what came of each."), *ways)
    several = tuple(numbers)
    memory = Memory(incident=numbers[0], asked=Question.HELPED, others=several[1:], listed=several)
    ids = tuple(incident.id for incident, _fixes in made)
    return Answer((wording.text(told), *shown, last), memory, ids[0], also_about=ids[1:])


def _still(incident: Incident) -> Button:
    title = _("%(number)s: I still need help", number=incident.number)
    return Button(title, payload("not_solved", incident=incident.number))


def _about_one(incident: Incident, fixes: list[selfhelp.Fix], moment: Moment) -> Message:
    """Its cards say themselves that they solved it."""
    if not fixes:
        return passed_on(incident, moment)
    return replace(with_fixes(incident, fixes[:MOST_FIXES_OF_SEVERAL], moment), buttons=())


def _questions(given: Answer | None) -> tuple[Message, ...]:
    return given.messages if given else ()
