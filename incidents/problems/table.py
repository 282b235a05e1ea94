"""Where a problem may go, what must be known for it, and what each step leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents.errors import Conflict, Invalid
from incidents.people import Person
from incidents.problems import known_errors
from incidents.problems.models import Happening, Note, Problem, Standing
from incidents.webhooks import owing

INVESTIGATED, KNOWN_ERROR = Standing.INVESTIGATED, Standing.KNOWN_ERROR
FIXED, CLOSED = Standing.FIXED, Standing.CLOSED


@dataclass(frozen=True)
class Step:
    """What a change of standing records, and the field that must be filled before."""

    records: Happening
    needs: str = ""


TABLE: dict[tuple[Standing, Standing], Step] = {
    (INVESTIGATED, KNOWN_ERROR): Step(Happening.KNOWN, needs="workaround"),
    (INVESTIGATED, FIXED): Step(Happening.FIXED, needs="permanent_fix"),
    (INVESTIGATED, CLOSED): Step(Happening.CLOSED, needs="note"),
    (KNOWN_ERROR, INVESTIGATED): Step(Happening.CHANGED, needs="note"),
    (KNOWN_ERROR, FIXED): Step(Happening.FIXED, needs="permanent_fix"),
    (KNOWN_ERROR, CLOSED): Step(Happening.CLOSED, needs="note"),
    (FIXED, CLOSED): Step(Happening.CLOSED),
    (FIXED, INVESTIGATED): Step(Happening.REOPENED, needs="note"),
    (CLOSED, INVESTIGATED): Step(Happening.REOPENED, needs="note"),
}


def ways(problem: Problem) -> set[Standing]:
    """Where this problem may go now."""
    return {to for (start, to) in TABLE if start == problem.standing}


def move(session: Session, problem: Problem, to: Standing, *, by: Person | None, note: str = "") -> None:
    """Lead the problem on, with its known error; raises `Conflict` or `Invalid` with a sentence."""
    step = TABLE.get((Standing(problem.standing), to))
    if step is None:
        raise Conflict(_("From where this problem stands, that step is not possible. Look at it again."))
    _check(step, problem, note)
    problem.standing = to
    ARRIVALS[to](session, problem, by)
    tell(session, problem, step.records, by=by, text=note)


def tell(
    session: Session,
    problem: Problem,
    happening: Happening,
    *,
    by: Person | None,
    text: str = "",
    facts: dict[str, object] | None = None,
) -> None:
    """Add to the problem's history."""
    problem.updated_at = clock.now()
    author_id = by.id if by else None
    note = Note(problem_id=problem.id, happening=happening, author_id=author_id, text=text, facts=facts or {})
    session.add(note)
    session.flush()
    owing.of_note(session, note.id, happening)


def _check(step: Step, problem: Problem, note: str) -> None:
    known = {"note": note, "workaround": problem.workaround, "permanent_fix": problem.permanent_fix, "": "-"}
    if not known[step.needs].strip():
        raise Invalid(_missing()[step.needs], field=step.needs)


def _missing() -> dict[str, str]:
    return {
        "note": _("Say why in a sentence."),
        "workaround": _(
            "Write down what helps people meanwhile: it is offered to everybody who reports this."
        ),
        "permanent_fix": _("Write down what cured it, so that a reader can check whether it is still so."),
    }


def _investigate(session: Session, problem: Problem, by: Person | None) -> None:
    if problem.fixed_at is not None:
        problem.reopened_count += 1
    problem.fixed_at = problem.closed_at = None
    known_errors.withdraw(session, problem)


def _know(session: Session, problem: Problem, by: Person | None) -> None:
    known_errors.publish(session, problem, by=by)


def _fix(session: Session, problem: Problem, by: Person | None) -> None:
    problem.fixed_at = clock.now()
    known_errors.withdraw(session, problem)


def _close(session: Session, problem: Problem, by: Person | None) -> None:
    problem.closed_at = clock.now()
    known_errors.withdraw(session, problem)


ARRIVALS: dict[Standing, Callable[[Session, Problem, Person | None], None]] = {
    INVESTIGATED: _investigate,
    KNOWN_ERROR: _know,
    FIXED: _fix,
    CLOSED: _close,
}
