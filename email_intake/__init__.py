"""The mail channel: what comes in becomes incidents and entries, what is owed goes out.

Incoming is one module an arrow: listener and imap -> spool -> parse -> guard -> thread -> handover.
Outgoing is outgoing -> render -> mailbox.
"""

MODELS = ("email_intake.models", "email_intake.tasks", "email_intake.status_mail")
"""The modules that declare this channel's tables and tasks, for `firstline.app.create_core`."""
