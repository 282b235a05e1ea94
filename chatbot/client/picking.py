"""“The first and the third are solved”, “the third too”: several of the incidents that were shown last."""

from collections.abc import Callable
from dataclasses import replace

from chatbot.client import own_incidents
from chatbot.client.memory import Memory
from chatbot.client.moment import Answer, Moment
from chatbot.client.reading import read_places, says_too
from incidents.models import OPEN

DEEDS: dict[str, Callable[[Moment], Answer]] = {
    "solved": own_incidents.solved,
    "not_solved": own_incidents.not_solved,
    "check_status": own_incidents.check_status,
}


def deed(moment: Moment, intent: str) -> str | None:
    """What is to be done with the places named, by the intent, or as with the one before; None without any."""
    if len(moment.memory.listed) < 2 or not read_places(moment.words, len(moment.memory.listed)):
        return None
    if moment.memory.did and says_too(moment.words) and intent != "not_solved":
        return moment.memory.did
    return intent if intent in DEEDS else None


def each(moment: Moment, what: str) -> Answer:
    """Do it with each of them, one after the other."""
    listed = moment.memory.listed
    named = [listed[place] for place in read_places(moment.words, len(listed))]
    # Without the words: of a single incident “the third” would name its third fix.
    alone = replace(moment, words="", is_pressed=True)
    given = [DEEDS[what](replace(alone, data={"incident": number})) for number in _in_order(moment, named)]
    others = tuple(one for one in moment.memory.others if one not in named)
    memory = given[-1].memory.but(listed=listed, did=what, others=others)
    told = tuple(message for one in given for message in one.messages)
    ids = tuple(one.incident_id for one in given if one.incident_id is not None)
    return Answer(told, memory, ids[0] if ids else None, also_about=ids[1:])


def kept(moment: Moment, intent: str, memory: Memory) -> Memory:
    """What was shown last can still be named, until something else is shown or logged."""
    if memory.listed or not moment.memory.listed or intent in {"start_over", "report_problem"}:
        return memory
    did = intent if intent in {"solved", "not_solved"} else memory.did or moment.memory.did
    return memory.but(listed=moment.memory.listed, did=did)


def _in_order(moment: Moment, named: list[str]) -> list[str]:
    """Those still open first, so that one that is over cannot hold up the rest."""
    return sorted(named, key=lambda number: own_incidents.own(moment.person, number).state not in OPEN)
