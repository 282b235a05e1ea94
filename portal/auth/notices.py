"""Which notices one wants: by event, by way and when."""

from collections.abc import Mapping
from dataclasses import asdict

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.i18n import lazy_gettext
from incidents import notices
from incidents.errors import Refused
from incidents.notices import OPTIONAL, Times, Topic, Way, Wish
from incidents.notices.wishes import CAN_WAIT
from incidents.people import Person
from incidents.policy import Action, may
from portal.access import person
from portal.errors import status_of

OF_ALL = {
    Topic.ACKNOWLEDGED: lazy_gettext("We have what you reported, and which known fixes may help"),
    Topic.ANSWERED: lazy_gettext("We answer you"),
    Topic.WAITING: lazy_gettext("We need a word from you"),
    Topic.RESOLVED: lazy_gettext("Your incident is solved"),
}
OF_SUPPORT = {
    Topic.ASSIGNED: lazy_gettext("An incident is given to you"),
    Topic.COMMENTED: lazy_gettext("Somebody adds to an incident you work on"),
    Topic.MENTIONED: lazy_gettext("Somebody names you in a note"),
    Topic.WATCHED: lazy_gettext("Something happens to an incident you watch"),
    Topic.REOPENED: lazy_gettext("An incident you solved was opened again"),
    Topic.INVITED: lazy_gettext("You are asked into a swarm"),
    Topic.CLOCK: lazy_gettext("The time for an incident of yours or of your team runs out"),
    Topic.LEAD_CALLED: lazy_gettext("You are called as the lead"),
}
MAIL = {
    Wish.NOW: lazy_gettext("at once"),
    Wish.DIGEST: lazy_gettext("in the digest"),
    Wish.NEVER: lazy_gettext("not at all"),
}


def show() -> str:
    return _page(notices.wishes_of(person()), asdict(notices.times_of(db.session(), person())))


def save() -> ResponseReturnValue:
    """Keep the whole form, or say what is wrong with it and keep nothing."""
    wanted, times, person_id = _wishes(), _times(), person().id
    try:
        with write() as session:
            kept = session.get_one(Person, person_id)
            notices.choose_times(session, kept, times)
            notices.choose(session, kept, wanted)
    except Refused as refusal:
        return _page(wanted, asdict(times), refusal), status_of(refusal)
    flash(_("Saved."), "success")
    return redirect(url_for("auth.notices"), 303)


def _page(
    wanted: Mapping[tuple[Topic, Way], Wish], times: Mapping[str, object], refusal: Refused | None = None
) -> str:
    return render_template(
        "auth/notices.html",
        rows=[
            (topic, words, _choices(topic), wanted[topic, Way.MAIL], wanted[topic, Way.WEB])
            for topic, words in _topics().items()
        ],
        times=times,
        errors={refusal.field or "": refusal.sentence} if refusal else {},
    )


def _topics() -> dict[Topic, object]:
    return OF_ALL | OF_SUPPORT if may(person(), Action.SEE_QUEUE) else OF_ALL


def _choices(topic: Topic) -> dict[Wish, object]:
    """What one may wish of the mail; nothing to choose where somebody waits."""
    if topic not in OPTIONAL:
        return {}
    return {wish: words for wish, words in MAIL.items() if wish != Wish.DIGEST or topic in CAN_WAIT}


def _wishes() -> dict[tuple[Topic, Way], Wish]:
    form, wanted = request.form, {}
    for topic in _topics():
        mail = form.get(f"mail-{topic}", "")
        wanted[topic, Way.MAIL] = Wish(mail) if mail in set(Wish) else Wish.NOW
        wanted[topic, Way.WEB] = Wish.NOW if topic in form.getlist("web") else Wish.NEVER
    return wanted


def _times() -> Times:
    form = request.form
    return Times(
        quiet_from=form.get("quiet_from", "")[:5],
        quiet_until=form.get("quiet_until", "")[:5],
        quiet_weekends="quiet_weekends" in form,
        digest_at=form.get("digest_at", "")[:5],
    )
