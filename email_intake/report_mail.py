"""Sends the reports people asked for: every figure, the days before, and a link to the page."""

from datetime import timedelta
from urllib.parse import urlencode

import flask_mail

from email_intake import own_mail, render, transport
from firstline import clock, log
from firstline.db import db
from firstline.i18n import gettext as _
from firstline.i18n import speaking
from incidents.people import Person
from incidents.reports import counting, mailing, wording
from incidents.reports.figures import FIGURES
from incidents.reports.mailing import Due

AGAIN = timedelta(minutes=15)
logger = log.get(__name__)


def send_due() -> int:
    """Send what is due; returns how many went out. Safe to run in many processes."""
    return sum(_send(due) for due in mailing.claim_due())


def _send(due: Due) -> bool:
    message, recipient = compose(due)
    db.session.rollback()
    try:
        transport.send(message, recipient=recipient)
    except transport.Temporary:
        mailing.put_off(due.mailing_id, until=clock.now() + AGAIN)
        return False
    except (transport.Permanent, transport.Unclear) as error:
        # Sent twice is worse than missed once: the next one comes in any case.
        logger.warning("a report did not arrive for certain", mailing=due.mailing_id, error=str(error))
        return False
    return True


def compose(due: Due) -> tuple[flask_mail.Message, str]:
    """The mail in its reader's language, and its address."""
    person = db.session.get_one(Person, due.person_id)
    with speaking(person.language):
        days = {"since": due.scope.since.isoformat(), "until": due.scope.until.isoformat()}
        message = own_mail.letter(
            (person.name, person.email),
            name=f"report-{due.mailing_id}-{days['since']}",
            subject=_("The desk from %(since)s to %(until)s", **days),
            text="\n".join([_("Hello %(name)s,", name=person.first_name), "", *_lines(due, days)]),
        )
    return message, person.email


def _lines(due: Due, days: dict[str, str]) -> list[str]:
    now, before = counting.all_figures(due.scope), counting.figures_before(due.scope)
    figures = [
        f"{figure.label}: {wording.value_words(now[figure.slug])}"
        f" ({wording.compared(now[figure.slug], before[figure.slug])})"
        for figure in FIGURES
    ]
    asked: dict[str, object] = {"channel": due.scope.channel, "category": due.scope.category}
    asked |= {"service": due.scope.service_id, "team": due.scope.team_id, "priority": due.scope.priority}
    chosen = urlencode(days | {name: value for name, value in asked.items() if value})
    more = _("What each figure means, what it leaves out, and the incidents behind it:")
    return [
        *figures,
        "",
        more,
        render.link(f"/reports?{chosen}"),
        "",
        _("There you can stop this mail, too."),
    ]
