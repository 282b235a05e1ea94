"""Tickets out of Zammad: what its interface answers with `expand=true`, in one file of JSON.

Either a list of tickets, or an object with `tickets`, and `users` and `articles` (`ticket_articles`) where
they are not inside. An article's files are taken where their content is there, as `data` in Base64.
"""

import json
from base64 import b64decode
from binascii import Error as NotBase64
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from firstline.i18n import gettext as _
from incidents.attachments import Upload
from incidents.errors import Invalid
from incidents.models import Channel
from incidents.moving.reading import decode, moment, priority, state
from incidents.moving.records import Author, Case, Human, Record, Said, Unreadable

Given = Mapping[str, Any]
AsText = Callable[[str], str]
UTC = ZoneInfo("UTC")
CHANNELS = {
    "email": Channel.MAIL,
    "phone": Channel.PHONE,
    "web": Channel.PORTAL,
    "chat": Channel.CHAT,
}


def read(raw: bytes, as_text: AsText) -> Iterator[Record]:
    """People first, then tickets; `as_text` turns the HTML of an article into words."""
    whole = _parsed(raw)
    users = _list(whole, "users")
    by_id = {str(user.get("id")): user for user in users}
    articles = _by_ticket([*_list(whole, "articles"), *_list(whole, "ticket_articles")])
    for user in users:
        if user.get("email"):
            yield _human(user)
    for ticket in _list(whole, "tickets"):
        said = articles.get(str(ticket.get("id")), []) or _list(ticket, "articles")
        yield _case(ticket, said, by_id, as_text)


def _parsed(raw: bytes) -> Given:
    try:
        whole = json.loads(decode(raw))
    except ValueError as error:
        raise Invalid(_("This is no JSON: %(why)s.", why=error), field="file") from error
    found = {"tickets": whole} if isinstance(whole, list) else whole
    if not isinstance(found, dict) or not isinstance(found.get("tickets"), list):
        raise Invalid(_("There are no “tickets” in this file."), field="file")
    return found


def _list(given: Given, name: str) -> list[Given]:
    found = given.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _by_ticket(articles: Sequence[Given]) -> dict[str, list[Given]]:
    found: defaultdict[str, list[Given]] = defaultdict(list)
    for article in articles:
        found[str(article.get("ticket_id"))].append(article)
    return found


def _human(user: Given) -> Human:
    name = f"{user.get('firstname') or ''} {user.get('lastname') or ''}".strip()
    roles = {str(role).casefold() for role in user.get("roles") or ()}
    return Human(
        place=_("user %(id)s", id=user.get("id")),
        email=str(user["email"]).casefold(),
        name=name,
        phone=str(user.get("phone") or user.get("mobile") or ""),
        role="agent" if roles & {"agent", "admin"} else "",
    )


def _case(ticket: Given, articles: Sequence[Given], users: Mapping[str, Given], as_text: AsText) -> Record:
    place = _("ticket %(number)s", number=ticket.get("number") or ticket.get("id"))
    at, stands = moment(ticket.get("created_at"), UTC), state(_name(ticket.get("state")))
    if at is None:
        return Unreadable(place=place, why=_("It does not say when it was made."))
    if stands is None:
        return Unreadable(
            place=place, why=_("Nobody knows the state “%(state)s”.", state=_name(ticket.get("state")))
        )
    notes: list[str] = []
    told = sorted(articles, key=lambda one: (str(one.get("created_at")), str(one.get("id"))))
    said = [_said(one, users, as_text, notes) for one in told]
    first = said[0] if said and not said[0].is_internal else None
    customer = _author(ticket.get("customer"), ticket.get("customer_id"), users)
    return Case(
        place=place, key=str(ticket.get("id") or ""), title=str(ticket.get("title") or ""), at=at, state=stands,
        text=first.text if first else str(ticket.get("note") or ""), files=first.files if first else (),
        by=customer or (first.by if first and first.by else Author(email="")),
        priority=priority(_name(ticket.get("priority"))), team=_name(ticket.get("group")),
        owner=getattr(_author(ticket.get("owner"), ticket.get("owner_id"), users), "email", ""),
        channel=first.channel if first else Channel.MAIL, ended_at=moment(ticket.get("close_at"), UTC),
        minutes_spent=round(float(ticket.get("time_unit") or 0)), said=said[1:] if first else said, notes=notes,
    )  # fmt: skip


def _said(article: Given, users: Mapping[str, Given], as_text: AsText, notes: list[str]) -> Said:
    body = str(article.get("body") or "")
    return Said(
        at=moment(article.get("created_at"), UTC) or moment("1970-01-01", UTC),  # type: ignore[arg-type]
        text=as_text(body) if "html" in str(article.get("content_type")) else body,
        by=_author(article.get("from"), article.get("created_by_id"), users)
        or _author(article.get("created_by"), None, users),
        is_internal=bool(article.get("internal")),
        channel=CHANNELS.get(_name(article.get("type")), Channel.PORTAL),
        files=_files(article, notes),
    )


def _files(article: Given, notes: list[str]) -> list[Upload]:
    found = []
    for given in _list(article, "attachments"):
        name = str(given.get("filename") or "file")
        try:
            found.append(Upload(name, b64decode(given["data"], validate=True)))
        except (KeyError, NotBase64, TypeError, ValueError):
            notes.append(_("The content of the file “%(name)s” is not in the export.", name=name))
    return found


def _author(told: object, user_id: object, users: Mapping[str, Given]) -> Author | None:
    """Whoever an address, a line of a mail's head or an id names."""
    user = users.get(str(user_id), {})
    name, address = parseaddr(str(told or ""))
    email = address if "@" in address else str(user.get("email") or "")
    if "@" not in email:
        return None
    known = f"{user.get('firstname') or ''} {user.get('lastname') or ''}".strip()
    return Author(email=email.casefold(), name=name or known)


def _name(told: object) -> str:
    """A name, also where it stands in an object."""
    return str((told.get("name") if isinstance(told, dict) else told) or "")
