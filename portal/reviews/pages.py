"""What one sees of reviews."""

from flask import render_template, request
from markupsafe import Markup

from firstline.i18n import lazy_gettext as _
from incidents import people
from incidents.errors import Refused
from incidents.policy import Action, may
from incidents.reviews import actions, consequences, story, wording, work
from incidents.reviews.models import Phase, Review
from knowledge_base import text
from portal.access import person

PHASES = {
    Phase.DRAFT: ("pencil", "blue", _("Being written")),
    Phase.PUBLISHED: ("book", "azure", _("Published")),
    Phase.CLOSED: ("circle-check", "green", _("Closed")),
}
TEXTS = {
    "summary": _("What happened, in three sentences"),
    "causes": _("Causes"),
    "factors": _("Contributing factors"),
    "went_well": _("What went well"),
    "went_badly": _("What did not"),
}


def index() -> str:
    return render_template(
        "reviews/index.html",
        reviews=work.listed(person()),
        phases=PHASES,
        kept=actions.follow_through(),
        mine=actions.waiting_for(person()),
        errors={},
    )


def show(number: str) -> str:
    return page(work.find(person(), number))


def meeting(number: str) -> str:
    """The review as a room reads it: one thing below the other, large, with nothing to fill in."""
    review = work.find(person(), number)
    told = {label: _html(getattr(review, name)) for name, label in TEXTS.items() if getattr(review, name)}
    return render_template("reviews/meeting.html", review=review, told=told, **_facts(review))


def page(review: Review, refusal: Refused | None = None) -> str:
    """The review to write; with a refusal it keeps what was typed."""
    is_form = refusal is not None and "seen" in request.form
    return render_template(
        "reviews/review.html",
        review=review,
        texts=TEXTS,
        phases=PHASES,
        typed=request.form if is_form else _said(review),
        added=request.form if refusal and not is_form else {},
        hints=wording.hints(getattr(review, name) for name in TEXTS),
        owners=people.supporters(),
        may_publish=may(person(), Action.WRITE_ARTICLES),
        errors={refusal.field or "": refusal.sentence} if refusal else {},
        **_facts(review),
    )


def _facts(review: Review) -> dict[str, object]:
    return {"beats": story.gather(review), "cost": consequences.of(review)}


def _said(review: Review) -> dict[str, str]:
    numbers = {name: getattr(review, name) for name in work.NUMBERS}
    shown = {name: "" if value is None else str(value) for name, value in numbers.items()}
    return {**{name: getattr(review, name) for name in TEXTS}, **shown}


def _html(words: str) -> Markup:
    return Markup(text.render(words))  # noqa: S704 - render() cleans
