"""Of mails that are read together, those that begin something new: they are opened together.

Most mail does. What decides that is asked for all of them at once, all that takes long is done before
the transaction, and the rows of all are written in few statements. What is any other mail, or may
be - an answer, a copy, a flood, the second one of a person - takes the way one by one in `handover`,
which looks at everything anew.
"""

from collections.abc import Sequence

from email_intake import flood, forward, opening, settle, thread
from email_intake.case import Case
from email_intake.guard import Nature
from email_intake.opening import Opening
from firstline.db import db
from incidents.intake import Ready, prepare_all


def openings_among(cases: Sequence[Case]) -> list[Opening]:
    """What those open that begin something new."""
    new = [case for case in _one_of_each(cases) if _begins_something(case)]
    if not new:
        return []
    known = settle.settled_before(db.session(), new)
    return [opening.opening_of(case) for case in flood.calm([one for one in new if one.key not in known])]


def made_ready(openings: Sequence[Opening]) -> list[Ready]:
    """With their files on disk, before anything is locked."""
    return prepare_all([one.report for one in openings])


def open_all(openings: Sequence[Opening], ready: Sequence[Ready]) -> None:
    """Write them; inside `together()`."""
    if openings:
        opening.open_all(openings, ready)


def _one_of_each(cases: Sequence[Case]) -> list[Case]:
    """The first of each person and of each mail: the next one depends on what becomes of it."""
    seen: set[str] = set()
    first = []
    for case in cases:
        marks = {case.key, flood.key_of(case.sender.address)}
        if seen.isdisjoint(marks):
            first.append(case)
        seen |= marks
    return first


def _begins_something(case: Case) -> bool:
    is_plain = case.nature == Nature.HUMAN and not case.is_released and not case.is_from_monitor
    is_settled = case.person_id is None or case.is_settled_person
    return (
        is_plain
        and is_settled
        and not case.mail.references
        and not forward.is_command(case.mail.text)
        and thread.find(case.mail) is None
    )
