"""Answers about the person's own incidents, and nobody else's."""

from chatbot.client import wording
from chatbot.client.memory import Memory, Question
from chatbot.client.messages import Button
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.offers import ask_urgency, offer_report
from chatbot.client.payloads import payload
from chatbot.client.reading import has_content, is_about_somebody_else, number_in, read_ordinal
from chatbot.client.reports import log
from firstline.i18n import gettext as _
from incidents import continuing, lifecycle, queue, selfhelp
from incidents.errors import NotFound
from incidents.models import OPEN, Channel, Incident, State, number_of
from incidents.people import Person
from incidents.resolutions import rating
from incidents.resolutions.models import Score

MOST_LISTED = 5
WITH_SUPPORT = frozenset({State.QUEUED, State.IN_PROGRESS, State.WAITING})


def check_status(moment: Moment) -> Answer:
    """Where the named incident stands, else the one spoken about, else the latest."""
    incident = target(moment, open_only=False)
    if incident is None:
        return _none_reported(moment)
    told = f"{incident.number}: {wording.state_in_words(incident, moment.person)}"
    buttons = wording.status_buttons(incident)
    others = Button(_("Show all my incidents"), payload("list_incidents"))
    message = wording.text(told, *buttons, others, incident=incident)
    memory = moment.memory.but(incident=incident.number, asked=None, draft=None, misses=0)
    return say(memory, message, incident_id=incident.id)


def list_incidents(moment: Moment) -> Answer:
    """The person's open incidents, newest first."""
    mine = queue.mine(moment.person, open_only=True, limit=MOST_LISTED + 1)
    if not mine:
        return _none_reported(moment)
    shown = [
        wording.text(f"{one.number}: {wording.state_in_words(one, moment.person)}", incident=one)
        for one in mine
    ]
    if is_about_somebody_else(moment.words):
        shown.insert(0, wording.text(_("I show nobody the incidents of others. Yours are these.")))
    first = _("You have one open incident.") if len(mine) == 1 else _("These are your open incidents.")
    if len(mine) > MOST_LISTED:
        first = _("These are your latest open incidents; “My incidents” shows them all.")
    memory = moment.memory.but(misses=0, listed=tuple(one.number for one in mine[:MOST_LISTED]))
    return say(memory, wording.text(first), *shown[:MOST_LISTED])


def add_information(moment: Moment) -> Answer:
    """Add the person's words to an incident of theirs."""
    incident = target(moment)
    words = moment.memory.draft if moment.is_pressed and moment.memory.draft else moment.words
    if incident is None:
        return _which(moment, words)
    if not has_content(words) and not moment.is_pressed:
        asked = wording.text(_("What shall I add to %(number)s?", number=incident.number))
        return say(Memory(incident=incident.number, asked=Question.INFORMATION), asked)
    said = continuing.say(incident.id, by=moment.person, text=words, channel=Channel.CHAT)
    if said.goes_on:
        incident = queue.find(moment.person, str(said.incident_id))
    done = wording.text(_("I have added that to %(number)s.", number=incident.number))
    memory = moment.memory.but(incident=incident.number, draft=None, misses=0)
    if memory.asked == Question.INFORMATION:
        memory = memory.but(asked=None)
    return say(memory, done, incident_id=incident.id)


def solved(moment: Moment) -> Answer:
    """Resolve as self-service and credit the fix that helped, where it was named."""
    incident = target(moment)
    if incident is None:
        if moment.memory.draft:
            selfhelp.answer_question(moment.person, moment.memory.draft, solved=True)
        return say(Memory(), wording.text(_("Good to hear. Tell me when something else is wrong.")))
    return resolve_with(moment, incident, moment.data.get("article") or _article_named(incident, moment))


def ask_whether_solved(moment: Moment) -> Answer:
    """“Yes, please” says what is wanted, not what came of it."""
    incident = target(moment)
    number = {"incident": incident.number} if incident else {}
    buttons = (
        Button(_("This solved it"), payload("solved", **number)),
        Button(_("I still need help"), payload("not_solved", **number)),
    )
    return say(moment.memory, wording.text(_("Did it solve it, or shall support take it on?"), *buttons))


def resolve_with(moment: Moment, incident: Incident, article: int | None) -> Answer:
    """The person says it is solved, by this fix where one is named."""
    if incident.state == State.RESOLVED:
        lifecycle.change(incident.id, lifecycle.Change(to=State.CLOSED), by=moment.person)
    else:
        selfhelp.tell_outcome(incident.id, by=moment.person, solved=True, article_id=article)
    told = _("Good. %(number)s is solved. If it comes back, tell me.", number=incident.number)
    buttons = wording.rating_buttons(incident)
    asked = [wording.text(_("How was our help?"), *buttons)] if buttons else []
    return say(Memory(incident=incident.number), wording.text(told), *asked, incident_id=incident.id)


def rate(moment: Moment) -> Answer | None:
    """A pressed button says how our help was; None when no button of ours was pressed."""
    score, incident = moment.data.get("score"), target(moment, open_only=False)
    if not moment.is_pressed or score not in set(Score) or incident is None:
        return None
    rating.rate(incident.id, Score(score), by=moment.person, channel=Channel.CHAT)
    told = _("Thank you. It is kept with %(number)s.", number=incident.number)
    return say(moment.memory.but(misses=0), wording.text(told), incident_id=incident.id)


