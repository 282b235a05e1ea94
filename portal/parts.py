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
from firstline.settings import Settings
from knowledge_base.embedding import MODEL_FILE, TOKENIZER_FILE

TIMEOUT_S = 1.0
SCHEDULER = "scheduler"
"""The lease that the worker holds."""


class NotReady(Exception):
    """Why a part cannot do its work now, as a sentence."""


def check_database(_: Settings) -> None:
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        raise NotReady("The database does not answer.") from error


def check_worker(_: Settings) -> None:
    try:
        lease = leases.find(SCHEDULER)
    except SQLAlchemyError as error:
        raise NotReady("The database does not tell whether a worker lives.") from error
    if lease is None:
        raise NotReady("No worker has started yet.")
    if lease.until < clock.now():
        raise NotReady(f"The worker was last heard of at {lease.until:%H:%M:%S} UTC.")


def check_intake(settings: Settings) -> None:
    _reach(settings.mail_listen.host, settings.mail_listen.port, "The mail listener")


def check_mailboxes(_: Settings) -> None:
    try:
        found = [(one.name, mailboxes.trouble(one)) for one in mailboxes.list_mailboxes()]
    except SQLAlchemyError as error:
        raise NotReady("The database does not tell which mailboxes there are.") from error
    broken = [f"{name}: {why}" for name, why in found if why]
    if broken:
        raise NotReady(" ".join(broken))


def check_mail(_: Settings) -> None:
    """Whether everything we took came to something."""
    try:
        wrong, late = accounting.last_verdict().wrong, accounting.late()
    except SQLAlchemyError as error:
        raise NotReady("The database does not tell whether mail adds up.") from error
    if wrong:
        raise NotReady(f"Mail does not add up: {'; '.join(wrong[:3])}.")
    if late:
        numbers = ", ".join(str(row.id) for row in late)
        raise NotReady(f"Mails wait to be read for more than 10 minutes: no. {numbers}.")


def check_actions(settings: Settings) -> None:
    _get(f"{settings.actions_url}/health", "The bot's action server")


def check_bot(settings: Settings) -> None:
    answer = _get(f"{settings.rasa_url}/status", "The bot", token=api_token(settings))
    if not answer.json().get("model_file"):
        raise NotReady("The bot runs without a trained model yet.")


def check_search(settings: Settings) -> None:
    for name in (MODEL_FILE, TOKENIZER_FILE):
        if not (settings.model_dir / name).is_file():
            raise NotReady(
                "The search model is missing, so the search goes by words alone: run `make setup`."
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


def _reach(host: str, port: int, what: str) -> None:
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        socket.create_connection((here, port), TIMEOUT_S).close()
    except OSError as error:
        raise NotReady(f"{what} does not answer at {host}:{port}.") from error


def _get(url: str, what: str, **query: str) -> httpx.Response:
    try:
        answer = httpx.get(url, params=query, timeout=TIMEOUT_S, trust_env=False)
    except httpx.HTTPError as error:
        raise NotReady(f"{what} does not answer at {url}.") from error
    if answer.status_code != httpx.codes.OK:
        raise NotReady(f"{what} answers {answer.status_code} at {url}.")
    return answer
