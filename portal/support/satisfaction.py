"""What requesters say of the help they got, for leads."""

from flask import render_template

from incidents.policy import Action, require
from incidents.resolutions import rating
from portal.access import person

DAYS = 28


def show() -> str:
    require(person(), Action.SEE_SATISFACTION)
    counts = rating.counts(days=DAYS)
    return render_template(
        "support/satisfaction.html",
        said=rating.latest(),
        counts=counts,
        total=sum(counts.values()),
        days=DAYS,
    )