def not_solved(moment: Moment) -> Answer:
    """The fixes did not help: support has it now, and may need to know how bad it is."""
    incident = target(moment, open_only=False)
    if incident is None and moment.memory.draft:
        return _log_unanswered(moment, moment.memory.draft)
    if incident is None:
        return (
            log(moment, moment.words)
            if has_content(moment.words) and not moment.is_pressed
            else _none_reported(moment)
        )
    note = "" if moment.is_pressed else moment.words
    kept = _("I have added your words.") + " " if note and incident.state in WITH_SUPPORT else ""
    selfhelp.tell_outcome(incident.id, by=moment.person, solved=False, note=note)
    incident = queue.find(moment.person, incident.number)
    stands = f"{kept}{incident.number}: {wording.with_team(incident, moment.person)}"
    told = wording.text(stands, incident=incident)
    messages, memory = ask_urgency(now_with_support(moment, incident), told)
    return say(memory, *messages, incident_id=incident.id)


def withdraw(moment: Moment) -> Answer:
    """Ask whether to withdraw the incident: stopping the chat is not meant by it."""
    incident = target(moment)
    if incident is None:
        return say(Memory(), wording.text(_("All right. Nothing is open in your name here.")))
    question = _("Shall I withdraw %(number)s, “%(title)s”?", number=incident.number, title=incident.title)
    memory = Memory(incident=incident.number, asked=Question.WITHDRAW)
    return say(memory, wording.text(question, *wording.yes_no(_("Yes, withdraw it"), _("No, keep it"))))


def withdraw_now(moment: Moment) -> Answer:
    incident = target(moment)
    if incident is None:
        return say(Memory(), wording.text(_("It is not open any more.")))
    lifecycle.change(incident.id, lifecycle.Change(to=State.CANCELLED), by=moment.person)
    told = _("%(number)s is withdrawn.", number=incident.number)
    return say(Memory(), wording.text(told), incident_id=incident.id)


def target(moment: Moment, *, open_only: bool = True) -> Incident | None:
    """The own incident that is meant: the button's, the named one, the one spoken about, the only one.

    Raises `NotFound` for a number that is not one of the person's own, whoever it belongs to.
    """
    named = str(moment.data.get("incident") or "") or _named(moment)
    if named:
        return own(moment.person, named)
    if moment.memory.incident:
        spoken_of = own(moment.person, moment.memory.incident)
        if not open_only or spoken_of.state in OPEN:
            return spoken_of
    if moment.memory.draft:
        return None
    mine = queue.mine(moment.person, open_only=open_only, limit=2)
    still_open = [incident for incident in mine if incident.state in OPEN]
    return (still_open[0] if len(still_open) == 1 else None) if open_only else next(iter(mine), None)


def spoken_of(moment: Moment) -> Incident | None:
    """The incident the conversation is about, whatever became of it."""
    return own(moment.person, moment.memory.incident) if moment.memory.incident else None


def own(person: Person, number: str) -> Incident:
    """The person's own incident; support sees foreign ones in the queue, never here."""
    incident = queue.find(person, number)
    if incident.requester_id != person.id:
        raise NotFound(
            _("There is no incident %(number)s among yours. Check the number.", number=number[:20])
        )
    return incident


def now_with_support(moment: Moment, incident: Incident) -> Memory:
    """Remember that support has it, and whether we have asked how bad it is."""
    return Memory(incident=incident.number, handed_over=incident.number, rated=moment.memory.rated)


def _named(moment: Moment) -> str | None:
    return None if moment.is_pressed else number_in(moment.words)


def _article_named(incident: Incident, moment: Moment) -> int | None:
    fixes = selfhelp.fixes_of(incident.id)
    place = read_ordinal(moment.words) if not moment.is_pressed else None
    if len(fixes) == 1:
        return fixes[0].article_id
    return fixes[place].article_id if place is not None and place < len(fixes) else None


def _which(moment: Moment, words: str) -> Answer:
    mine = queue.mine(moment.person, open_only=True, limit=MOST_LISTED)
    if not mine:
        return offer_report(moment, _("You have no open incident. Shall I report this as a new one?"))
    buttons = [
        Button(f"{one.number} {one.title[:40]}", payload("add_information", incident=one.number))
        for one in mine
    ]
    asked = wording.text(_("To which of your incidents shall I add that?"), *buttons)
    return say(moment.memory.but(draft=words, asked=None, misses=0), asked)


def _none_reported(moment: Moment) -> Answer:
    told = _("You have no open incidents. Tell me what is going wrong and I log it.")
    return say(moment.memory.but(misses=0, asked=None), wording.text(told))


def _log_unanswered(moment: Moment, question: str) -> Answer:
    """A question the articles did not answer goes to support as it is."""
    answer = log(moment, question)
    assert answer.incident_id is not None, "log() always makes one"
    selfhelp.tell_outcome(answer.incident_id, by=moment.person, solved=False)
    incident = queue.find(moment.person, number_of(answer.incident_id))
    told = (
        _("%(number)s is logged.", number=incident.number) + " " + wording.with_team(incident, moment.person)
    )
    memory = Memory(incident=incident.number, handed_over=incident.number)
    return say(memory, wording.text(told, incident=incident), incident_id=incident.id)
