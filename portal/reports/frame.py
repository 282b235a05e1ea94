"""What every page of the reports shows around its figures: the question, and what may be chosen."""

from incidents import administration, services
from knowledge_base import articles
from portal import charts
from portal.display import CHANNELS
from portal.reports import asked, wording
from portal.reports.asked import Asked


def common(question: Asked) -> dict[str, object]:
    return {
        "asked": question,
        "scope": question.scope,
        "spans": asked.SPANS,
        "channels": CHANNELS,
        "categories": articles.categories(),
        "services": services.list_services(),
        "teams": administration.list_teams(),
        "value_words": wording.value_words,
        "compared": wording.compared,
        "verdict": wording.verdict,
        "drawn": charts.drawn,
    }
