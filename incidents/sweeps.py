"""What the one scheduler looks after, so that nothing depends on a nudge arriving."""

from firstline import jobs
from incidents import followup, intake, offering, selfhelp, unanswered
from incidents.oncall import hooks, paging
from incidents.resolutions import lapse
from incidents.routing import overdue
from incidents.sla import watch
from incidents.sla.keeping import reckon_open

NUDGE_SHOULD_HAVE_COME_S = 5


@jobs.sweep(every_s=5)
def offer_what_was_missed() -> None:
    """Look for fixes where the nudge was lost."""
    offering.offer(*offering.due_for_offers(older_than_s=NUDGE_SHOULD_HAVE_COME_S))


@jobs.sweep(every_s=20)
def route_the_unanswered() -> None:
    """Send on what nobody answered within the self-help time."""
    selfhelp.route_expired()


@jobs.sweep(every_s=60)
def mark_the_unanswered() -> None:
    """Say of fixes nobody answered that they were met with silence, or left."""
    unanswered.mark_unanswered()


@jobs.sweep(every_s=600)
def keep_what_came_back() -> None:
    """Keep of every fix that helped a week ago whether it still does."""
    followup.keep()


@jobs.sweep(every_s=60)
def send_up_what_nobody_takes() -> None:
    """Let the rules of time act, and miss vendors who are late."""
    overdue.send_up_the_untouched()
    overdue.miss_late_vendors()


@jobs.sweep(every_s=600)
def close_the_confirmed_by_time() -> None:
    """Warn of, then close, what was resolved long enough ago without a word against it."""
    lapse.warn_of_closing()
    lapse.close_what_lapsed()


@jobs.sweep(every_s=30)
def tell_of_the_time() -> None:
    """Say that the time of an incident runs out, and once that it is over."""
    watch.tell_due()


@jobs.sweep(every_s=5)
def wake_people() -> None:
    """Wake for what has become serious, and call the next where nobody acknowledged."""
    paging.wake_for_serious()
    paging.step_up()


@jobs.sweep(every_s=5)
def send_webhooks() -> None:
    """What other systems are to hear of an alert."""
    hooks.send_due()


@jobs.sweep(every_s=3600)
def reckon_clocks() -> None:
    """What is agreed may have changed without a nudge, and a new release knows other holidays."""
    reckon_open()


@jobs.sweep(every_s=3600)
def forget_old_keys() -> None:
    """Intake keys are kept 30 days."""
    intake.forget_old_keys()
