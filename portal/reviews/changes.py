"""What one does with reviews."""

from collections.abc import Callable
from datetime import UTC, date, datetime

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import to_utc

from firstline.i18n import gettext as _
from incidents.errors import Invalid, Refused
from incidents.reviews import actions, work
from incidents.reviews.models import Review
from incidents.reviews.work import Lessons
from portal.access import person
from portal.errors import status_of
from portal.reviews import pages


def begin() -> ResponseReturnValue:
    review = work.begin(request.form.get("incident", ""), by=person())
    return redirect(url_for("reviews.review", number=review.incident.number), 303)


def save(number: str) -> ResponseReturnValue:
    seen = request.form.get("seen", 0, type=int)
    return _do(number, lambda: work.save(number, _lessons(), by=person(), seen=seen), _("Saved."))


def publish(number: str) -> ResponseReturnValue:
    sentence = _("Published: support finds it among the articles.")
    return _do(number, lambda: work.publish(number, by=person()), sentence)


def close(number: str) -> ResponseReturnValue:
    return _do(number, lambda: work.close(number, by=person()), _("Closed. Everything promised is done."))


def add_moment(number: str) -> ResponseReturnValue:
    words = request.form.get("text", "")
    return _do(
        number, lambda: work.add_moment(number, _moment(), words, by=person()), _("Added to the story.")
    )


def remove_moment(number: str, moment_id: int) -> ResponseReturnValue:
    return _do(number, lambda: work.remove_moment(number, moment_id, by=person()), _("Taken out."))


def promise(number: str) -> ResponseReturnValue:
    def add() -> Review:
        owner_id = request.form.get("owner", type=int)
        words = request.form.get("action", "")
        return actions.promise(number, words, owner_id=owner_id, due_on=_day(), by=person())

    return _do(number, add, _("Promised. Whoever does it is reminded on the day."))


def finish(number: str, action_id: int) -> ResponseReturnValue:
    return _do(number, lambda: actions.finish(number, action_id, by=person()), _("Done, well."))


def drop(number: str, action_id: int) -> ResponseReturnValue:
    return _do(number, lambda: actions.drop(number, action_id, by=person()), _("Taken out."))


def _do(number: str, change: Callable[[], Review], done: str) -> ResponseReturnValue:
    try:
        change()
    except Refused as refusal:
        return pages.page(work.find(person(), number), refusal), status_of(refusal)
    flash(done, "success")
    return redirect(url_for("reviews.review", number=number), 303)


def _lessons() -> Lessons:
    texts = {name: request.form.get(name, "") for name in pages.TEXTS}
    return Lessons(**texts, **{name: _number(name) for name in work.NUMBERS})


def _number(field: str) -> int | None:
    given = request.form.get(field, "").strip()
    if not given:
        return None
    try:
        return int(given)
    except ValueError as error:
        raise Invalid(_("Write a whole number, or leave it empty."), field=field) from error


def _moment() -> datetime | None:
    given = request.form.get("at", "").strip()
    try:
        local = datetime.fromisoformat(given).replace(tzinfo=None) if given else None
    except ValueError as error:
        raise Invalid(_("Write the time as 2026-11-23 14:30."), field="at") from error
    return to_utc(local).replace(tzinfo=UTC) if local else None


def _day() -> date | None:
    given = request.form.get("due_on", "").strip()
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as error:
        raise Invalid(_("Write the day as 2026-11-23."), field="due_on") from error
