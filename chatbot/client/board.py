"""What conversations came to, for the reports."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, case, or_, select

from chatbot.client.models import Conversation, ConversationIncident, Turn
from firstline.i18n import lazy_gettext as _
from incidents.models import Incident, Resolution, State
from incidents.reports.boards import Board, Row, Span, shares

_OF_IT = ConversationIncident.conversation_id == Conversation.id
_REPORTED = select(ConversationIncident.incident_id).where(_OF_IT).correlate(Conversation)
_SOLVED = (
    select(Incident.id)
    .join(ConversationIncident, ConversationIncident.incident_id == Incident.id)
    .where(
        _OF_IT,
        Incident.resolution == Resolution.SELF_SERVICE,
        Incident.state.in_([State.RESOLVED, State.CLOSED]),
    )
    .correlate(Conversation)
    .exists()
)
_HANDED = or_(Conversation.handed_over_at.is_not(None), Conversation.handed_to_id.is_not(None))
_SPOKEN = select(Turn.id).where(Turn.conversation_id == Conversation.id).exists()
_outcome = case(
    (_HANDED, "handed"),
    (_SOLVED, "solved"),
    (_REPORTED.exists(), "reported"),
    (_SPOKEN, "talked"),
    else_="silent",
)
"""The first that holds."""


def _count(span: Span) -> Sequence[Row]:
    return shares(_outcome, _within(span), BOARD.words)


def _within(span: Span) -> ColumnElement[bool]:
    begun = span.holds(Conversation.started_at)
    passes = span.passes(ConversationIncident.incident_id)
    return begun & _REPORTED.where(passes).exists() if span.scope.chosen else begun


def _behind(span: Span, key: str) -> Select[int]:
    said = select(ConversationIncident.incident_id).join(Conversation, _OF_IT)
    passes = span.passes(ConversationIncident.incident_id)
    return said.where(_within(span), passes, _outcome == key)


BOARD = Board(
    slug="bot",
    label=_("What the chat came to"),
    definition=_(
        "Conversations begun in the range, each by the first of these that holds today: handed to a person, "
        "solved by a known fix, became an incident, answered without one, opened and not used."
    ),
    leaves_out=_("How well the bot understood: authors see that where they label what people said."),
    filtered=_("Conversations without an incident: they have nothing that could be filtered."),
    count=_count,
    behind=_behind,
    words={
        "solved": _("solved by a known fix"),
        "reported": _("became an incident"),
        "handed": _("handed to a person"),
        "talked": _("answered without an incident"),
        "silent": _("opened and not used"),
    },
)
