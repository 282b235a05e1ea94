"""Leases: which one of many processes may act, and when it was last heard of."""

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import CursorResult, String, Update, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from firstline import clock
from firstline.db import Model, db, write


class Lease(Model):
    """`holder` may act under this name until `until`; `since` is when it began to."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    since: Mapped[datetime]
    until: Mapped[datetime]


def hold(name: str, holder: str, *, for_: timedelta) -> bool:
    """Take or keep the lease by one conditional update; False while another holds it."""
    now = clock.now()
    try:
        with write() as session:
            return _renew(session, name, holder, now, for_) or _take(session, name, holder, now, for_)
    except IntegrityError:
        # Another process made the row in the same moment.
        return False


def release(name: str, holder: str) -> None:
    """Let the next one act at once instead of when the lease ends."""
    with write() as session:
        mine = update(Lease).where(Lease.name == name, Lease.holder == holder)
        session.execute(mine.values(until=clock.now()))


def bury(name: str) -> None:
    """Free the lease of a process of this machine that was killed, instead of waiting for its end.

    A holder is named `HOST:PID`, with more behind another colon where it needs to.
    """
    lease = find(name)
    if lease is not None and lease.until > clock.now() and _is_dead(lease.holder):
        release(name, lease.holder)


def find(name: str) -> Lease | None:
    """The lease as it stands, held or run out."""
    return db.session.get(Lease, name)


def _is_dead(holder: str) -> bool:
    host, _, rest = holder.partition(":")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(rest.partition(":")[0]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _renew(session: Session, name: str, holder: str, now: datetime, for_: timedelta) -> bool:
    mine = update(Lease).where(Lease.name == name, Lease.holder == holder, Lease.until > now)
    return _changed(session, mine.values(until=now + for_))


def _take(session: Session, name: str, holder: str, now: datetime, for_: timedelta) -> bool:
    free = update(Lease).where(Lease.name == name, or_(Lease.until <= now, Lease.holder == holder))
    if _changed(session, free.values(holder=holder, since=now, until=now + for_)):
        return True
    if session.get(Lease, name) is not None:
        return False
    session.add(Lease(name=name, holder=holder, since=now, until=now + for_))
    return True


def _changed(session: Session, statement: Update) -> bool:
    result = session.execute(statement)
    assert isinstance(result, CursorResult), "an update tells how many rows it changed"
    return result.rowcount > 0
