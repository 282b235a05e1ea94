"""Programs that sign what they send: each with a name, a secret and a mapping."""

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from firstline import secrets
from firstline.db import db, write
from firstline.i18n import gettext as _
from incidents.alerts import mapping
from incidents.alerts.inbox import accept
from incidents.alerts.models import AlertSource
from incidents.errors import Invalid, NotAllowed, NotFound
from incidents.people import Person
from incidents.policy import Action, require

SLUG = re.compile(r"\A[a-z0-9][a-z0-9-]{0,58}\Z")
SECRET_LENGTH = 16


@dataclass(frozen=True, kw_only=True)
class SourceFacts:
    """A source. An empty `secret` leaves the one that is kept."""

    name: str
    slug: str
    secret: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    is_active: bool = True


def save(facts: SourceFacts, *, by: Person, source_id: int | None = None) -> AlertSource:
    """Make or correct a source; raises `Invalid`."""
    require(by, Action.ADMINISTER)
    paths = _check(facts, is_new=source_id is None)
    with write() as session:
        source = session.get(AlertSource, source_id) if source_id else AlertSource(by_id=by.id)
        if source is None:
            raise NotFound(_("There is no such source any more."))
        taken = session.scalar(select(AlertSource.id).where(AlertSource.slug == facts.slug))
        if taken not in {None, source_id}:
            raise Invalid(_("Another source has this address."), field="slug")
        source.name, source.slug, source.mapping = facts.name.strip()[:120], facts.slug, paths
        source.is_active, source.by_id = facts.is_active, by.id
        if facts.secret:
            source.secret = secrets.encrypt(facts.secret)
        session.add(source)
    return source


def take(slug: str, raw: bytes, signature: str) -> int:
    """Accept what a source sent; returns how many alerts. Raises `NotAllowed` unless its signature fits."""
    source = db.session.scalar(select(AlertSource).where(AlertSource.slug == slug, AlertSource.is_active))
    if source is None or not _is_signed(source, raw, signature):
        raise NotAllowed(
            _("The signature does not fit. Sign the body with the source's secret, by HMAC-SHA256.")
        )
    signals = mapping.apply(source.mapping, mapping.read(raw), source=slug)
    accept(signals, by=source.by, source=slug)
    return len(signals)


def sign(secret: str, raw: bytes) -> str:
    """What stands in the header `X-Signature-256` of a body."""
    return f"sha256={hmac.new(secret.encode(), raw, sha256).hexdigest()}"


def every() -> Sequence[AlertSource]:
    """All sources, by name."""
    found = select(AlertSource).options(joinedload(AlertSource.by)).order_by(AlertSource.name)
    return db.session.scalars(found).all()


def _is_signed(source: AlertSource, raw: bytes, signature: str) -> bool:
    try:
        secret = secrets.decrypt(source.secret)
    except secrets.Unreadable:
        return False
    return hmac.compare_digest(sign(secret, raw).encode(), signature.strip().lower().encode())


def _check(facts: SourceFacts, *, is_new: bool) -> dict[str, str]:
    if not facts.name.strip():
        raise Invalid(_("Write a name."), field="name")
    if not SLUG.match(facts.slug):
        raise Invalid(_("Use small letters, digits and hyphens."), field="slug")
    if (is_new or facts.secret) and len(facts.secret) < SECRET_LENGTH:
        raise Invalid(_("A secret has at least %(n)s characters.", n=SECRET_LENGTH), field="secret")
    return mapping.check(facts.mapping)
