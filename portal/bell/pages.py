"""What the bell shows, and that it was read."""

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from incidents.notices import WebNotice, inbox, wishes
from incidents.notices.models import Topic
from portal.access import person, signed_in_person

AT_HAND = 6
"""How many the bell itself shows; the page has all of them."""


@dataclass(frozen=True)
class Line:
    """One notice as it is shown."""

    notice: WebNotice
    headline: str
    title: str
    url: str


def for_every_page() -> dict[str, object]:
    """`bell()`: how many are unread, and the number of the latest."""
    return {"bell": _bell}


def index() -> str:
    return render_template("bell/index.html", lines=[_line(one) for one in inbox.latest(person())])


def news() -> ResponseReturnValue:
    """What came after the last one the page knows; `quiet` while it shall not be put before the person."""
    me = person()
    after = request.args.get("after", 0, type=int)
    lines = [_line(one) for one in inbox.latest(me, limit=AT_HAND, after=after)]
    return {
        "unread": inbox.unread(me),
        "quiet": wishes.is_quiet(me),
        "html": render_template(
            "bell/_lines.html", lines=[_line(one) for one in inbox.latest(me, limit=AT_HAND)]
        ),
        "items": [
            {"id": one.notice.id, "headline": one.headline, "title": one.title, "url": one.url}
            for one in lines
            if one.notice.read_at is None
        ],
    }


def read() -> ResponseReturnValue:
    """Everything that was shown is read."""
    inbox.read_all(person(), up_to=request.form.get("up_to", 0, type=int))
    return redirect(url_for("bell.index"), 303)


def _bell() -> tuple[int, int]:
    me = signed_in_person()
    return inbox.standing(me) if me is not None else (0, 0)


def _line(notice: WebNotice) -> Line:
    entry, incident = notice.entry, notice.incident
    name = entry.author.name if entry and entry.author else ""
    return Line(
        notice=notice,
        headline=inbox.headline(notice.topic, number=incident.number, name=name),
        title=incident.title,
        url=_url(notice),
    )


def _url(notice: WebNotice) -> str:
    number, me = notice.incident.number, person()
    if notice.topic == Topic.ACTION_DUE:
        return url_for("reviews.review", number=number)
    if notice.incident.requester_id == me.id or not me.is_support:
        return url_for("employee.incident", number=number)
    return url_for("support.incident", number=number)
