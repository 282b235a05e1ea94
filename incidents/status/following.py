"""Following a service, and reading what came of it."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid
from incidents.people import Person
from incidents.services import Outage, Service
from incidents.status.models import News, Sending, Subscription, Way

MOST_SHOWN = 5


def follow(slug: str, way: str, *, by: Person) -> Service:
    """Be told of this service from now on, in this one way."""
    if way not in set(Way):
        raise Invalid(_("Say how you want to hear: by mail, or here."), field="way")
    if way == Way.MAIL and by.is_undeliverable:
        raise Conflict(_("Mail to you comes back. Follow it here, or ask the service desk."))
    with write() as session:
        service = session.scalar(select(Service).where(Service.slug == slug))
        if service is None:
            raise Invalid(_("There is no such service. Choose one of the list."), field="service")
        session.merge(Subscription(person_id=by.id, service_id=service.id, way=way))
    return service


def leave(slug: str, *, by: Person) -> None:
    """Hear no more of it; leaving what one does not follow changes nothing."""
    with write() as session:
        service_id = select(Service.id).where(Service.slug == slug).scalar_subquery()
        mine = (Subscription.person_id == by.id, Subscription.service_id == service_id)
        session.execute(delete(Subscription).where(*mine))


def followed(person: Person) -> Mapping[int, str]:
    """By service, how this person hears of it."""
    mine = select(Subscription.service_id, Subscription.way).where(Subscription.person_id == person.id)
    return {row[0]: row[1] for row in db.session.execute(mine)}


def unread(person: Person, *, besides: Collection[Outage] = ()) -> Sequence[News]:
    """What is to be shown to this person in the portal, latest first; of one outage only the latest.

    What stands there anyway, `besides`, is not said twice.
    """
    mine = select(News).where(News.person_id == person.id, News.way == Way.WEB, News.state == Sending.DUE)
    found = db.session.scalars(mine.options(joinedload(News.outage)).order_by(News.id.desc())).all()
    latest: dict[int, News] = {}
    shown = {outage.id for outage in besides}
    for news in found:
        if news.outage_id not in shown:
            latest.setdefault(news.outage_id, news)
    return list(latest.values())[:MOST_SHOWN]


def mark_read(outage_id: int, *, by: Person) -> None:
    """They have seen what there is of this outage."""
    with write() as session:
        mine = (News.person_id == by.id, News.outage_id == outage_id, News.way == Way.WEB)
        session.execute(update(News).where(*mine).values(state=Sending.SHOWN))
