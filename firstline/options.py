"""What administrators choose in the browser: named values in the database, read when needed."""

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from firstline.db import Model, db


class Option(Model):
    """One chosen value; a name without a row has its default."""

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[object] = mapped_column(JSON)


def read[T](name: str, default: T) -> T:
    """The chosen value, or the default while nobody chose or what is stored is of another type."""
    option = db.session.get(Option, name)
    return option.value if option is not None and isinstance(option.value, type(default)) else default


def choose(session: Session, name: str, value: object) -> None:
    """Keep a choice; inside the caller's `write()`."""
    session.merge(Option(name=name, value=value))
