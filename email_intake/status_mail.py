"""Mails news of a service to those who follow it: each at most once."""

import flask_mail
from sqlalchemy import CursorResult, select, update

from email_intake import own_mail, render, transport
from firstline import clock, jobs, log
from firstline.db import db, write
from firstline.i18n import gettext as _
from firstline.i18n import speaking
from incidents.status.models import News, Sending, Way
from incidents.status.spreading import TASK

BATCH = 50
logger = log.get(__name__)


@jobs.task(TASK)
def send_due() -> None:
    """Send what is due. Safe to run in many processes."""
    due = select(News.id).where(News.state == Sending.DUE, News.way == Way.MAIL)
    for news_id in db.session.scalars(due.order_by(News.id).limit(BATCH)).all():
        if _move(news_id, Sending.DUE, Sending.SENDING):
            _move(news_id, Sending.SENDING, _send(news_id))


@jobs.sweep(every_s=60)
def sweep() -> None:
    send_due()


def _send(news_id: int) -> Sending:
    news = db.session.get_one(News, news_id)
    message, recipient = compose(news)
    db.session.rollback()
    try:
        transport.send(message, recipient=recipient)
    except transport.Temporary:
        return Sending.DUE
    except (transport.Permanent, transport.Unclear) as error:
        logger.warning("news of a service did not arrive for certain", news=news_id, error=str(error))
        return Sending.UNKNOWN
    return Sending.SENT


def _move(news_id: int, was: Sending, to: Sending) -> bool:
    with write() as session:
        still = update(News).where(News.id == news_id, News.state == was)
        moved = session.execute(still.values(state=to, sent_at=clock.now() if to == Sending.SENT else None))
        assert isinstance(moved, CursorResult), "an update tells how many rows it changed"
        return moved.rowcount > 0


def compose(news: News) -> tuple[flask_mail.Message, str]:
    """The mail in its reader's language, and its address."""
    person, outage = news.person, news.outage
    with speaking(person.language):
        service = outage.service.name if outage.service else ""
        title = (
            _("%(service)s works again", service=service) if news.is_over else f"{service}: {outage.title}"
        )
        lines = [_("Hello %(name)s,", name=person.first_name), "", f"{outage.title}.".replace("..", ".")]
        lines += [news.text] if news.text else []
        lines += [_("It is over.") if news.is_over else _("We know, and work on it.")]
        where = _("What works, and what does not; there you can stop these mails, too:")
        message = own_mail.letter(
            (person.name, person.email),
            name=f"status-{news.id}",
            subject=title,
            text="\n".join([*lines, "", where, render.link("/status")]),
        )
    return message, person.email
