"""Links that mails carry: signed for one purpose, about one incident and one person."""

from typing import Any

from firstline import signing
from firstline.db import db
from firstline.i18n import gettext as _
from incidents.errors import NotFound
from incidents.models import Incident
from incidents.people import Person

GOOD_FOR_DAYS = 30


def read(purpose: str, token: str, *, stale: str) -> tuple[Incident, Person, dict[str, Any]]:
    """What a link is about and all that it says; `NotFound` with the sentence `stale` for an old or broken one."""
    try:
        said = signing.unsign(purpose, token, max_age_days=GOOD_FOR_DAYS)
    except signing.SignatureInvalid as error:
        raise NotFound(stale) from error
    assert isinstance(said, dict), "we sign only links of this form"
    incident = db.session.get(Incident, said["incident"])
    person = db.session.get(Person, said["person"])
    if incident is None or person is None:
        raise NotFound(_("There is no such incident any more. Reply to the mail if you need help."))
    return incident, person, said
