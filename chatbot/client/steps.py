"""An offered fix one step at a time: next step, next fix, and then support.

Only what the person says counts: whoever stops in the middle has neither solved it nor failed.
"""

from collections.abc import Sequence

from chatbot.client import own_incidents, wording
from chatbot.client.memory import Question
from chatbot.client.messages import Button, Message
from chatbot.client.moment import Answer, Moment, say
from chatbot.client.payloads import payload
from chatbot.client.reading import says_next
from firstline.i18n import gettext as _
from incidents import selfhelp
from incidents.errors import NotFound
from incidents.models import Incident
from incidents.selfhelp import Fix
from knowledge_base import articles, text

MOST_STEPS = 30


def show(moment: Moment) -> Answer:
    """The step that a button asks for."""
    incident = own_incidents.own(moment.person, str(moment.data.get("incident", "")))
    fix = _offered(incident, moment.data.get("article"))
    return _step(moment, incident, fix, int(moment.data.get("at", 0)))


def go_on(moment: Moment) -> Answer:
    """“Done” or “yes” in words: the next step; after the last one, where we asked, “yes” solves it."""
    incident, fix = _walked(moment)
    at = moment.memory.step + 1
    is_over = at >= len(_all_steps(fix.article_id))
    # “Done” after the last step says that it was done, not that it worked.
    if is_over and not says_next(moment.words):
        return it_works(moment)
    return _step(moment, incident, fix, at)


def it_works(moment: Moment) -> Answer:
    """Solved, by the fix that was followed."""
    incident, fix = _walked(moment)
    return own_incidents.resolve_with(moment, incident, fix.article_id)


def did_not_help(moment: Moment) -> Answer:
    """The next fix that was offered and not followed yet; after the last one, support."""
    incident, fix = _walked(moment)
    tried = (*moment.memory.tried, fix.article_id)
    left = [other for other in selfhelp.fixes_of(incident.id) if other.article_id not in tried]
    if not left or not incident.is_open:
        return own_incidents.not_solved(moment)
    told = wording.text(_("Then let us try the next one: %(title)s.", title=left[0].title))
    given = _step(moment, incident, left[0], 0)
    return say(given.memory.but(tried=tried), told, *given.messages, incident_id=incident.id)


def _walked(moment: Moment) -> tuple[Incident, Fix]:
    """The fix that a button names, else the one that is being followed."""
    number = moment.data.get("incident") or moment.memory.incident or ""
    incident = own_incidents.own(moment.person, str(number))
    return incident, _offered(incident, moment.data.get("article") or moment.memory.followed)


def _offered(incident: Incident, article_id: object) -> Fix:
    found = next((fix for fix in selfhelp.fixes_of(incident.id) if fix.article_id == article_id), None)
    if found is None:
        raise NotFound(_("This fix was not offered for %(number)s.", number=incident.number))
    return found


def _step(moment: Moment, incident: Incident, fix: Fix, at: int) -> Answer:
    steps = _all_steps(fix.article_id)
    at = max(0, min(at, len(steps) - 1))
    memory = moment.memory.but(
        asked=Question.STEP, incident=incident.number, followed=fix.article_id, step=at, misses=0
    )
    return say(memory, _shown(incident, fix, at, steps), incident_id=incident.id)


def _all_steps(article_id: int) -> Sequence[str]:
    article = articles.find(article_id)
    found = text.steps(article.body, limit=MOST_STEPS) if article else ()
    if not found:
        raise NotFound(_("This fix has no steps any more. Tell me whether it is solved."))
    return found


def _shown(incident: Incident, fix: Fix, at: int, steps: Sequence[str]) -> Message:
    which = {"incident": incident.number, "article": fix.article_id}
    is_last = at + 1 >= len(steps)
    told = [_("Step %(n)s of %(all)s", n=at + 1, all=len(steps)) + f"\n{steps[at]}"]
    buttons = [
        Button(_("It works now"), payload("solved", **which)),
        Button(_("It did not help"), payload("step_failed", **which)),
    ]
    if is_last:
        told.append(_("That was the last step. Does it work now?"))
    else:
        buttons.insert(0, Button(_("Done, next step"), payload("step", **which, at=at + 1)))
    return wording.text("\n\n".join(told), *buttons)
