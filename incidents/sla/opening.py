"""When somebody works on an incident again, by the calendar that its clocks run by."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from firstline import clock
from incidents.models import Incident
from incidents.sla.agreements import read_book
from incidents.sla.calendars import NeverOpen, after, is_open
from incidents.sla.keeping import agreed_for

MINUTE = timedelta(minutes=1)


def opens_at(session: Session, incident: Incident) -> datetime | None:
    """When working time begins again; None in working time, and where a calendar never opens."""
    calendar, now = agreed_for(read_book(), incident).calendar, clock.now()
    if is_open(calendar, now):
        return None
    try:
        return after(calendar, now, MINUTE) - MINUTE
    except NeverOpen:
        return None
