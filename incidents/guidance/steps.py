"""What to do next: the first rule that fits, with its reason. Few and plain, so that one can argue with it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from firstline.db import db
from firstline.i18n import gettext as _
from incidents.catalogue import explaining
from incidents.diagnosis import proposals
from incidents.guidance import verdicts
from incidents.guidance.verdicts import OFTEN, Piece
from incidents.models import Incident, State
from incidents.problems import work as problems
from incidents.remediations import offering
from incidents.resolutions.models import CauseCode
from incidents.similar import Similar

ALIKE = 0.45
MOST_CAUSES = 100
FEWEST_CAUSES, SHARE = 5, 0.5


@dataclass(frozen=True)
class Step:
    """What to do and why. `number` names the incident it is about, `doing` the form it opens."""

    subject: str
    words: str
    because: str
    number: str = ""
    doing: str = ""


def next_for(incident: Incident, alike: Sequence[Similar]) -> Step | None:
    """The first that fits and was not said to be wrong; None when nothing better is known than to look."""
    if not incident.is_open:
        return None
    no, wrong = verdicts.here(incident), verdicts.lately(incident.category, Piece.STEP)
    for rule in (_proposed, _upstream, _workaround, _remediation, _same_again, _usual_cause):
        for step in rule(incident, alike):
            kind = step.subject.partition(":")[0]
            if (Piece.STEP, step.subject) not in no and _times(wrong, kind) < OFTEN:
                return step
    return None


Rule = Callable[[Incident, Sequence[Similar]], Iterator[Step]]


def _proposed(incident: Incident, alike: Sequence[Similar]) -> Iterator[Step]:
    proposal = proposals.open_on(incident)
    if proposal is not None:
        because = _("%(name)s found it.", name=proposal.author.name if proposal.author else _("A colleague"))
        yield Step(f"proposed:{proposal.id}", _("Apply the proposed solution"), because, doing="resolve")


def _upstream(incident: Incident, alike: Sequence[Similar]) -> Iterator[Step]:
    for cause in explaining.causes_of(incident):
        name = cause.service.name if cause.service else ""
        because = _("Its service needs %(name)s, which is disturbed.", name=name)
        words = _("See whether it comes from %(number)s", number=cause.number)
        yield Step(f"upstream:{cause.id}", words, because, number=cause.number)


def _workaround(incident: Incident, alike: Sequence[Similar]) -> Iterator[Step]:
    problem = problems.problem_of(incident)
    if problem is not None and problem.workaround:
        because = _("It is known as a problem: %(title)s.", title=problem.title)
        yield Step(f"workaround:{problem.id}", _("Use the problem's workaround"), because)


def _remediation(incident: Incident, alike: Sequence[Similar]) -> Iterator[Step]:
    run = {one.remediation_id for one in offering.runs_of(incident)}
    for one in offering.for_support(incident):
        if one.id not in run:
            because = _("It is made for this and has not been run here yet.")
            yield Step(f"remediation:{one.slug}", _("Run “%(name)s”", name=one.name), because)


def _same_again(incident: Incident, alike: Sequence[Similar]) -> Iterator[Step]:
    for one in alike:
        if one.likeness >= ALIKE:
            other = one.incident
            because = _("It reads %(n)s%% the same.", n=round(100 * one.likeness))
            words = _("Try what solved %(number)s", number=other.number)
            yield Step(f"similar:{other.id}", words, because, number=other.number)


def _usual_cause(incident: Incident, alike: Sequence[Similar]) -> Iterator[Step]:
    found = select(Incident.cause_code).where(
        Incident.category == incident.category,
        Incident.state.in_([State.RESOLVED, State.CLOSED]),
        Incident.cause_code.is_not(None),
    )
    codes = db.session.scalars(found.order_by(Incident.id.desc()).limit(MOST_CAUSES)).all()
    if len(codes) < FEWEST_CAUSES:
        return
    ((code, count),) = Counter(codes).most_common(1)
    kept = db.session.get(CauseCode, code)
    if kept is not None and count >= SHARE * len(codes):
        because = _("It was the cause of %(n)s of the last %(all)s of its category.", n=count, all=len(codes))
        yield Step(f"cause:{code}", _("Check first: %(cause)s", cause=kept.name), because)


def _times(wrong: Counter[str], kind: str) -> int:
    return sum(count for subject, count in wrong.items() if subject.partition(":")[0] == kind)
