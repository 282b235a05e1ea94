"""What mails say: the shipped words or the desk's own, with a preview in each language."""

from dataclasses import asdict, dataclass

from babel import Locale
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from email_intake import specimen
from email_intake.render import Rendered
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents.errors import NotFound, Refused
from incidents.notices import Topic, letters
from portal.access import person
from portal.admin import overtaken
from portal.errors import status_of

NAMES = {
    Topic.ACKNOWLEDGED: lazy_gettext("We have your message"),
    Topic.ANSWERED: lazy_gettext("Answered"),
    Topic.WAITING: lazy_gettext("Asked back"),
    Topic.RESOLVED: lazy_gettext("Solved"),
    Topic.CLOSING_SOON: lazy_gettext("Closes soon"),
    Topic.PROPOSED: lazy_gettext("A solution to apply"),
    Topic.REOPENED: lazy_gettext("Opened again"),
    Topic.COMMENTED: lazy_gettext("Somebody added to it"),
    Topic.HINT: lazy_gettext("A word about a mail"),
    Topic.ASSIGNED: lazy_gettext("Given to somebody"),
    Topic.LEAD_CALLED: lazy_gettext("The lead is called"),
    Topic.VENDOR_ASKED: lazy_gettext("A vendor is asked"),
    Topic.INVITED: lazy_gettext("Asked to look together"),
    Topic.MENTIONED: lazy_gettext("Named in a note"),
    Topic.ACTION_DUE: lazy_gettext("Action of a review is due"),
    Topic.CLOCK: lazy_gettext("The time runs out"),
    Topic.PAGED: lazy_gettext("On call"),
}


PARTS = {
    "subject": lazy_gettext("Subject"),
    "opening": lazy_gettext("How it begins"),
    "text": lazy_gettext("First sentence"),
    "closing": lazy_gettext("How it ends"),
}


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One language: own words in their fields, ours as a hint, the mail as it reads, the marks of the form."""

    language: str
    words: letters.Words
    shipped: letters.Words
    mail: Rendered
    is_own: bool
    seen: str
    theirs: list[tuple[object, str, str]]
    errors: dict[str, str]

    @property
    def name(self) -> str:
        """The language in its own words."""
        return Locale.parse(self.language).get_display_name() or self.language


def index() -> str:
    return _page()


def save() -> ResponseReturnValue:
    """Keep them, only look at them, or give the shipped ones back."""
    topic, language, do = (request.form.get(name, "") for name in ("topic", "language", "do"))
    words = letters.Words() if do == "shipped" else _typed()
    try:
        if do == "look":
            letters.checked(words)
            return _page(looked_at=language)
        letters.save(topic, language, words, by=person(), seen=overtaken.seen())
    except Refused as refusal:
        return _page(refusal), status_of(refusal)
    flash(_("Our words are back.") if do == "shipped" else _("Mails say this from now on."), "success")
    return redirect(url_for("admin.letters", topic=topic), 303)


def _typed() -> letters.Words:
    return letters.Words(**{part: request.form.get(part, "") for part in letters.PARTS})


def _page(refusal: Refused | None = None, *, looked_at: str = "") -> str:
    topic = request.form.get("topic") or request.args.get("topic") or Topic.ACKNOWLEDGED
    if topic not in NAMES:
        raise NotFound(_("There is no such notice."))
    here = request.form.get("language", "") if refusal else looked_at
    sheets = [_sheet(topic, language, refusal, is_here=language == here) for language in letters.languages()]
    return render_template(
        "admin/letters.html",
        names=NAMES,
        topic=topic,
        parts=PARTS,
        most=letters.MOST,
        sheets=sheets,
        changed=letters.changed_topics(),
        fillable=letters.PLACES,
    )


def _sheet(topic: str, language: str, refusal: Refused | None, *, is_here: bool) -> Sheet:
    row = letters.kept(topic).get(language)
    kept = letters.words_of(row)
    words = _typed() if is_here else kept
    state = overtaken.state(row, asdict(kept), refusal if is_here else None)
    return Sheet(
        language=language,
        words=words,
        shipped=specimen.shipped(topic, language),
        mail=specimen.preview(topic, language, kept if refusal else letters.checked(words)),
        is_own=row is not None,
        seen=state["seen"],
        theirs=state["theirs"],
        errors={f"{refusal.field}-{language}": refusal.sentence} if refusal and is_here else {},
    )
