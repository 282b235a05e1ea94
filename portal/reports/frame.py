"""What every page of the reports shows around its figures: the question, and what may be chosen."""

from firstline.i18n import gettext as _
from incidents import administration, services
from incidents.reports import counting, wording
from incidents.reports.models import Mailing
from knowledge_base import articles
from portal import charts
from portal.display import CHANNELS
from portal.reports import asked
from portal.reports.asked import Asked


def filter_words(kept: Mailing) -> str:
    """What somebody's report is about, in words."""
    named = [
        next((one.name for one in services.list_services() if one.id == kept.service_id), ""),
        next((one.name for one in administration.list_teams() if one.id == kept.team_id), ""),
        next((one.name for one in articles.categories() if one.slug == kept.category), ""),
        str(CHANNELS[kept.channel][1]) if kept.channel in CHANNELS else "",
        f"P{kept.priority}" if kept.priority else "",
    ]
    return ", ".join(name for name in named if name) or _("everything")


def common(question: Asked) -> dict[str, object]:
    return {
        "asked": question,
        "scope": question.scope,
        "spans": asked.SPANS,
        "since_ever": (first := counting.first_day()),
        "is_comparable": first is not None and first <= question.scope.before().since,
        "channels": CHANNELS,
        "categories": articles.categories(),
        "services": services.list_services(),
        "teams": administration.list_teams(),
        "value_words": wording.value_words,
        "compared": wording.compared,
        "verdict": wording.verdict,
        "drawn": charts.drawn,
    }
