"""The report as a table for a spreadsheet: one row a group, shares with the ends of their intervals."""

import csv
import io
from collections.abc import Iterator

from incidents.selfservice import SelfService
from knowledge_base.effect import ArticleTally, Tally
from knowledge_base.intervals import Share

COLUMNS = (
    "group",
    "name",
    "attempts",
    "solved_said",
    "solved_said_share",
    "solved_said_low",
    "solved_said_high",
    "went_on",
    "silent",
    "abandoned",
    "undecided",
    "said_not",
    "followed_7_days",
    "durable",
    "durable_share",
    "durable_low",
    "durable_high",
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write(found: SelfService) -> str:
    """Comma-separated, with a line of names; what cannot be known is an empty cell, never 0."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    table.writeheader()
    table.writerows(_rows(found))
    return text.getvalue()


def _rows(found: SelfService) -> Iterator[dict[str, object]]:
    yield {"group": "all", **_tally(found.whole)}
    for week, tally in sorted(found.weeks.items()):
        yield {"group": "week", "name": week.isoformat(), **_tally(tally)}
    for channel, tally in found.channels.items():
        yield {"group": "channel", "name": channel, **_tally(tally)}
    for line in found.articles:
        yield {"group": "article", "name": plain(line.title), **_article(line.tally)}


def _tally(tally: Tally) -> dict[str, object]:
    return {
        "attempts": tally.attempts,
        "went_on": tally.went_on,
        "silent": tally.silent,
        "abandoned": tally.abandoned,
        "undecided": tally.undecided,
        "followed_7_days": tally.followed,
        **_share("solved_said", tally.said),
        **_share("durable", tally.lasting),
    }


def _article(tally: ArticleTally) -> dict[str, object]:
    return {
        "attempts": tally.offered,
        "said_not": tally.failed,
        "followed_7_days": tally.followed,
        **_share("solved_said", tally.said),
        **_share("durable", tally.lasting),
    }


def _share(name: str, share: Share) -> dict[str, object]:
    if share.value is None:
        return {name: ""}
    low, high = share.interval
    return {
        name: share.count,
        f"{name}_share": f"{share.value:.4f}",
        f"{name}_low": f"{low:.4f}",
        f"{name}_high": f"{high:.4f}",
    }


def plain(text: str) -> str:
    """A spreadsheet takes what begins like this for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
