"""“Why?”, asked back: the reason of our question, and the question stays open."""

import re

from chatbot.client import wording
from chatbot.client.memory import Question
from chatbot.client.messages import Button
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.offers import reach_question, urgency_question
from chatbot.client.own_incidents import spoken_of
from firstline.i18n import gettext as _

WHY = re.compile(
    r"\A\W*(?:(?:but|and|ok(?:ay)?|aber)\W+)?(?:why|what for|warum|wieso|wozu)"
    r"(?: (?:do|would|should|must) (?:you|i) (?:ask|need|want|know|say|tell)\b.{0,30}"
    r"| (?:is|does|do|would) (?:that|this|it|they)\b.{0,20}| that| (?:willst|wollen|fragst|fragen|brauchst)\b.{0,30})?\W*\Z",
    re.IGNORECASE,
)


def is_why(words: str) -> bool:
    """Whether these words ask for nothing but our reason."""
    return WHY.match(words) is not None


def explain(moment: Moment) -> Answer:
    """Why we ask, with the same buttons as before."""
    asked = moment.memory.asked
    assert asked is not None, "only a question of ours has a reason"
    return say(moment.memory.but(misses=0), wording.text(_reason(asked), *_buttons(moment, asked)))


def _reason(asked: Question) -> str:
    reasons = {
        Question.WHAT: _("Your words are what support reads first, and what I look for fixes with."),
        Question.HELPED: _("If a fix helped, I close it and offer that fix to others. If not, support takes it on."),
        Question.STEP: _("If this step did it, you need no further one. If not, we try the next."),
        Question.URGENCY: _("So that support sees first to what stops people. You can leave it out."),
        Question.IMPACT: _("What many have is seen to sooner, and we tell you all at once. You can leave it out."),
        Question.INFORMATION: _("It saves support asking you for it."),
        Question.REPORT: _("Because I am not sure I understood you. A report is read by a person."),
        Question.OUTAGE: _("If it is that, you need to do nothing and hear when it is over. If not, I look for fixes."),
        Question.REASON: _("Support decides by it what has to wait instead."),
        Question.MEANT: _("Because I took your words for something else."),
        Question.WITHDRAW: _("Nobody looks at it any more once it is withdrawn."),
        Question.SAME: _("So that nobody works on the same trouble twice, and you are told once."),
    }  # fmt: skip
    return reasons[asked]


def _buttons(moment: Moment, asked: Question) -> tuple[Button, ...]:
    if asked == Question.URGENCY:
        return urgency_question().buttons
    if asked == Question.IMPACT:
        return reach_question().buttons
    if asked in {Question.REPORT, Question.OUTAGE, Question.SAME, Question.WITHDRAW}:
        return wording.yes_no(_("Yes"), _("No"))
    incident = spoken_of(moment)
    return wording.outcome_buttons(incident) if incident and asked == Question.HELPED else ()
