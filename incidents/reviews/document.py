"""A review as Markdown: for the knowledge base, for files, and for paper."""

from datetime import datetime

from firstline.i18n import gettext as _
from incidents.reviews import consequences, story
from incidents.reviews.models import Action, Review
from incidents.reviews.story import Beat

NOT_KNOWN = "–"


def markdown(review: Review) -> str:
    """The whole review; times are UTC, so that readers elsewhere read the same."""
    parts = [
        (_("Summary"), review.summary),
        (_("Consequences"), _cost(review)),
        (_("Causes"), review.causes),
        (_("Contributing factors"), review.factors),
        (_("What went well"), review.went_well),
        (_("What did not"), review.went_badly),
        (_("Actions"), "\n".join(_action(action) for action in review.actions)),
        (_("What happened, times in UTC"), "\n".join(_beat(beat) for beat in story.gather(review))),
    ]
    return "\n\n".join(f"## {heading}\n\n{text}" for heading, text in parts if text.strip())


def _cost(review: Review) -> str:
    found = consequences.of(review)
    hours = NOT_KNOWN if found.lost_hours is None else f"{found.lost_hours:.1f}"
    lines = [
        _("People affected: %(n)s", n=found.people),
        _("Minutes of downtime: %(n)s", n=_or_not_known(found.downtime_minutes)),
        _("Hours of work at most lost (people × downtime): %(n)s", n=hours),
        _("Answered in time: %(said)s", said=_yes_or_no(found.responded_in_time)),
        _("Resolved in time: %(said)s", said=_yes_or_no(found.resolved_in_time)),
        _("Cost: %(n)s", n=_or_not_known(found.cost)),
    ]
    return "\n".join(f"- {line}" for line in lines)


def _action(action: Action) -> str:
    mark = "x" if action.done_at else " "
    return f"- [{mark}] {_one_line(action.text)} ({action.owner.name}, {action.due_on.isoformat()})"


def _beat(beat: Beat) -> str:
    who = f"{beat.who}: " if beat.who else ""
    words = f" - {_one_line(beat.words)}" if beat.words else ""
    return f"- {_time(beat.at)} {who}{_one_line(beat.what)}{words}"


def _time(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def _one_line(text: str) -> str:
    """Words of people cannot become headings or links of ours."""
    line = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in r"\`*_[]<>#|" else sign for sign in line)


def _or_not_known(number: int | None) -> str:
    return NOT_KNOWN if number is None else str(number)


def _yes_or_no(said: bool | None) -> str:
    return {None: NOT_KNOWN, True: _("yes"), False: _("no")}[said]
