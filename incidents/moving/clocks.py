"""The clock of a lived incident: when it was due, what was missed, and what was told of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from incidents.models import Event
from incidents.moving.life import Life
from incidents.sla.agreements import Agreement, Book, Measure
from incidents.sla.keeping import agreed_for, keep
from incidents.sla.reckoning import MARKS, due, pending_measures
from incidents.sla.watch import BREACH, sentence


def settle(life: Life, book: Book) -> None:
    """Reckon it as `sla.keeping` would have; of what ran out before now nobody is told any more."""
    one, stops = life.incident, [stop for stop, _because in life.stops]
    agreed = agreed_for(book, one)
    keep(one, agreed, stops)
    one.marks = _told(life, agreed)
    keep(one, agreed, stops)


def tell_missed(life: Life, leads: Mapping[int | None, Sequence[str]]) -> None:
    """Put the breaches of a settled life where they happened, each with the call for the lead of its team."""
    one = life.incident
    for measure, by, done_at in (
        (Measure.RESPOND, one.respond_by, one.responded_at or one.resolved_at or one.closed_at),
        (Measure.RESOLVE, one.resolve_by, one.resolved_at or one.closed_at),
    ):
        if by < (done_at or one.stopped_at or life.now) and by < life.now:
            _say_missed(life, measure, by, leads[one.team_id])
    life.entries.sort(key=lambda entry: entry["created_at"])
    one.updated_at = life.entries[-1]["created_at"]


def _told(life: Life, agreed: Agreement) -> dict[str, int]:
    """What of an open incident was told of already, so that nobody hears of a whole year at once."""
    stops = [stop for stop, _because in life.stops]
    at = life.incident.stopped_at or life.now
    reached = {
        str(measure): max(
            (mark for mark in MARKS if due(life.incident, measure, agreed, stops, mark) <= at), default=0
        )
        for measure in pending_measures(life.incident)
    }
    return {measure: mark for measure, mark in reached.items() if mark}


def _say_missed(life: Life, measure: Measure, at: datetime, leads: Sequence[str]) -> None:
    """In the order and words of `sla.watch`."""
    words, facts = sentence(measure, BREACH), {"measure": measure, "percent": BREACH}
    life.tell(Event.LEAD_CALLED, None, words, facts={"leads": list(leads)}, is_internal=True, at=at)
    life.tell(Event.BREACHED, None, words, facts=facts, is_internal=True, at=at)
