"""What administrators set and every report asks for: read once a process, until somebody changes it.

Whoever changes a row of a watched table renews a token in the same transaction, by the mapper or by a
statement on the model. A transaction reads the token once; what was read under another one is read
anew. The token is random: one that was rolled back is never seen again (docs/decisions/0053).
"""

from collections.abc import Callable
from functools import wraps
from uuid import uuid4

from flask import current_app
from sqlalchemy import event, select
from sqlalchemy.orm import ORMExecuteState, Session

from firstline.db import Model, db, once_a_transaction
from firstline.options import Option

TOKEN = "reference-token"  # noqa: S105 - a name of an option
CACHE = "firstline_reference"
ASKED = select(Option.value).where(Option.name == TOKEN)
_watched: set[type] = set()


def kept[T](*models: type[Model]) -> Callable[[Callable[[], T]], Callable[[], T]]:
    """Keep what this function read from the tables of `models`; it must return values, never rows."""
    _watched.update(models)

    def keep(read: Callable[[], T]) -> Callable[[], T]:
        @wraps(read)
        def answer() -> T:
            session = db.session()
            with session.no_autoflush:
                token = _token(session)
                cache: dict[object, tuple[str, T]] = current_app.extensions.setdefault(CACHE, {})
                known = cache.get(read)
                if known is None or known[0] != token:
                    known = cache[read] = (token, read())
            return known[1]

        return answer

    return keep


def _token(session: Session) -> str:
    """Read once a transaction."""
    return once_a_transaction(session, TOKEN, lambda: str(session.scalar(ASKED) or ""))


def _renew(session: Session) -> None:
    token = uuid4().hex
    with session.no_autoflush:
        session.merge(Option(name=TOKEN, value=token))
    session.info[TOKEN] = (session.get_transaction(), token)


@event.listens_for(Session, "before_flush")
def _watch_rows(session: Session, _context: object, _instances: object) -> None:
    touched = (*session.new, *session.deleted, *session.dirty)
    if any(type(one) in _watched and (one in session.deleted or session.is_modified(one)) for one in touched):
        _renew(session)


@event.listens_for(Session, "do_orm_execute")
def _watch_statements(state: ORMExecuteState) -> None:
    changes = state.is_insert or state.is_update or state.is_delete
    if changes and state.bind_mapper is not None and state.bind_mapper.class_ in _watched:
        _renew(state.session)
