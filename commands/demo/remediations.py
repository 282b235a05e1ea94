"""The remediations of the demo: they repair the sample service that `make run` starts."""

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from commands.demo.sources import read
from commands.sample import SECRET_FILE
from firstline import secrets
from firstline.app import settings_of
from firstline.settings import kept_secret
from incidents.people import Person, Role
from incidents.remediations.models import Remediation


def add(session: Session) -> int:
    """Those that are not there yet; the secret is the one that the sample service keeps."""
    settings = settings_of(current_app)
    admin = session.scalar(select(Person.id).where(Person.role == Role.ADMIN).order_by(Person.id).limit(1))
    known = set(session.scalars(select(Remediation.slug)))
    new = [told for told in read("remediations") if admin is not None and told["slug"] not in known]
    for told in new:
        address = f"http://{settings.sample_listen}{told['path']}"
        secret = secrets.encrypt(kept_secret(settings.data_dir / SECRET_FILE))
        facts = {name: value for name, value in told.items() if name != "path"}
        session.add(Remediation(**facts, url=address, secret=secret, by_id=admin))
    return len(new)
