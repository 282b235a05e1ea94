"""What runs: a signed webhook, or a plugin that an administrator installed and chose.

A plugin is a function of an `Order` that returns an `Answer`, found in the entry point group
`firstline.remediations`. Whatever it raises leaves the result unknown: half of it may be done.
"""

import hmac
import json
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from importlib.metadata import entry_points
from threading import Thread

from flask import Flask, current_app

from firstline import log, outgoing, secrets
from firstline.i18n import gettext as _
from firstline.outgoing import signature
from incidents.oncall.hooks import HEADER
from incidents.remediations.models import WEBHOOK, Result

GROUP = "firstline.remediations"
FRESH_FOR_S = 300
MOST_LETTERS = 500
ANSWERS = {"done": Result.DONE, "failed": Result.FAILED}
logger = log.get(__name__)


@dataclass(frozen=True, kw_only=True)
class Order:
    """What is to be done to what. Doing the same `key` again must change nothing more."""

    key: str
    remediation: str
    target: str
    incident: str
    requester: str
    dry_run: bool


@dataclass(frozen=True)
class Answer:
    """How it ended, and a sentence for people."""

    result: Result
    message: str = ""


Plugin = Callable[[Order], Answer]


def plugins() -> list[str]:
    """The names of what is installed, from which an administrator chooses."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def perform(action: str, order: Order, *, url: str, secret: str, timeout_s: int) -> Answer:
    """Run it and wait `timeout_s` at most; nothing it does raises here.

    It runs in a thread of its own: one that hangs is left behind, and nothing waits for it.
    """
    ended: Future[Answer] = Future()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def work() -> None:
        with app.app_context():
            try:
                ended.set_result(_act(action, order, url, secret, timeout_s))
            except Exception as error:
                logger.exception("a remediation broke", remediation=order.remediation, key=order.key)
                ended.set_result(Answer(Result.UNKNOWN, _("It broke: %(error)s", error=repr(error)[:200])))

    Thread(target=work, name=f"remediation-{order.key}", daemon=True).start()
    try:
        return ended.result(timeout_s)
    except TimeoutError:
        return Answer(Result.UNKNOWN, _("No answer within %(n)s s.", n=timeout_s))


def _act(action: str, order: Order, url: str, secret: str, timeout_s: int) -> Answer:
    if action == WEBHOOK:
        return _call(order, url, secret, timeout_s)
    point = next((point for point in entry_points(group=GROUP) if point.name == action), None)
    if point is None:
        return Answer(Result.FAILED, _("The plugin “%(name)s” is not installed.", name=action))
    plugin: Plugin = point.load()
    answer = plugin(order)
    if not isinstance(answer, Answer) or answer.result not in ANSWERS.values():
        return Answer(Result.UNKNOWN, _("The plugin gave no usable answer."))
    return answer


def _call(order: Order, url: str, secret: str, timeout_s: int) -> Answer:
    body = json.dumps(asdict(order)).encode()
    try:
        plain = secrets.decrypt(secret)
        signed = signature(plain, int(time.time()), body)
        headers = {HEADER: signed, "Idempotency-Key": order.key}
        answer = outgoing.ask(url, body, headers, timeout_s=timeout_s)
    except secrets.Unreadable:
        return Answer(Result.FAILED, _("Its secret cannot be read any more. Enter it again."))
    except outgoing.NotTaken as error:
        if error.was_sent:
            return Answer(Result.UNKNOWN, _("It was sent, but: %(why)s.", why=str(error)))
        return Answer(Result.FAILED, _("It was not sent: %(why)s.", why=str(error)))
    return read(answer, order.key, plain)


def read(answer: outgoing.Answer, key: str, secret: str) -> Answer:
    """What the other side says; only a fresh answer to this very order, signed, is believed."""
    if answer.status >= 500:
        return Answer(Result.UNKNOWN, _("It answered with error %(n)s.", n=answer.status))
    if answer.status != 200:
        return Answer(Result.FAILED, _("It refused with %(n)s.", n=answer.status))
    if not is_signed(answer.headers.get(HEADER.lower(), ""), key, answer.body, secret):
        return Answer(Result.UNKNOWN, _("Its answer is not signed by the secret that we share."))
    try:
        told = json.loads(answer.body)
        result = ANSWERS[told["result"]]
        message = str(told.get("message", ""))
    except (ValueError, KeyError, TypeError, RecursionError, AttributeError):
        return Answer(Result.UNKNOWN, _("Its answer cannot be read."))
    return Answer(result, message.replace("\0", "")[:MOST_LETTERS])


def sign_answer(key: str, body: bytes, secret: str, *, at: int) -> str:
    """The signature of an answer: over the key of the order too, so that none fits another."""
    return signature(secret, at, f"{key}.".encode() + body)


def is_signed(given: str, key: str, body: bytes, secret: str) -> bool:
    """Whether `given` is a fresh signature of this answer to the order with this key."""
    at = given.partition(",")[0].removeprefix("t=")
    if not secret or not at.isdecimal() or abs(time.time() - int(at[:12])) > FRESH_FOR_S:
        return False
    return hmac.compare_digest(sign_answer(key, body, secret, at=int(at)).encode(), given.encode())
