"""The parts of a running desk and whether each can do its work; asked by `/readyz` and `doctor`."""

import socket
from collections.abc import Callable

import httpx
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from chatbot.server import api_token
from email_intake import accounting, mailboxes
from firstline import clock, leases
from firstline.db import db
from firstline.i18n import lazy_gettext as _
from firstline.settings import Address, Settings
from knowledge_base.embedding import MODEL_FILE, TOKENIZER_FILE

TIMEOUT_S = 1.0
SCHEDULER = "scheduler"
"""The lease that the worker holds."""


class NotReady(Exception):
    """Why a part cannot do its work now and what to do, as a sentence in the language of whoever reads it."""


def check_database(_settings: Settings) -> None:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        raise NotReady(
            _("The database does not answer. Is it running, and is FIRSTLINE_DATABASE_URL right?")
        ) from error


def check_worker(_settings: Settings) -> None:
    try:
        lease = leases.find(SCHEDULER)
    except SQLAlchemyError as error:
        raise NotReady(_("The database does not tell whether a worker lives.")) from error
    if lease is None:
        raise NotReady(_("No worker has started yet. Start “firstline worker”; until then no mail goes out."))
    if lease.until < clock.now():
        raise NotReady(
            _(
                "The worker was last heard of at %(time)s UTC. Look into log/worker.log and start it again.",
                time=f"{lease.until:%H:%M:%S}",
            )
        )


def check_intake(settings: Settings) -> None:
    where = settings.mail_listen
    if not _listens(where):
        raise NotReady(
            _("The mail listener does not answer at %(where)s. Start “firstline intake”.", where=str(where))
        )


def check_mailboxes(_settings: Settings) -> None:
    try:
        found = [(one.name, mailboxes.trouble(one)) for one in mailboxes.list_mailboxes()]
    except SQLAlchemyError as error:
        raise NotReady(_("The database does not tell which mailboxes there are.")) from error
    broken = [f"{name}: {why}" for name, why in found if why]
    if broken:
        raise NotReady(" ".join(broken))


def check_mail(_settings: Settings) -> None:
    """Whether everything we took came to something."""
    try:
        wrong, late = accounting.last_verdict().wrong, accounting.late()
    except SQLAlchemyError as error:
        raise NotReady(_("The database does not tell whether mail adds up.")) from error
    if wrong:
        raise NotReady(_("Mail does not add up: %(lines)s.", lines="; ".join(wrong[:3])))
    if late:
        numbers = ", ".join(str(row.id) for row in late)
        raise NotReady(_("Mails wait to be read for more than 10 minutes: no. %(numbers)s.", numbers=numbers))


def check_actions(settings: Settings) -> None:
    if _get(f"{settings.actions_url}/health") is None:
        raise NotReady(
            _(
                "The bot's actions do not answer at %(where)s. Start “firstline actions”; the chat goes on without.",
                where=settings.actions_url,
            )
        )


def check_bot(settings: Settings) -> None:
    answer = _get(f"{settings.rasa_url}/status", token=api_token(settings))
    if answer is None:
        raise NotReady(
            _(
                "The bot does not answer at %(where)s. Start “firstline bot”; the chat goes on without.",
                where=settings.rasa_url,
            )
        )
    if not answer.json().get("model_file"):
        raise NotReady(_("The bot runs without a trained model yet."))


def check_search(settings: Settings) -> None:
    for name in (MODEL_FILE, TOKENIZER_FILE):
        if not (settings.model_dir / name).is_file():
            raise NotReady(
                _("The search model is missing, so the search goes by words alone: run “make setup”.")
            )


CHECKS: dict[str, Callable[[Settings], None]] = {
    "database": check_database,
    "worker": check_worker,
    "intake": check_intake,
    "mailboxes": check_mailboxes,
    "mail": check_mail,
    "actions": check_actions,
    "bot": check_bot,
    "search": check_search,
}


def _listens(address: Address) -> bool:
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)
    try:
        socket.create_connection((here, address.port), TIMEOUT_S).close()
    except OSError:
        return False
    return True


def _get(url: str, **query: str) -> httpx.Response | None:
    """None where nobody answers, or with anything but 200."""
    try:
        answer = httpx.get(url, params=query, timeout=TIMEOUT_S, trust_env=False)
    except httpx.HTTPError:
        return None
    return answer if answer.status_code == httpx.codes.OK else None
