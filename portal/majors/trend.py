"""The evidence of a trend as it is drawn: a week of counts, what was usual, and now."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import format_datetime, format_time

from firstline.i18n import gettext as _
from incidents.trends import watching

HEIGHT, STEP, GROUND = 70, 4, 78
TABLE_HOURS = 24


@dataclass(frozen=True)
class Bar:
    """One hour; `x`, `height` in units of the drawing."""

    at: datetime
    count: int
    usual: float
    x: int
    height: float
    is_now: bool

    @property
    def words(self) -> str:
        """In plain words: a drawing shows no markup."""
        return f"{format_datetime(self.at, _('EEE d MMM'))} {format_time(self.at, 'HH:mm')}: {self.count}"

    @property
    def day(self) -> str:
        return str(format_datetime(self.at, _("EEE d MMM")))


def for_page(major_id: int) -> Mapping[str, object]:
    """Nothing where a person proposed it."""
    trend = watching.of_major(major_id)
    if trend is None:
        return {"trend": None}
    most = max([*trend.hours, *trend.usual, 1])
    last = trend.at.replace(minute=0, second=0, microsecond=0)
    many = len(trend.hours)
    bars = [
        Bar(
            at=last - timedelta(hours=many - 1 - place),
            count=count,
            usual=trend.usual[place],
            x=place * STEP,
            height=round(HEIGHT * count / most, 1),
            is_now=place == many - 1,
        )
        for place, count in enumerate(trend.hours)
    ]
    line = " ".join(f"{bar.x + STEP / 2},{round(GROUND - HEIGHT * bar.usual / most, 1)}" for bar in bars)
    return {"trend": trend, "bars": bars, "usual_line": line, "ground": GROUND, "table": bars[-TABLE_HOURS:]}
