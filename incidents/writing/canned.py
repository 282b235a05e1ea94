"""Texts at hand: replies one writes again and again, with places for what differs."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from firstline import clock
from firstline.db import Model, db, write
from firstline.i18n import gettext as _
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.models import Incident
from incidents.people import Person, Role
from incidents.policy import Action, require

NAME_LENGTH = 60
TEXT_LENGTH = 5_000
PLACE = re.compile(r"\{\{\s*([a-z_]*)\s*\}\}")


class CannedReply(Model):
    """A text under a name: of one person, or for all of support."""

    __tablename__ = "canned_reply"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    text: Mapped[str] = mapped_column(Text)
    is_shared: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(default=clock.now)


def list_replies(person: Person) -> Sequence[CannedReply]:
    """Those this person may use, by name."""
    theirs = or_(CannedReply.owner_id == person.id, CannedReply.is_shared)
    return db.session.scalars(select(CannedReply).where(theirs).order_by(CannedReply.name)).all()


def find(person: Person, reply_id: int) -> CannedReply:
    """One of them; `NotFound` for all others alike."""
    reply = db.session.get(CannedReply, reply_id)
    if reply is None or not (reply.is_shared or reply.owner_id == person.id):
        raise NotFound(_("There is no such text."))
    return reply


def filled(reply: CannedReply, incident: Incident, by: Person) -> str:
    """The text with what is known of this incident in its places."""
    return fill(reply.text, incident, by)


def fill(text: str, incident: Incident, by: Person) -> str:
    """Any text with its places filled; a place nobody knows stays as it is."""

    def known(match: re.Match[str]) -> str:
        return PLACES[match[1]](incident, by) if match[1] in PLACES else match[0]

    return PLACE.sub(known, text)


def save(by: Person, *, name: str, text: str, is_shared: bool, reply_id: int | None = None) -> CannedReply:
    """Keep a new text, or write one anew; places nobody knows are refused by name."""
    require(by, Action.SEE_QUEUE)
    name, text = name.strip(), text.strip()
    if not name or len(name) > NAME_LENGTH:
        raise Invalid(_("Give it a name of at most %(most)s characters.", most=NAME_LENGTH), field="name")
    if not text or len(text) > TEXT_LENGTH:
        raise Invalid(_("Write the text, at most %(most)s characters.", most=TEXT_LENGTH), field="text")
    unknown = [place for place in PLACE.findall(text) if place not in PLACES]
    if unknown:
        known = ", ".join(f"{{{{{place}}}}}" for place in PLACES)
        sentence = _("“%(place)s” is no place. There are: %(known)s.", place=unknown[0], known=known)
        raise Invalid(sentence, field="text")
    with write() as session:
        reply = session.get(CannedReply, reply_id) if reply_id else CannedReply(owner_id=by.id)
        if reply is None:
            raise NotFound(_("There is no such text."))
        _check_may_change(by, reply)
        reply.name, reply.text, reply.is_shared, reply.updated_at = name, text, is_shared, clock.now()
        session.add(reply)
    return reply


def drop(by: Person, reply_id: int) -> CannedReply:
    """Take one away; returns it as it was, so that it can be offered to be kept again."""
    with write() as session:
        reply = find(by, reply_id)
        _check_may_change(by, reply)
        session.delete(reply)
    return reply


def may_change(person: Person, reply: CannedReply) -> bool:
    """Its owner, or a lead if it is shared."""
    return reply.owner_id == person.id or (reply.is_shared and person.role in {Role.LEAD, Role.ADMIN})


def _check_may_change(by: Person, reply: CannedReply) -> None:
    if not may_change(by, reply):
        raise NotAllowed(_("Only its owner or a lead may change it. Keep one of your own."))


PLACES: dict[str, Callable[[Incident, Person], str]] = {
    "requester": lambda incident, _by: incident.requester.name,
    "first_name": lambda incident, _by: incident.requester.first_name,
    "number": lambda incident, _by: incident.number,
    "title": lambda incident, _by: incident.title,
    "service": lambda incident, _by: incident.service.name if incident.service else "",
    "device": lambda incident, _by: incident.device.name if incident.device else "",
    "me": lambda _incident, by: by.name,
    "my_first_name": lambda _incident, by: by.first_name,
}
