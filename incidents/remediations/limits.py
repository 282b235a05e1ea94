"""How often, how often on one thing, and on how many things a remediation runs before a person decides."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from firstline import clock
from firstline.i18n import gettext as _
from incidents.remediations.models import Remediation, Result, Run

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def exceeded(session: Session, remediation: Remediation, target: str) -> str:
    """Why one more run on this target is too much; empty while it is not. Dry runs do not count."""
    counted = select(func.count()).where(
        Run.remediation_id == remediation.id, Run.is_dry.is_(False), Run.state != Result.DECLINED
    )
    now = clock.now()
    in_hour = session.scalar(counted.where(Run.created_at > now - HOUR)) or 0
    if in_hour >= remediation.hourly_limit:
        return _("It ran %(n)s times within an hour: is something bigger wrong?", n=in_hour)
    today = Run.created_at > now - DAY
    on_it = session.scalar(counted.where(today, Run.target == target)) or 0
    if on_it >= remediation.repeat_limit:
        return _("It ran on %(what)s %(n)s times today: it does not last.", what=target, n=on_it)
    others = select(func.count(Run.target.distinct())).where(
        Run.remediation_id == remediation.id,
        Run.is_dry.is_(False),
        Run.state != Result.DECLINED,
        today,
        Run.target != target,
    )
    touched = session.scalar(others) or 0
    if touched >= remediation.target_limit:
        return _("It touched %(n)s different things today: is something bigger wrong?", n=touched)
    return ""
