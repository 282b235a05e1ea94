"""What attempts at self-help came to, and what showing fixes changed against the hold-out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Select, and_, select

from firstline.i18n import gettext, percent
from firstline.i18n import lazy_gettext as _
from incidents import followup, holdout, holdout_effect
from incidents.reports.boards import Board, Row, Span
from knowledge_base import effect
from knowledge_base.intervals import Share
from knowledge_base.models import Attempt

DURABLE = "durable"
OUTCOMES = {words: outcome for outcome, words in effect.OUTCOMES.items()}


def _count(span: Span) -> Sequence[Row]:
    found = followup.came_to(_within(span))
    whole = found.outcomes.total()
    if not whole:
        return []
    rows = [Row(key=key, number=found.outcomes[outcome], of=whole) for key, outcome in OUTCOMES.items()]
    return [*rows, _durable(found.lasting)]


def _durable(lasting: Share) -> Row:
    low, high = lasting.interval
    note = gettext("95 %% interval %(low)s to %(high)s", low=_percent(low), high=_percent(high))
    return Row(key=DURABLE, number=lasting.count, of=lasting.of or None, note=note)


def difference() -> str:
    """What the newest draw says, in a sentence; that nothing is known where nothing is."""
    drawn = next(iter(holdout.draws()), None)
    found = holdout_effect.compare(drawn).unaided if drawn else None
    if found is None:
        return gettext(
            "Difference to a hold-out: not known. An administrator can hold fixes back from a share."
        )
    sentence = gettext(
        "Of those shown fixes %(value)s points more needed no support than of the hold-out "
        "(95 %% interval %(low)s to %(high)s), in the whole draw."
    )
    points = {name: f"{100 * getattr(found, name):+.1f}" for name in ("value", "low", "high")}
    return sentence % points


def _percent(share: float) -> str:
    return percent(share)


def _within(span: Span) -> ColumnElement[bool]:
    counted = Attempt.is_held_out.is_(False) & Attempt.offers.any()
    return and_(span.holds(Attempt.created_at), counted, *_passes(span))


def _passes(span: Span) -> Iterator[ColumnElement[bool]]:
    """An attempt has a channel and a category of its own; the rest only its incident knows."""
    chosen = span.scope.chosen
    if "channel" in chosen:
        yield Attempt.channel == chosen["channel"]
    if "category" in chosen:
        yield Attempt.category_slug == chosen["category"]
    others = replace(span, scope=span.scope.only({"service_id", "team_id", "priority"}))
    yield others.passes(Attempt.incident_id)


def _behind(span: Span, key: str) -> Select[int]:
    which = followup.LASTED if key == DURABLE else Attempt.outcome == OUTCOMES[key]
    named = Attempt.incident_id.is_not(None)
    return select(Attempt.incident_id).where(_within(span), named, which)  # type: ignore[return-value]


BOARD = Board(
    slug="deflection",
    label=_("Deflection"),
    definition=_(
        "Attempts in the range at which somebody was shown a fix, by what came of them. For good: said to be "
        "solved and not reported again within seven days, of all attempts old enough to know."
    ),
    leaves_out=_("Attempts without a fitting fix, and the hold-out. Silence is silence, not a success."),
    filtered=_(
        "With a service, team or priority: attempts that led to no incident. Channel and category are the attempt's own."
    ),
    count=_count,
    behind=_behind,
    words={
        "solved_said": _("said that it solved it"),
        "went_on": _("went on to support"),
        "silent": _("no answer, sent to support"),
        "abandoned": _("left without a word"),
        "undecided": _("not answered yet"),
        DURABLE: _("solved for good"),
    },
)
