"""Numbers that other desks give the same trouble, so that their mail finds ours (case 41).

Such a number can be guessed: it threads only mail of the same domain, and only from an address
that took part or that our own mail server vouches for.
"""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from email_intake import addresses
from email_intake.models import ExternalReference
from email_intake.parse import ParsedMail
from firstline.db import db

NUMBER = re.compile(
    r"[\[(#]\s*(?P<bracketed>(?:[A-Z]{2,10}[-_ :#]{0,2})?\d[\d-]{3,20})\s*[\])]"
    r"|\b(?P<labelled>(?:INC|REQ|RITM|SR|CS|CHG|PRB|CASE|TICKET|TKT)[-_ :#]{0,2}\d{4,20})\b"
    r"|(?:ticket|case|vorgang|referenz|reference|dossier|caso|zaak)\s*(?:no\.?|nr\.?|number|id)?\s*[:#]?\s*(?P<named>\d{4,20})\b",
    re.IGNORECASE,
)
LONGEST_SUBJECT = 500
OURS = re.compile(r"\bINC-\d{6}", re.IGNORECASE)


EVERYBODYS = frozenset(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.co.uk yahoo.de yahoo.fr aol.com icloud.com me.com mac.com "
    "gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de posteo.de mailbox.org proton.me protonmail.com tutanota.com orange.fr free.fr "
    "laposte.net wanadoo.fr libero.it virgilio.it wp.pl o2.pl onet.pl interia.pl seznam.cz mail.ru yandex.ru ukr.net qq.com 163.com 126.com naver.com".split()
)
"""Domains where anybody has an address: no desk speaks for them, so a number there proves nothing."""


def number_in(mail: ParsedMail) -> tuple[str, str] | None:
    """The sender's domain and the number its desk put into the subject, in one form; None without."""
    if mail.sender is None:
        return None
    domain = mail.sender.address.rpartition("@")[2].casefold()
    match = NUMBER.search(OURS.sub(" ", mail.subject[:LONGEST_SUBJECT]))
    if match is None or not domain or domain == addresses.domain().casefold() or domain in EVERYBODYS:
        return None
    said = match["bracketed"] or match["labelled"] or match["named"]
    return domain[:253], re.sub(r"[\s:#_-]+", "", said).upper()[:60]


def find(mail: ParsedMail) -> int | None:
    """The incident this number belongs to."""
    number = number_in(mail)
    row = _known(db.session(), *number) if number else None
    return row.incident_id if row else None


def learn(session: Session, mail: ParsedMail, incident_id: int) -> None:
    """Remember the number; the latest incident has it."""
    number = number_in(mail)
    if number is None:
        return
    row = _known(session, *number)
    if row is None:
        session.add(ExternalReference(domain=number[0], number=number[1], incident_id=incident_id))
    else:
        row.incident_id = incident_id


def _known(session: Session, domain: str, number: str) -> ExternalReference | None:
    found = select(ExternalReference).where(
        ExternalReference.domain == domain, ExternalReference.number == number
    )
    row: ExternalReference | None = session.scalar(found)
    return row
