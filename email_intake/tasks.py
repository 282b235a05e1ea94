"""What the worker does for mail: nudged when something happened, swept in case the nudge was lost."""

from email_intake import alarm, digest, outgoing, process, report_mail, retention, spool
from firstline import jobs
from incidents import notices


@jobs.task(spool.TASK)
def process_mail(raw_id: int) -> None:
    """Settle one message that has just been spooled."""
    process.process(raw_id)


@jobs.task(spool.MANY)
def process_mails() -> None:
    """Settle a batch that came at once."""
    process.process_waiting()


@jobs.sweep(every_s=3)
def process_what_waits() -> None:
    """Settle what was spooled while nobody was nudged, or was put off."""
    process.process_waiting()


@jobs.task(notices.TASK)
def deliver_notices() -> None:
    """Send what has become due."""
    outgoing.deliver_due()


@jobs.sweep(every_s=3)
def deliver_what_is_due() -> None:
    """Send what nobody was nudged for, retries, and acknowledgements that waited for their fixes."""
    outgoing.deliver_due()


@jobs.sweep(every_s=60)
def deliver_digests() -> None:
    """Send, in one mail a person, what they wanted to read later."""
    digest.deliver_due()


@jobs.sweep(every_s=60)
def send_reports() -> None:
    """Figures that people asked for."""
    report_mail.send_due()


@jobs.sweep(every_s=3600)
def erase_old_mail() -> None:
    """Originals are kept as long as the setting says."""
    retention.erase_old()


@jobs.sweep(every_s=300)
def check_that_mail_adds_up() -> None:
    """What was taken is compared with what became of it, and administrators hear when it differs."""
    alarm.watch()
    alarm.tell_of_webhooks()
